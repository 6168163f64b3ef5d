//! The `status` claim of a token (Token Status List §6). It holds one status index, for readers
//! that know the standard, and all marks, for readers that follow the change feed.
//!
//! ```json
//! {"status_list": {"idx": 17, "uri": "https://login.example.com/status-lists/0"}, "marks": "…"}
//! ```
//! `marks` is 8 bytes a mark, big-endian, as base64url. The API (`aud`) and the token itself
//! (`jti`) are marks, too. They are not repeated here.

use std::fmt::Write as _;

use base::encoding::{parse_base64url, push_base64url};
use serde::Deserialize;

use crate::{INDEXES_PER_LIST, Mark};

/// The largest number of marks in a claim.
const MAX_MARKS: usize = 32;

/// Where the status of a token is found.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct TokenStatus {
    /// The token's index in the status lists, where it has one.
    pub status_index: Option<u32>,
    /// The marks that the token depends on.
    pub marks: Vec<Mark>,
}

/// A `status` claim that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the status claim is malformed")]
pub struct ParseStatusError;

#[derive(Deserialize)]
struct Wire {
    status_list: Option<WireList>,
    marks: Option<String>,
}

#[derive(Deserialize)]
struct WireList {
    idx: u32,
    uri: String,
}

impl TokenStatus {
    /// Appends the claim's value as JSON. `lists` is the address of a list without its number, such
    /// as `https://login.example.com/status-lists/`.
    pub fn write(&self, lists: &str, out: &mut String) {
        out.push('{');
        if let Some(status_index) = self.status_index {
            let (list, index) = (status_index / INDEXES_PER_LIST, status_index % INDEXES_PER_LIST);
            let _ = write!(out, r#""status_list":{{"idx":{index},"uri":"{lists}{list}"}},"#);
        }
        out.push_str(r#""marks":""#);
        let bytes: Vec<u8> =
            self.marks.iter().flat_map(|mark| mark.as_u64().to_be_bytes()).collect();
        push_base64url(out, bytes);
        out.push_str("\"}");
    }

    /// Reads the claim's value. A claim without marks comes from another issuer and holds a status
    /// index alone.
    ///
    /// # Errors
    /// [`ParseStatusError`] when the value is not such a claim.
    /// [`ParseStatusError`].
    pub fn read(value: &serde_json::Value) -> Result<Self, ParseStatusError> {
        let wire = Wire::deserialize(value).map_err(|_| ParseStatusError)?;
        let status_index = match wire.status_list {
            None => None,
            Some(list) => {
                let number = list.uri.rsplit('/').next().and_then(|end| end.parse::<u32>().ok());
                let first = number.and_then(|number| number.checked_mul(INDEXES_PER_LIST));
                Some(first.and_then(|first| first.checked_add(list.idx)).ok_or(ParseStatusError)?)
            }
        };
        let marks = match wire.marks {
            None => Vec::new(),
            Some(text) => marks(&text).ok_or(ParseStatusError)?,
        };
        Ok(Self { status_index, marks })
    }
}

fn marks(text: &str) -> Option<Vec<Mark>> {
    let bytes = parse_base64url(text.as_bytes())?;
    let (marks, []) = bytes.as_chunks::<8>() else { return None };
    let read = || marks.iter().map(|bytes| Mark::from_u64(u64::from_be_bytes(*bytes))).collect();
    if marks.len() > MAX_MARKS { None } else { read() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let status = TokenStatus {
            status_index: Some(INDEXES_PER_LIST + 3),
            marks: vec![Mark::status_index(5), Mark::id(77)],
        };
        let mut text = String::new();
        status.write("https://a.example/status-lists/", &mut text);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["status_list"]["uri"], "https://a.example/status-lists/1");
        assert_eq!(value["status_list"]["idx"], 3);
        assert_eq!(TokenStatus::read(&value), Ok(status));
    }

    #[test]
    fn a_malformed_claim_is_refused() {
        for broken in [
            r#"{"marks":"AA"}"#,
            r#"{"marks":7}"#,
            r#"{"status_list":{"idx":-1,"uri":"https://a/0"}}"#,
            r#"{"status_list":{"idx":1,"uri":"https://a/x"}}"#,
            r#""no""#,
        ] {
            let value = serde_json::from_str(broken).unwrap();
            assert_eq!(TokenStatus::read(&value), Err(ParseStatusError), "{broken}");
        }
    }
}
