//! The payloads of the change feed's signed messages (RFC 7515, RFC 7519).

use serde::{Deserialize, Serialize};

use crate::{Mark, SigningKeys};

/// A mark that was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokedMark {
    /// The revoked mark.
    pub mark: Mark,
    /// When everything that depends on the mark has expired, in seconds since the Unix epoch. The
    /// mark need not be held after that. `None`: it must be held forever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

/// One message of the feed (`typ`: `feed+jwt`). A message without changes is a heartbeat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// The issuer.
    pub iss: String,
    /// The sequence number after which the message begins. A follower needs everything up to this
    /// number before it applies the message; having more does no harm.
    pub after: u64,
    /// The sequence number that a follower has after it applied the message.
    pub sequence: u64,
    /// The moment up to which the sender's knowledge is complete, in milliseconds since the Unix
    /// epoch.
    pub as_of: i64,
    /// The marks that were revoked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<RevokedMark>,
    /// The marks that are active again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub back: Vec<Mark>,
    /// Whether the issuer's keys changed (RFC 7517). A follower that does not know
    /// [`Self::signing_keys`] fetches them before the next token.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keys: bool,
    /// Whether the requested messages are no longer kept. The follower then takes a snapshot.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reset: bool,
    /// All signing keys, where `keys` is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_keys: Option<SigningKeys>,
}

/// All revoked marks (`typ`: `feed-snapshot+jwt`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The issuer.
    pub iss: String,
    /// The sequence number from which the follower continues.
    pub sequence: u64,
    /// As in [`Update::as_of`].
    pub as_of: i64,
    /// The status lists by number. Each has one bit per index, as a status list token has, but only
    /// the bits of grants and credentials that were revoked themselves. base64url of the DEFLATE
    /// (zlib) of the bytes. Lists of zeroes are absent.
    pub lists: Vec<(u32, String)>,
    /// All other marks: base64url of the DEFLATE (zlib) of 16 bytes each, mark and until (seconds
    /// since the Unix epoch, 0 for never), big-endian, by rising mark.
    pub marks: String,
    /// All signing keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_keys: Option<SigningKeys>,
}
