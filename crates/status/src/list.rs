//! Status lists (draft-ietf-oauth-status-list §4, §5): a bit a token, compressed, in a JWT of type
//! `statuslist+jwt`.

use flate2::Compression;
use serde::{Deserialize, Serialize};

use crate::PLACES_PER_LIST;
use crate::deflate::{deflated, inflated};

/// The `typ` of a status list token (§5.1).
pub const LIST_TYPE: &str = "statuslist+jwt";

const LIST_BYTES: usize = PLACES_PER_LIST as usize / 8;

/// The payload of a status list token (§5.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListClaims {
    /// The issuer; Postern names it, the draft does not ask for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// The address of the list: what `status_list.uri` of its tokens says.
    pub sub: String,
    /// The moment up to which it is true, in seconds since the Unix epoch.
    pub iat: i64,
    /// When it may not be used any more, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// How long a copy may be kept before it is fetched again, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u64>,
    /// The list.
    pub status_list: StatusList,
}

/// A status list as JSON (§4.2): a bit each token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusList {
    /// Bits a token; 1 is all that is read and written here.
    pub bits: u8,
    /// base64url of the DEFLATE (zlib) of the bits, the first token lowest in the first byte.
    pub lst: String,
    /// Where all lists are listed (§9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregation_uri: Option<String>,
}

/// A status list that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the status list is malformed, too long, or not of one bit a token")]
pub struct NotAList;

impl StatusList {
    /// Compresses the bits of a list.
    pub fn of(bytes: &[u8]) -> Self {
        Self { bits: 1, lst: deflated(bytes, Compression::best()), aggregation_uri: None }
    }

    /// The bits.
    ///
    /// # Errors
    /// [`NotAList`].
    pub fn read(&self) -> Result<Statuses, NotAList> {
        let bytes = (self.bits == 1).then(|| inflated(&self.lst, LIST_BYTES)).flatten();
        bytes.map(|bytes| Statuses(bytes.into_boxed_slice())).ok_or(NotAList)
    }
}

/// The bits of a status list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statuses(Box<[u8]>);

impl Statuses {
    /// Whether what has `index` is bad; `None` where the list is shorter (§8.3: then it is not to
    /// be accepted).
    pub fn is_bad(&self, index: u32) -> Option<bool> {
        let byte = self.0.get(usize::try_from(index / 8).ok()?)?;
        Some(byte & (1 << (index % 8)) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_list_4_1_the_example_of_the_draft() {
        let example = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1];
        let list = StatusList { bits: 1, lst: "eNrbuRgAAhcBXQ".to_owned(), aggregation_uri: None };
        let statuses = list.read().unwrap();
        for (index, status) in (0..).zip(example) {
            assert_eq!(statuses.is_bad(index), Some(status == 1), "{index}");
        }
        assert_eq!(statuses.is_bad(16), None);
        assert_eq!(statuses.is_bad(u32::MAX), None);
        assert_eq!(StatusList::of(&[0xB9, 0xA3]).read(), Ok(statuses));
    }

    #[test]
    fn what_inflates_beyond_a_list_is_refused() {
        assert!(StatusList::of(&vec![0; LIST_BYTES]).read().is_ok());
        assert_eq!(StatusList::of(&vec![0; LIST_BYTES + 1]).read(), Err(NotAList));
        assert_eq!(StatusList::of(&vec![0; 64 << 20]).read(), Err(NotAList));
        let of = |bits, lst: &str| StatusList { bits, lst: lst.to_owned(), aggregation_uri: None };
        for broken in [of(2, "eNrbuRgAAhcBXQ"), of(1, "eNrbuRgAAhcB"), of(1, "é"), of(1, "")] {
            assert_eq!(broken.read(), Err(NotAList), "{broken:?}");
        }
    }

    #[test]
    fn a_million_good_tokens_take_next_to_nothing() {
        assert!(StatusList::of(&vec![0; LIST_BYTES]).lst.len() < 400);
    }
}
