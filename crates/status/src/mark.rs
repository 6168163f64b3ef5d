//! Marks: 64-bit names of what a token depends on.
//!
//! The mark of a grant or credential with a status index is that index. Every other mark is the end
//! of an identifier or the hash of a name. Marks are not secret: they reveal nothing to a reader
//! who does not know the name already.

use base::digest::sha256;
use base::encoding::{base64url, parse_base64url};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The number of status indexes in a list: 2^20, so that a list takes 128 KiB uncompressed.
pub const INDEXES_PER_LIST: u32 = 1 << 20;

/// This bit is set in every mark that is not a status index.
const NOT_STATUS_INDEX: u64 = 1 << 63;

/// Something that a token depends on. As text: 11 characters of base64url.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark(u64);

impl Mark {
    /// The mark of a grant or credential: its index in the status lists of its realm.
    pub const fn status_index(status_index: u32) -> Self {
        Self(status_index as u64)
    }

    /// The mark of an entity, from the bits of its identifier, or of a single access token, from
    /// its `jti`. The low 63 bits of an identifier are random.
    pub const fn id(id: u128) -> Self {
        Self(id as u64 | NOT_STATUS_INDEX)
    }

    /// The mark of an API, from its identifier (the `aud` of its tokens).
    pub fn audience(identifier: &str) -> Self {
        Self::hashed(&[b"audience", identifier.as_bytes()])
    }

    /// The mark of a user's membership in an organization.
    pub fn membership(user: u128, organization: u128) -> Self {
        Self::hashed(&[b"membership", &user.to_be_bytes(), &organization.to_be_bytes()])
    }

    /// The mark of all connections that users gave to an app before its connection counter left
    /// `epoch`.
    pub fn connections(client: u128, epoch: u32) -> Self {
        Self::hashed(&[b"connections", &client.to_be_bytes(), &epoch.to_be_bytes()])
    }

    /// The status index, where the mark is one.
    pub const fn as_status_index(self) -> Option<u32> {
        if self.0 & NOT_STATUS_INDEX == 0 { Some(self.0 as u32) } else { None }
    }

    /// The bits.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The mark with these bits; `None` where no mark has them.
    pub const fn from_u64(bits: u64) -> Option<Self> {
        let status_index = bits <= u32::MAX as u64;
        if status_index || bits & NOT_STATUS_INDEX != 0 { Some(Self(bits)) } else { None }
    }

    fn hashed(parts: &[&[u8]]) -> Self {
        let mut text = Vec::new();
        for part in parts {
            text.extend_from_slice(&(part.len() as u64).to_be_bytes());
            text.extend_from_slice(part);
        }
        let [a, b, c, d, e, f, g, h, ..] = sha256(&text);
        Self(u64::from_be_bytes([a, b, c, d, e, f, g, h]) | NOT_STATUS_INDEX)
    }
}

impl Serialize for Mark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64url(self.0.to_be_bytes()))
    }
}

impl<'de> Deserialize<'de> for Mark {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        parse_base64url(text.as_bytes())
            .and_then(|bytes| <[u8; 8]>::try_from(bytes).ok())
            .and_then(|bytes| Self::from_u64(u64::from_be_bytes(bytes)))
            .ok_or_else(|| serde::de::Error::custom("expected a mark: 8 bytes of base64url"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_indexes_and_other_marks_never_collide() {
        assert_eq!(Mark::status_index(7).as_status_index(), Some(7));
        assert_eq!(Mark::id(7).as_status_index(), None);
        assert_ne!(Mark::membership(1, 2), Mark::membership(2, 1));
        assert_eq!(Mark::from_u64(1 << 40), None);
        for mark in [Mark::status_index(u32::MAX), Mark::id(u128::MAX), Mark::audience("https://a")]
        {
            let text = serde_json::to_string(&mark).unwrap();
            assert_eq!(serde_json::from_str::<Mark>(&text).unwrap(), mark);
            assert_eq!(text.len(), 13);
        }
    }
}
