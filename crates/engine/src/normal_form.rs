//! The Unicode normal form of what people type (UAX #15). One keyboard types an `é` as one character (NFC), another as
//! `e` and an accent (NFD). They look the same, and for a person they are.
//!
//! Invariant: the number of spellings depends on the typed text alone, and not on what is stored.

use base::Secret;
use unicode_normalization::UnicodeNormalization as _;

/// The text in NFC.
pub(crate) fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// A secret in NFC. It is written once: no part of it stays in memory that was freed.
pub(crate) fn nfc_secret<K>(secret: &Secret<K>) -> Secret<K> {
    // The worst growth of UTF-8 in NFC is threefold (UAX #15, table 8).
    let mut text = String::with_capacity(secret.expose().len() * 3);
    text.extend(secret.expose().nfc());
    Secret::new(text)
}

/// An e-mail address as accounts are kept under it: without white space around it, in lower case, in NFC.
pub fn email_address(text: &str) -> String {
    nfc(&nfc(text.trim()).to_lowercase())
}

/// The spellings under which an account may be stored, the typed one first: before addresses were kept in NFC, two
/// that differ in their normal form were two accounts, and each still belongs to whoever types it so.
pub(crate) fn stored_spellings(typed: &str) -> Vec<String> {
    let normal = email_address(typed);
    let decomposed = normal.nfd().collect();
    let mut spellings = vec![typed.trim().to_lowercase()];
    for other in [normal, decomposed] {
        if !spellings.contains(&other) {
            spellings.push(other);
        }
    }
    spellings
}

/// A password as it may be stored: in NFC first, then as it was typed, where that differs.
pub(crate) fn password_spellings<K>(typed: Secret<K>) -> Vec<Secret<K>> {
    let normal = nfc_secret(&typed);
    // Not secret: it follows from the typed text, which whoever sends it knows.
    if normal.expose() == typed.expose() { vec![normal] } else { vec![normal, typed] }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NFC: &str = "jos\u{e9}@caf\u{e9}.example";
    const NFD: &str = "jose\u{301}@cafe\u{301}.example";

    #[test]
    fn an_address_has_one_normal_form_whatever_it_is_typed_on() {
        for typed in [NFC, NFD, " JOS\u{c9}@CAFE\u{301}.example\t"] {
            assert_eq!(email_address(typed), NFC, "{typed}");
        }
        for text in ["ada@example.com", "\u{212b}@\u{212a}", "\u{130}@\u{3a3}", "\u{958}@x"] {
            assert_eq!(email_address(&email_address(text)), email_address(text), "{text}");
        }
    }

    #[test]
    fn the_typed_spelling_comes_first_and_plain_ascii_has_no_other() {
        assert_eq!(stored_spellings(" Ada@Example.com"), ["ada@example.com"]);
        assert_eq!(stored_spellings(NFC), [NFC, NFD]);
        assert_eq!(stored_spellings(NFD), [NFD, NFC]);
        assert_eq!(stored_spellings("jose\u{301}@caf\u{e9}.example").len(), 3);
    }

    #[test]
    fn a_secret_in_nfc_is_written_without_growing() {
        // The text that grows the most: each of its characters decomposes into three.
        let text = "\u{fb2c}\u{1d160}".repeat(1_000);
        let secret: Secret<()> = Secret::new(text.clone());
        let normal = nfc_secret(&secret);
        assert_eq!(normal.expose(), nfc(&text));
        assert!(normal.expose().len() <= text.len() * 3, "{}", normal.expose().len());
    }
}
