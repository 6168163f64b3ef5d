//! Browsers that signed in before: each has a bucket of attempts of its own, so that a stranger who
//! tries passwords cannot keep the owner of the account out.
//!
//! Invariant: only a sign-in yields an entry, and an entry is good for one account: it says nothing
//! but that whoever has it knew the password once.

use base::encoding::{base64url, parse_base64url};
use base::{DigestKey, Rng};
use subtle::ConstantTimeEq as _;

/// The most accounts that are remembered of one browser.
const MOST: usize = 4;
/// Bytes of a browser's number, and of its proof.
const HALF: usize = 16;

/// The number of this browser as one that signed in as `email` before, where the cookie proves it.
pub(super) fn number(key: &DigestKey, cookie: &str, email: &str) -> Option<String> {
    let entry = entries(cookie).find(|entry| is_of(key, entry, email))?;
    Some(base64url(entry.get(..HALF)?))
}

/// The cookie of a browser that has signed in as `email` now.
pub(super) fn remember(
    key: &DigestKey,
    rng: &dyn Rng,
    cookie: Option<&str>,
    email: &str,
) -> String {
    let before: Vec<Vec<u8>> = entries(cookie.unwrap_or_default()).collect();
    let (same, others): (Vec<_>, Vec<_>) =
        before.into_iter().partition(|entry| is_of(key, entry, email));
    // The number stays, so that signing in again fills no bucket.
    let entry = same.into_iter().next().unwrap_or_else(|| {
        let mut entry = vec![0; HALF];
        rng.fill(&mut entry);
        let proof = proof(key, &entry, email);
        entry.extend(proof.iter().take(HALF));
        entry
    });
    let entries = std::iter::once(entry).chain(others).take(MOST);
    entries.map(base64url).collect::<Vec<_>>().join(".")
}

fn entries(cookie: &str) -> impl Iterator<Item = Vec<u8>> + '_ {
    let entries = cookie.split('.').take(MOST).filter_map(parse_base64url);
    entries.filter(|entry| entry.len() == 2 * HALF)
}

fn is_of(key: &DigestKey, entry: &[u8], email: &str) -> bool {
    let Some((number, claimed)) = entry.split_at_checked(HALF) else { return false };
    let proof = proof(key, number, email);
    proof.get(..HALF).is_some_and(|proof| proof.ct_eq(claimed).into())
}

fn proof(key: &DigestKey, number: &[u8], email: &str) -> [u8; 32] {
    key.mac(&[b"known browser\0", number, email.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use base::SystemRng;

    use super::*;

    #[test]
    fn an_entry_is_good_for_its_account_and_key_alone() {
        let (key, other) = (DigestKey::new(&[1; 32]), DigestKey::new(&[2; 32]));
        let cookie = remember(&key, &SystemRng, None, "ada@example.com");
        let found = number(&key, &cookie, "ada@example.com");
        assert!(found.is_some());
        assert_eq!(number(&key, &cookie, "bob@example.com"), None);
        assert_eq!(number(&other, &cookie, "ada@example.com"), None);
        let again = remember(&key, &SystemRng, Some(&cookie), "ada@example.com");
        assert_eq!(number(&key, &again, "ada@example.com"), found, "it keeps its number");
        for damaged in ["", ".", "x", &cookie[1..], &format!("{cookie}A")] {
            assert_eq!(number(&key, damaged, "ada@example.com"), None, "{damaged}");
        }
    }

    #[test]
    fn a_shared_browser_knows_several_and_finitely_many() {
        let key = DigestKey::new(&[1; 32]);
        let mut cookie = String::new();
        for person in 0..10 {
            cookie = remember(&key, &SystemRng, Some(&cookie), &format!("{person}@example.com"));
        }
        assert!(number(&key, &cookie, "9@example.com").is_some());
        assert!(number(&key, &cookie, "6@example.com").is_some());
        assert_eq!(number(&key, &cookie, "5@example.com"), None);
        assert!(cookie.len() < 200, "{cookie}");
    }
}
