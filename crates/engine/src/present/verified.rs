//! A presented credential or token after it was checked.

use base::Timestamp;
use domain::{Credential, CredentialKind};
use oauth::ScopeSet;
use store::Loaded;

use crate::Chain;

/// The kind of a presented credential or token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresentedKind {
    /// A minted access token without a row.
    AccessToken,
    /// A credential with a row.
    Credential(CredentialKind),
}

impl PresentedKind {
    /// The name in introspection responses and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::Credential(kind) => kind.as_str(),
        }
    }
}

/// A presented credential or token that is active.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Its kind.
    pub kind: PresentedKind,
    /// The chain that it depends on.
    pub chain: Chain,
    /// The credential: itself, or the one that the token was minted from.
    pub credential: Loaded<Credential>,
    /// The scopes that it allows at this moment.
    pub scopes: ScopeSet,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it expires; `None`: never.
    pub expires_at: Option<Timestamp>,
    /// The `jti` of an access token.
    pub token_id: Option<u128>,
}
