//! What an issuer says of its own signing keys, in messages of the feed, snapshots and status lists: which are good,
//! which are retired, and which are withdrawn. Only the form; whom to believe is the reader's part.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The largest number of keys of each kind that a reader takes from one document.
pub const MAX_SIGNING_KEYS: usize = 4_096;

/// All signing keys of an issuer.
///
/// A key goes one way only: good, retired, withdrawn. So documents may be read late, twice or out of order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKeys {
    /// The public keys as JWKs (RFC 7517 §4), retired ones included. The next key is among them long before it signs.
    pub keys: Vec<Value>,
    /// The keys that sign nothing new.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retired: Vec<RetiredKey>,
    /// The names (`kid`) of the keys that are withdrawn: nothing that they signed is good any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdrawn: Vec<String>,
}

/// A key that signs nothing new. What it signed before is good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetiredKey {
    /// The name of the key.
    pub kid: String,
    /// Since when, in seconds since the Unix epoch.
    pub since: i64,
}

impl SigningKeys {
    /// Whether every part is within [`MAX_SIGNING_KEYS`].
    pub const fn is_within_limits(&self) -> bool {
        self.keys.len() <= MAX_SIGNING_KEYS
            && self.retired.len() <= MAX_SIGNING_KEYS
            && self.withdrawn.len() <= MAX_SIGNING_KEYS
    }

    /// Whether the key of this name is withdrawn.
    pub fn withdraws(&self, kid: &str) -> bool {
        self.withdrawn.iter().any(|it| it == kid)
    }

    /// Whether the key of this name is retired.
    pub fn retires(&self, kid: &str) -> bool {
        self.retired.iter().any(|it| it.kid == kid)
    }
}
