//! The cookie of browsers that signed in before. Each such browser has its own bucket of attempts, so an attacker who
//! tries passwords cannot lock out the owner of the account.
//!
//! Invariant: only a sign-in creates an entry, and an entry is valid for one account. It proves only that its holder
//! knew the password once.

use base::encoding::{base64url, parse_base64url};
use base::{DigestKey, Rng};
use subtle::ConstantTimeEq as _;

/// The most accounts in the cookie of one browser.
const MOST: usize = 4;
/// The length of a browser's number, and of its proof, in bytes.
const HALF: usize = 16;

/// The number of a browser that signed in as `email` before; `None` where the cookie does not prove it.
pub(super) fn number(key: &DigestKey, cookie: &str, email: &str) -> Option<String> {
    let entry = entries(cookie).find(|entry| is_of(key, entry, email))?;
    Some(base64url(entry.get(..HALF)?))
}

/// The cookie of a browser that signed in as `email` now.
pub(super) fn remember(
    key: &DigestKey,
    rng: &dyn Rng,
    cookie: Option<&str>,
    email: &str,
) -> String {
    let before: Vec<Vec<u8>> = entries(cookie.unwrap_or_default()).collect();
    let (same, others): (Vec<_>, Vec<_>) =
        before.into_iter().partition(|entry| is_of(key, entry, email));
    // The number stays, so a new sign-in does not give a full bucket.
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
    fn an_entry_is_valid_for_its_account_and_key_only() {
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
    fn a_shared_browser_remembers_a_limited_number_of_accounts() {
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
