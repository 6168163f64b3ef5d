//! What was presented, once it was checked.

use base::Timestamp;
use domain::{Credential, CredentialKind};
use oauth::ScopeSet;
use store::Loaded;

use crate::Chain;

/// What something turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresentedKind {
    /// A minted access token without a row.
    AccessToken,
    /// A credential with a row.
    Credential(CredentialKind),
}

impl PresentedKind {
    /// The name in introspection answers and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::Credential(kind) => kind.as_str(),
        }
    }
}

/// Something presented that is good.
#[derive(Clone, Debug)]
pub struct Verified {
    /// What it is.
    pub kind: PresentedKind,
    /// What it hangs from.
    pub chain: Chain,
    /// The credential: itself, or what it was minted from.
    pub credential: Loaded<Credential>,
    /// What it allows at this moment.
    pub scopes: ScopeSet,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it expires; `None`: never.
    pub expires_at: Option<Timestamp>,
    /// The `jti` of an access token.
    pub token_id: Option<u128>,
}
