//! Keys that sign access tokens.

use base::{Id, Timestamp};
use jose::Algorithm;
use serde::{Deserialize, Serialize};

use crate::{PublicId, RealmName};

/// The life cycle of a key. `Published` comes before `Active`, so that caches of the key set have
/// the key before the first token. A `Retired` key signs nothing new; its tokens are accepted until
/// it is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum KeyState {
    /// In the key set, but not signing yet.
    Published {
        /// The time from which it signs.
        active_from: Timestamp,
    },
    /// The key signs tokens.
    Active {
        /// The time since which it signs.
        since: Timestamp,
    },
    /// The key signs nothing new. Its tokens are still accepted.
    Retired {
        /// The time since which it signs nothing new.
        since: Timestamp,
    },
    /// Tokens that the key signed are refused.
    Revoked {
        /// The time since which its tokens are refused.
        since: Timestamp,
    },
}

/// A signing key of a realm; the private half is sealed under the master key.
#[derive(Clone, Serialize, Deserialize)]
pub struct SigningKey {
    /// Its identifier.
    pub id: Id<SigningKey>,
    /// The realm it belongs to.
    pub realm: RealmName,
    /// The `kid` (RFC 7515 §4.1.4).
    pub kid: PublicId,
    /// The signature algorithm.
    pub algorithm: Algorithm,
    /// The public half as a JWK (RFC 7517); `None` for HS256.
    pub public_jwk: Option<String>,
    /// The private half, sealed, in base64url.
    pub sealed_private: String,
    /// The state in its life cycle.
    pub state: KeyState,
    /// When it was made.
    pub created_at: Timestamp,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .field("algorithm", &self.algorithm)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
