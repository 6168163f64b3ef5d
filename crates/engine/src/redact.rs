//! Removes what may be a secret from texts of callers before they reach logs and records.
//!
//! Invariant: a run of more than [`LONGEST`] characters that could be part of a credential is
//! always cut. A shorter run may be a name and stays. Unknown client ids are cut at any length.

use std::borrow::Cow;

/// The longest run of characters that is kept, in characters: the length of a UUID.
const LONGEST: usize = 36;
/// How many characters are shown of what may be a secret: enough to recognise a prefix.
const SHOWN: usize = 8;
/// The longest text that is kept, in bytes, without the ellipsis.
const LONGEST_TEXT: usize = 500;

/// The beginning of a text that may be a secret: at most [`SHOWN`] characters and a third of it.
pub(crate) fn beginning(text: &str) -> String {
    let count = text.chars().count();
    let shown: String = text.chars().take(SHOWN.min(count / 3)).collect();
    format!("{shown}…")
}

/// A name that a caller sent. A URL is redacted; another name longer than [`LONGEST`] bytes is cut
/// to its beginning.
pub(crate) fn name(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST || text.contains("://") {
        redact(text)
    } else {
        Cow::Owned(beginning(text))
    }
}

/// Redacts a text that holds what a caller sent. What may be a credential is cut to its beginning,
/// and the whole text to 500 bytes.
pub fn redact(text: &str) -> Cow<'_, str> {
    let suspicious = |run: &str| run.chars().count() > LONGEST;
    if text.len() <= LONGEST_TEXT && !runs(text).any(suspicious) {
        return Cow::Borrowed(text);
    }
    let mut details = String::with_capacity(LONGEST_TEXT);
    for run in runs(text) {
        if suspicious(run) {
            details.push_str(&beginning(run))
        } else {
            details.push_str(run)
        }
        if details.len() > LONGEST_TEXT {
            let end = (0..=LONGEST_TEXT).rev().find(|end| details.is_char_boundary(*end));
            details.truncate(end.unwrap_or(0));
            details.push('…');
            break;
        }
    }
    Cow::Owned(details)
}

/// Splits the text into runs of characters that credentials are made of, and the text between them.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let of_credentials =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '=' | '%' | '~');
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = of_credentials(rest.chars().next()?);
        let end = rest.find(|c| of_credentials(c) != first).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        Some(run)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_and_what_may_be_a_secret_is_cut() {
        for fine in [
            "there is no resource server \"https://api.example.com/v1/things-and-more-things\"",
            "POST /clients/client_0351gqnVygfmyhG47WTdGb/secrets",
            "6f9e8a8e-2c1b-4d5e-9f3a-0b7c6d5e4f31",
        ] {
            assert_eq!(redact(fine), fine);
        }
        let secret = "rt_live_0351gqnYo1NYhign94nGsM7CM4YzNSjOhLxa7zWEPkAB4lgjlGH7WF2G";
        assert_eq!(redact(&format!("GET /why/{secret}?")), "GET /why/rt_live_…?");
        assert_eq!(name(secret), "rt_live_…");
        assert_eq!(name("an+imported/secret:with#signs-0123456789"), "an+impor…");
        assert_eq!(name("contacts.delete"), "contacts.delete");
        assert_eq!(beginning("hunter2"), "hu…");
        assert_eq!(beginning("client_0351gqnVygfmyhG47WTdGb"), "client_0…");
    }

    #[test]
    fn no_text_is_longer_than_its_limit() {
        let long = "ä b ".repeat(1_000);
        assert!(redact(&long).len() <= LONGEST_TEXT + '…'.len_utf8());
    }
}
