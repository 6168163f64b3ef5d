//! What the change feed says: the payloads of its signed messages (RFC 7515, RFC 7519).

use serde::{Deserialize, Serialize};

use crate::Mark;

/// A mark that went bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// Which.
    pub mark: Mark,
    /// When whatever depends on it is over by itself, in seconds since the Unix epoch: it need not
    /// be held any longer then. `None`: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

/// One message of the feed (`typ`: `feed+jwt`). With nothing changed it is a heartbeat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// The issuer.
    pub iss: String,
    /// The sequence number it begins after: it is for who has everything up to there, and harms
    /// nobody who has more.
    pub after: u64,
    /// The sequence number it brings one to.
    pub sequence: u64,
    /// The moment up to which the sender knew of everything, in milliseconds since the Unix epoch.
    pub as_of: i64,
    /// What went bad.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<Gone>,
    /// What is good again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub back: Vec<Mark>,
    /// Whether the issuer's keys are others now (RFC 7517): fetch them before the next token.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keys: bool,
    /// Whether what was asked for is not kept any more: take a snapshot.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reset: bool,
}

/// Everything that is bad (`typ`: `feed-snapshot+jwt`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The issuer.
    pub iss: String,
    /// The sequence number to go on from.
    pub sequence: u64,
    /// As in [`Update::as_of`].
    pub as_of: i64,
    /// The status lists by number, each a bit a place as in a status list token, but of what was
    /// taken back by itself: base64url of the DEFLATE (zlib) of the bytes. Lists of zeroes are left
    /// out.
    pub lists: Vec<(u32, String)>,
    /// All other marks: base64url of the DEFLATE (zlib) of 16 bytes each, mark and until (seconds
    /// since the Unix epoch, 0 for never), big-endian, by rising mark.
    pub marks: String,
}
