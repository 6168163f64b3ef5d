//! Sign-in: its messages, the limits of attempts, the cookies, and the redirect after it.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::fixture::{Browser, Fixture, PASSWORD};

#[tokio::test]
async fn the_right_password_signs_in_and_returns_to_the_app() {
    let fixture = Fixture::new().await;
    let mut browser = Browser::new(&fixture);
    let path = fixture.authorization_path("");
    let to_sign_in = browser.get(&path).await.location().to_owned();
    assert!(to_sign_in.starts_with("/sign-in?return_to=%2Fauthorize%3F"), "{to_sign_in}");
    let page = browser.get(&to_sign_in).await;
    assert_eq!((page.status, page.title()), (200, "Sign in"));
    assert!(page.text.contains("Ledger Sync"), "it says which app waits");
    let answer = browser.sign_in_at(&to_sign_in, " Ada@Example.COM ", PASSWORD).await;
    let back = answer.location();
    assert!(back.starts_with(&path), "{back}");
    assert!(back.contains("&login_after="), "{back}");
    assert_eq!(browser.get(back).await.title(), "Allow Ledger Sync?");
}

#[tokio::test]
async fn a_session_is_in_a_cookie_that_no_script_and_no_other_site_sends() {
    for (url, secure) in [("http://127.0.0.1:8081", false), ("https://id.example", true)] {
        let fixture = Fixture::at(url).await;
        let mut browser = Browser::new(&fixture);
        let answer = browser.sign_in("ada@example.com", PASSWORD).await;
        assert_eq!(answer.cookies().len(), 2, "{:?}", answer.cookies());
        for (cookie, stem) in answer.cookies().iter().zip(["postern_session", "postern_known"]) {
            let name =
                if secure { format!("__Host-{stem}_main=") } else { format!("{stem}_main=") };
            assert!(cookie.starts_with(&name), "{cookie}");
            assert!(cookie.contains("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
            assert_eq!(cookie.contains("; Secure"), secure, "{cookie}");
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
        assert!(answer.cookies()[0].ends_with("; Max-Age=1209600"), "14 days");
        assert_eq!(browser.get("/sign-in").await.title(), "You are signed in");
    }
}

#[tokio::test]
async fn a_session_ends_after_fourteen_days() {
    let fixture = Fixture::new().await;
    let mut browser = Browser::signed_in_as(&fixture, "ada@example.com").await;
    fixture.clock.advance(Duration::from_secs(14 * 86_400 - 1));
    assert_eq!(browser.get("/sign-in").await.title(), "You are signed in");
    fixture.clock.advance(Duration::from_secs(1));
    assert_eq!(browser.get("/sign-in").await.title(), "Sign in");
}

#[tokio::test]
async fn every_failed_attempt_has_the_same_answer_and_the_same_work() {
    let fixture = Fixture::new().await;
    let mut pages = Vec::new();
    for (email, password) in [
        ("ada@example.com", "hunter2"),
        ("nobody@example.com", PASSWORD),
        ("nobody\0@example.com", PASSWORD),
    ] {
        let mut browser = Browser::new(&fixture);
        let before = fixture.passwords.checks.load(Relaxed);
        let answer = browser.sign_in(email, password).await;
        assert_eq!(fixture.passwords.checks.load(Relaxed), before + 1, "{email}");
        assert_eq!(answer.status, 403, "{email}");
        assert!(answer.text.contains("The e-mail address or the password is wrong."));
        assert!(!answer.text.contains(password), "a password is never shown");
        assert_eq!(answer.cookies().len(), 0, "{:?}", answer.cookies());
        let id = answer.header("x-request-id").to_owned();
        let csrf = answer.csrf();
        let email = email.replace('\0', "&#0;");
        pages.push(
            answer
                .text
                .replace(&id, "ID")
                .replace(&csrf, "CSRF")
                .replace(&email, "EMAIL")
                .replace("nobody\0@example.com", "EMAIL"),
        );
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0], pages[2]);
    let reasons = fixture.refusals();
    assert_eq!(reasons, ["password_mismatch", "no_such_account", "no_such_account"]);
}

#[tokio::test]
async fn rfc9700_4_11_only_this_realm_is_returned_to() {
    let fixture = Fixture::at("http://127.0.0.1:8081/tenant").await;
    for evil in [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https://evil.example/",
        "/%09/evil.example",
        "/tenant/../evil",
        "/tenant//evil.example",
        "/tenant%0d%0aLocation:%20https://evil.example",
        "%2f%2fevil.example",
        "javascript:x",
        "",
    ] {
        let mut browser = Browser::new(&fixture);
        let encoded: String = form_urlencoded::byte_serialize(evil.as_bytes()).collect();
        // As it is, and percent-decoded once.
        for sent in [encoded.as_str(), evil] {
            let path = format!("/tenant/sign-in?return_to={sent}").replace('\\', "%5C");
            let answer = browser.sign_in_at(&path, "ada@example.com", PASSWORD).await;
            assert_eq!(answer.location(), "/tenant/sign-in", "{path}");
            browser.cookies.clear();
        }
    }
}

#[tokio::test]
async fn attempts_with_one_account_from_one_network_are_limited_and_refill() {
    let fixture = Fixture::new().await;
    let mut stranger = Browser::new(&fixture);
    for email in ["ada@example.com", "nobody@example.com"] {
        for attempt in 0..10 {
            assert_eq!(stranger.sign_in(email, "wrong").await.status, 403, "{attempt}");
        }
        let checks = fixture.passwords.checks.load(Relaxed);
        let answer = stranger.sign_in(email, PASSWORD).await;
        assert_eq!((answer.status, answer.title()), (429, "Too many attempts"), "{email}");
        assert_eq!(answer.header("retry-after"), "90");
        assert_eq!(fixture.passwords.checks.load(Relaxed), checks, "nothing was hashed");
    }
    assert!(fixture.refusals().contains(&"too_many_attempts".to_owned()));
    let mut owner = Browser::new(&fixture);
    owner.address[3] += 1;
    assert_eq!(owner.sign_in("ada@example.com", PASSWORD).await.status, 303, "from elsewhere");
    fixture.clock.advance(Duration::from_secs(90));
    assert_eq!(stranger.sign_in("ada@example.com", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn attempts_with_one_account_from_everywhere_are_limited_and_refill() {
    let fixture = Fixture::new().await;
    let mut stranger = Browser::new(&fixture);
    for email in ["ada@example.com", "nobody@example.com"] {
        for attempt in 0..30 {
            stranger.address[2] = attempt;
            assert_eq!(stranger.sign_in(email, "wrong").await.status, 403, "{attempt}");
        }
        stranger.address[2] = 30;
        assert_eq!(stranger.sign_in(email, PASSWORD).await.status, 429, "{email}");
    }
    fixture.clock.advance(Duration::from_secs(30));
    assert_eq!(stranger.sign_in("ada@example.com", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn attempts_of_others_do_not_lock_out_a_known_browser() {
    let fixture = Fixture::new().await;
    let mut owner = Browser::signed_in_as(&fixture, "ada@example.com").await;
    let mut stranger = Browser::new(&fixture);
    for attempt in 0..40 {
        stranger.address[2] = attempt;
        stranger.sign_in("ada@example.com", "guess").await;
    }
    assert_eq!(stranger.sign_in("ada@example.com", PASSWORD).await.status, 429);
    assert_eq!(owner.sign_in("ada@example.com", PASSWORD).await.status, 303);
    assert_eq!(owner.sign_in("bob@example.com", PASSWORD).await.status, 303, "another account");
    // The proof is valid for its own account only, and this bucket has a limit too.
    for _ in 0..10 {
        assert_eq!(owner.sign_in("ada@example.com", "wrong").await.status, 403);
    }
    assert_eq!(owner.sign_in("ada@example.com", PASSWORD).await.status, 429);
}

#[tokio::test]
async fn attempts_from_one_address_are_limited() {
    let fixture = Fixture::new().await;
    let mut stranger = Browser::new(&fixture);
    for attempt in 0..50 {
        let email = format!("{attempt}@example.com");
        assert_eq!(stranger.sign_in(&email, "wrong").await.status, 403, "{attempt}");
    }
    assert_eq!(stranger.sign_in("ada@example.com", PASSWORD).await.status, 429);
    stranger.address[3] += 1;
    assert_eq!(stranger.sign_in("ada@example.com", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn a_busy_hasher_costs_no_attempt_and_keeps_the_typed_email() {
    let fixture = Fixture::new().await;
    let mut browser = Browser::new(&fixture);
    fixture.passwords.busy.store(true, Relaxed);
    for _ in 0..20 {
        let answer = browser.sign_in("ada@example.com", PASSWORD).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, "5"));
        assert!(answer.text.contains("value=\"ada@example.com\""), "{}", answer.text);
    }
    fixture.passwords.busy.store(false, Relaxed);
    assert_eq!(browser.sign_in("ada@example.com", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn signing_in_again_replaces_the_session() {
    let fixture = Fixture::new().await;
    let mut browser = Browser::signed_in_as(&fixture, "ada@example.com").await;
    let old = browser.cookies.clone();
    assert_eq!(browser.sign_in("ada@example.com", PASSWORD).await.status, 303);
    assert_ne!(old["postern_session_main"], browser.cookies["postern_session_main"]);
    let mut thief = Browser::new(&fixture);
    thief.cookies = old;
    assert_eq!(thief.get("/sign-in").await.title(), "Sign in");
    assert_eq!(browser.get("/sign-in").await.title(), "You are signed in");
}

#[tokio::test]
async fn empty_fields_are_an_error_and_cost_no_attempt() {
    let fixture = Fixture::new().await;
    let mut browser = Browser::new(&fixture);
    for (email, password) in [("", PASSWORD), ("ada@example.com", ""), ("  ", "x")] {
        let answer = browser.sign_in(email, password).await;
        assert_eq!(answer.status, 400);
        assert!(answer.text.contains("Enter your e-mail address and your password."));
    }
    assert_eq!(fixture.passwords.checks.load(Relaxed), 0);
}
