//! Status lists (draft-ietf-oauth-status-list §4, §5): a bit per token, compressed, in a JWT of
//! type `statuslist+jwt`. For verifiers that know marks, the revoked marks without a bit stand
//! beside the list.

use flate2::Compression;
use serde::{Deserialize, Serialize};

use crate::deflate::{deflated, inflated};
use crate::snapshot::{names, read_names};
use crate::{INDEXES_PER_LIST, Marks, SigningKeys};

/// The `typ` of a status list token (§5.1).
pub const LIST_TYPE: &str = "statuslist+jwt";

/// The largest number of marks beside a list: about 2 MB of text.
pub const MAX_MARKS_BESIDE_LIST: usize = 100_000;

const LIST_BYTES: usize = INDEXES_PER_LIST as usize / 8;

/// The payload of a status list token (§5.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListClaims {
    /// The issuer; Postern names it, the draft does not ask for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// The address of the list, as in the `status_list.uri` of its tokens.
    pub sub: String,
    /// The moment up to which the list is complete, in seconds since the Unix epoch.
    pub iat: i64,
    /// When the list expires, in seconds since the Unix epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// How long a copy may be kept before it is fetched again, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u64>,
    /// The list.
    pub status_list: StatusList,
    /// All revoked marks of the issuer that are not a status index, written as in
    /// [`Snapshot::marks`](crate::Snapshot::marks). A single revoked token, for example, has no bit
    /// in any list. Absent where there are more than [`MAX_MARKS_BESIDE_LIST`], and from issuers that do not
    /// know marks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bad_marks: Option<String>,
    /// All signing keys of the issuer. Absent from issuers that do not publish them here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_keys: Option<SigningKeys>,
}

impl ListClaims {
    /// The value of [`Self::bad_marks`] for `marks`; `None` where there are too many.
    pub fn beside(marks: &Marks) -> Option<String> {
        (marks.names_len() <= MAX_MARKS_BESIDE_LIST).then(|| names(marks))
    }

    /// The marks beside the list; `None` where the member is absent.
    ///
    /// # Errors
    /// [`ParseStatusListError`] when the member is malformed or has too many marks.
    pub fn read_beside(&self) -> Result<Option<Marks>, ParseStatusListError> {
        let read =
            |text: &String| read_names(text, MAX_MARKS_BESIDE_LIST).ok_or(ParseStatusListError);
        self.bad_marks.as_ref().map(read).transpose()
    }
}

/// A status list as JSON (§4.2), with one bit per token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusList {
    /// Bits per token. Only 1 is read and written here.
    pub bits: u8,
    /// base64url of the DEFLATE (zlib) of the bits. The first token is the lowest bit of the first
    /// byte.
    pub lst: String,
    /// The address of the list of all status lists (§9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregation_uri: Option<String>,
}

/// A status list that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the status list is malformed, too long, or not of one bit a token")]
pub struct ParseStatusListError;

impl StatusList {
    /// Compresses the bits of a list.
    pub fn of(bytes: &[u8]) -> Self {
        Self { bits: 1, lst: deflated(bytes, Compression::best()), aggregation_uri: None }
    }

    /// Decompresses the bits.
    ///
    /// # Errors
    /// [`ParseStatusListError`] when the list is malformed, too long, or has more than one bit per
    /// token.
    pub fn read(&self) -> Result<Statuses, ParseStatusListError> {
        let bytes = (self.bits == 1).then(|| inflated(&self.lst, LIST_BYTES)).flatten();
        bytes.map(|bytes| Statuses(bytes.into_boxed_slice())).ok_or(ParseStatusListError)
    }
}

/// The bits of a status list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statuses(Box<[u8]>);

impl Statuses {
    /// Whether the token with `index` is revoked. `None` where the list is shorter; the token must
    /// then be refused (§8.3).
    pub fn is_revoked(&self, index: u32) -> Option<bool> {
        let byte = self.0.get(usize::try_from(index / 8).ok()?)?;
        Some(byte & (1 << (index % 8)) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mark;

    #[test]
    fn status_list_4_1_the_example_of_the_draft() {
        let example = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1];
        let list = StatusList { bits: 1, lst: "eNrbuRgAAhcBXQ".to_owned(), aggregation_uri: None };
        let statuses = list.read().unwrap();
        for (index, status) in (0..).zip(example) {
            assert_eq!(statuses.is_revoked(index), Some(status == 1), "{index}");
        }
        assert_eq!(statuses.is_revoked(16), None);
        assert_eq!(statuses.is_revoked(u32::MAX), None);
        assert_eq!(StatusList::of(&[0xB9, 0xA3]).read(), Ok(statuses));
    }

    #[test]
    fn a_list_that_inflates_beyond_the_limit_is_refused() {
        assert!(StatusList::of(&vec![0; LIST_BYTES]).read().is_ok());
        assert_eq!(StatusList::of(&vec![0; LIST_BYTES + 1]).read(), Err(ParseStatusListError));
        assert_eq!(StatusList::of(&vec![0; 64 << 20]).read(), Err(ParseStatusListError));
        let of = |bits, lst: &str| StatusList { bits, lst: lst.to_owned(), aggregation_uri: None };
        for broken in [of(2, "eNrbuRgAAhcBXQ"), of(1, "eNrbuRgAAhcB"), of(1, "é"), of(1, "")] {
            assert_eq!(broken.read(), Err(ParseStatusListError), "{broken:?}");
        }
    }

    fn claims(bad_marks: Option<String>) -> ListClaims {
        let status_list = StatusList::of(&[0]);
        let sub = "https://a/0".to_owned();
        ListClaims {
            iss: None,
            sub,
            iat: 1,
            exp: None,
            ttl: None,
            status_list,
            bad_marks,
            signing_keys: None,
        }
    }

    #[test]
    fn marks_beside_a_list_are_read_as_they_were_written() {
        let mut marks = Marks::default();
        marks.set(Mark::id(7), None);
        marks.set(Mark::id(8), Some(1_800_000_000));
        marks.set(Mark::status_index(9), None);
        let text = serde_json::to_string(&claims(ListClaims::beside(&marks))).unwrap();
        let read: ListClaims = serde_json::from_str(&text).unwrap();
        let read = read.read_beside().unwrap().unwrap();
        assert!(read.names().eq(marks.names()) && read.len() == 2, "a place has its bit");
        assert_eq!(claims(None).read_beside().unwrap().map(|it| it.len()), None);
        assert!(!serde_json::to_string(&claims(None)).unwrap().contains("bad_marks"));
    }

    #[test]
    fn more_marks_than_the_limit_are_neither_written_nor_read() {
        let mut marks = Marks::default();
        (0..MAX_MARKS_BESIDE_LIST as u128).for_each(|id| marks.set(Mark::id(id), None));
        let full = claims(ListClaims::beside(&marks));
        assert_eq!(full.read_beside().unwrap().unwrap().len(), MAX_MARKS_BESIDE_LIST);
        marks.set(Mark::id(u128::from(u32::MAX)), None);
        assert_eq!(ListClaims::beside(&marks), None);
        let bomb = deflated(&vec![0xFF; 64 << 20], Compression::best());
        let status_index = deflated(&[0; 16], Compression::best());
        for bad in [names(&marks), bomb, status_index, "é".to_owned(), String::new()] {
            assert_eq!(claims(Some(bad)).read_beside().unwrap_err(), ParseStatusListError);
        }
    }

    #[test]
    fn a_million_active_tokens_compress_to_almost_nothing() {
        assert!(StatusList::of(&vec![0; LIST_BYTES]).lst.len() < 400);
    }
}
