//! Keys that sign access tokens.

use base::{Id, Timestamp};
use jose::Algorithm;
use serde::{Deserialize, Serialize};

use crate::{PublicId, RealmName};

/// Where a key is in its life. `Published` comes before `Active`, so that caches of the key set
/// know it before the first token; `Retired` signs no more and verifies until it is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum KeyState {
    /// In the key set, not signing yet.
    Published {
        /// From when it signs.
        active_from: Timestamp,
    },
    /// Signs.
    Active {
        /// Since when.
        since: Timestamp,
    },
    /// Signs no more; what it signed is still good.
    Retired {
        /// Since when.
        since: Timestamp,
    },
    /// What it signed is refused.
    Revoked {
        /// Since when.
        since: Timestamp,
    },
}

/// A signing key of a realm; the private half is sealed under the master key.
#[derive(Clone, Serialize, Deserialize)]
pub struct SigningKey {
    /// Its identifier.
    pub id: Id<SigningKey>,
    /// Where it belongs.
    pub realm: RealmName,
    /// The `kid` (RFC 7515 §4.1.4).
    pub kid: PublicId,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// The public half as a JWK (RFC 7517); `None` for HS256.
    pub public_jwk: Option<String>,
    /// The private half, sealed, in base64url.
    pub sealed_private: String,
    /// Where it is in its life.
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
