//! Forms that are refused: from other sites, of other sessions, stale, too large, of another type.

use axum::body::Body;

use super::fixture::{Browser, Fixture, PASSWORD};

#[tokio::test]
async fn a_form_without_the_token_of_this_browser_does_not_sign_in() {
    let fixture = Fixture::new().await;
    let mut other = Browser::new(&fixture);
    let stolen = other.get("/sign-in").await.csrf();
    let mut browser = Browser::new(&fixture);
    let own = browser.get("/sign-in").await.csrf();
    assert_ne!(own, stolen);
    for csrf in ["", "x", stolen.as_str()] {
        let fields = [("csrf", csrf), ("email", "ada@example.com"), ("password", PASSWORD)];
        let answer = browser.post("/sign-in", &fields).await;
        assert_eq!(answer.status, 400);
        assert!(answer.text.contains("nothing was done"), "{}", answer.text);
        assert!(answer.text.contains("value=\"ada@example.com\""), "what was typed is kept");
        assert!(!browser.cookies.contains_key("postern_session_main"));
    }
    assert_eq!(fixture.refusals(), ["form_foreign"; 3]);
    browser.cookies.clear();
    let fields = [("csrf", own.as_str()), ("email", "ada@example.com"), ("password", PASSWORD)];
    let answer = browser.post("/sign-in", &fields).await;
    assert_eq!(answer.status, 400, "the token without its cookie");
    let again = [("csrf", answer.csrf()), ("email", "ada@example.com".into())];
    let again: Vec<_> = again.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let fields = [&again[..], &[("password", PASSWORD)]].concat();
    assert_eq!(browser.post("/sign-in", &fields).await.status, 303, "the next try works");
}

#[tokio::test]
async fn the_forms_of_pages_that_were_loaded_at_once_all_work() {
    let fixture = Fixture::new().await;
    // No page was answered yet when the next one was asked for, so each sets a cookie.
    let mut tabs = Vec::new();
    let mut browser = Browser::new(&fixture);
    for _ in 0..3 {
        let mut tab = Browser::new(&fixture);
        tabs.push(tab.get("/sign-in").await.csrf());
        browser.cookies.extend(tab.cookies);
    }
    let bound = |name: &&String| name.starts_with("postern_form_main.");
    assert_eq!(browser.cookies.keys().filter(bound).count(), 3);
    assert_eq!(browser.get("/sign-in").await.cookies(), [""; 0], "a browser gets no more of them");
    for csrf in &tabs {
        let fields =
            [("csrf", csrf.as_str()), ("email", "ada@example.com"), ("password", PASSWORD)];
        assert_eq!(browser.post("/sign-in", &fields).await.status, 303);
    }
    // A cookie of an earlier version counts as well.
    let mut old = Browser::new(&fixture);
    let csrf = old.get("/sign-in").await.csrf();
    let (_, value) = old.cookies.pop_first().unwrap();
    old.cookies.insert("postern_form_main".to_owned(), value);
    let fields = [("csrf", csrf.as_str()), ("email", "ada@example.com"), ("password", PASSWORD)];
    assert_eq!(old.post("/sign-in", &fields).await.status, 303);
}

#[tokio::test]
async fn a_form_from_another_site_has_no_effect() {
    let fixture = Fixture::new().await;
    for (name, value, good) in [
        ("sec-fetch-site", "cross-site", false),
        ("sec-fetch-site", "same-site", false),
        ("sec-fetch-site", "same-origin", true),
        ("origin", "https://evil.example", false),
        ("origin", "null", false),
        ("origin", "http://127.0.0.1:8081", true),
    ] {
        let mut browser = Browser::new(&fixture);
        browser.headers = vec![(name, value.to_owned())];
        let answer = browser.sign_in("ada@example.com", PASSWORD).await;
        assert_eq!(answer.status == 303, good, "{name}: {value}");
    }
}

#[tokio::test]
async fn a_consent_form_of_another_session_shows_the_page_again() {
    let fixture = Fixture::new().await;
    let path = fixture.authorization_path("");
    let mut ada = Browser::signed_in_as(&fixture, "ada@example.com").await;
    let stale = ada.get(&path).await.csrf();
    ada.sign_in("ada@example.com", PASSWORD).await;
    let answer = ada.post(&path, &[("csrf", &stale), ("decision", "allow")]).await;
    assert_eq!((answer.status, answer.title()), (400, "Allow Ledger Sync?"));
    assert!(answer.text.contains("nothing was done"));
    // A form of one request does not answer another.
    let other = fixture.authorization_path("&nonce=other");
    let answer = ada.post(&other, &[("csrf", &answer.csrf()), ("decision", "allow")]).await;
    assert_eq!(answer.status, 400);
    let done = ada.post(&other, &[("csrf", &answer.csrf()), ("decision", "allow")]).await;
    assert!(done.location().starts_with("https://app.example/cb?code="), "{}", done.location());
}

#[tokio::test]
async fn a_form_sent_after_the_session_ended_leads_to_sign_in() {
    let fixture = Fixture::new().await;
    let path = fixture.authorization_path("");
    let mut ada = Browser::signed_in_as(&fixture, "ada@example.com").await;
    let csrf = ada.get(&path).await.csrf();
    fixture.set_password("ada@example.com", "another one").await;
    let answer = ada.post(&path, &[("csrf", &csrf), ("decision", "allow")]).await;
    let to_sign_in = answer.location().to_owned();
    let back = ada.sign_in_at(&to_sign_in, "ada@example.com", "another one").await;
    assert_eq!(ada.get(back.location()).await.title(), "Allow Ledger Sync?");
}

#[tokio::test]
async fn large_bodies_and_other_types_are_refused_with_a_page() {
    let fixture = Fixture::new().await;
    let mut browser = Browser::new(&fixture);
    let form = [("content-type", "application/x-www-form-urlencoded".to_owned())];
    for path in ["/sign-in", "/sign-out", "/authorize", "/end-session"] {
        let body = Body::from("a=".to_owned() + &"x".repeat(16 * 1024));
        let answer = browser.send("POST", path, &form, body).await;
        assert_eq!(answer.status, 413, "{path}");
        let json = [("content-type", "application/json".to_owned())];
        let answer = browser.send("POST", path, &json, Body::from("{}")).await;
        assert_eq!(answer.status, 415, "{path}");
        assert!(answer.text.contains(answer.header("x-request-id")), "{path}");
    }
}

#[tokio::test]
async fn rfc9110_9_3_2_pages_answer_head_and_refuse_other_methods() {
    let fixture = Fixture::new().await;
    let mut browser = Browser::new(&fixture);
    assert_eq!(browser.send("HEAD", "/sign-in", &[], Body::empty()).await.status, 200);
    let asks = fixture.authorization_path("");
    assert_eq!(browser.send("HEAD", &asks, &[], Body::empty()).await.status, 303);
    for path in ["/sign-in", "/sign-out"] {
        let answer = browser.send("DELETE", path, &[], Body::empty()).await;
        assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD, POST"));
    }
    let style = crate::style::path();
    let answer = browser.get(style).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/css; charset=utf-8"));
    let icon = browser.get("/favicon.ico").await;
    assert_eq!((icon.status, icon.header("content-type")), (200, "image/svg+xml"));
    assert_eq!(browser.send("POST", style, &[], Body::empty()).await.status, 405);
}
