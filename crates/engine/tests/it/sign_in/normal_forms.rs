//! Passwords and addresses in another Unicode normal form than they were stored in (UAX #15).

use std::sync::atomic::Ordering::Relaxed;

use crate::sign_in::fixture::{Fixture, PASSWORD, code};

/// `é` as one character, and as `e` with an accent.
const NFC: &str = "tr\u{e9}s secret";
const NFD: &str = "tre\u{301}s secret";

#[tokio::test]
async fn a_password_is_the_same_in_every_normal_form() {
    let fixture = Fixture::new().await;
    fixture.set_password("ada@example.com", NFC).await;
    for typed in [NFC, NFD] {
        fixture.sign_in("ada@example.com", typed).await.unwrap();
    }
    assert_eq!(fixture.passwords.hashes.load(Relaxed), 0, "the stored hash is of NFC already");
    assert_eq!(code(fixture.sign_in("ada@example.com", "tres secret").await), "password_mismatch");
}

#[tokio::test]
async fn a_password_that_was_stored_as_typed_still_signs_in_and_is_stored_in_nfc() {
    let fixture = Fixture::new().await;
    fixture.set_password("ada@example.com", NFD).await;
    assert_eq!(code(fixture.sign_in("ada@example.com", NFC).await), "password_mismatch");
    fixture.sign_in("ada@example.com", NFD).await.unwrap();
    let stored = fixture.account("ada@example.com").await.password.clone();
    assert_eq!(stored.unwrap().as_phc(), NFC);
    for typed in [NFC, NFD] {
        fixture.sign_in("ada@example.com", typed).await.unwrap();
    }
    assert_eq!(fixture.passwords.hashes.load(Relaxed), 1, "once");
}

#[tokio::test]
async fn the_work_follows_from_the_typed_text_and_not_from_the_account() {
    let fixture = Fixture::new().await;
    for (typed, spellings) in [("plain", 1), (NFC, 1), (NFD, 2)] {
        for stored in [NFC, NFD, "another"] {
            fixture.set_password("ada@example.com", stored).await;
            for email in ["ada@example.com", "bob@example.com", "nobody@example.com", ""] {
                let before = fixture.passwords.checks.load(Relaxed);
                let _ = fixture.sign_in(email, typed).await;
                let checks = fixture.passwords.checks.load(Relaxed) - before;
                assert_eq!(checks, spellings, "{email} with {typed:?}, stored {stored:?}");
            }
        }
    }
}

#[tokio::test]
async fn an_address_is_found_in_every_normal_form() {
    let fixture = Fixture::new().await;
    for stored in ["jos\u{e9}@example.com", "jose\u{301}@example.com"] {
        fixture.change_user("ada@example.com", |user| user.email = stored.to_owned()).await;
        for typed in ["jos\u{e9}@example.com", "jose\u{301}@example.com", " JOS\u{c9}@Example.com"]
        {
            let new = fixture.sign_in(typed, PASSWORD).await.unwrap();
            assert_eq!(new.person.user.email, stored, "typed {typed}");
        }
        fixture.change_user(stored, |user| user.email = "ada@example.com".to_owned()).await;
    }
}

#[tokio::test]
async fn two_addresses_that_differ_in_their_normal_form_keep_working() {
    let fixture = Fixture::new().await;
    fixture.set_password("bob@example.com", "bob's own").await;
    let (nfc, nfd) = ("jos\u{e9}@example.com", "jose\u{301}@example.com");
    fixture.change_user("ada@example.com", |user| user.email = nfc.to_owned()).await;
    fixture.change_user("bob@example.com", |user| user.email = nfd.to_owned()).await;
    let of = async |typed, password| fixture.sign_in(typed, password).await;
    assert_eq!(of(nfc, PASSWORD).await.unwrap().person.user.public_id.as_str(), "ada");
    assert_eq!(of(nfd, "bob's own").await.unwrap().person.user.public_id.as_str(), "bob");
    assert_eq!(code(of(nfd, PASSWORD).await), "password_mismatch");
}
