//! Sign-out, by the user and at the request of an app.

use super::fixture::{Browser, Fixture};

#[tokio::test]
async fn a_link_alone_does_not_sign_out_and_the_button_does() {
    let fixture = Fixture::new().await;
    let mut ada = Browser::signed_in_as(&fixture, "ada@example.com").await;
    let session = ada.cookies.clone();
    let page = ada.get("/sign-out").await;
    assert_eq!(page.title(), "Sign out");
    let foreign = ada.post("/sign-out", &[("csrf", "x")]).await;
    assert_eq!((foreign.status, foreign.title()), (400, "Sign out"));
    let done = ada.post("/sign-out", &[("csrf", &page.csrf())]).await;
    assert_eq!(done.location(), "/sign-out");
    assert!(!ada.cookies.contains_key("postern_session_main"));
    assert!(ada.cookies.contains_key("postern_known_main"), "the browser stays known");
    assert_eq!(ada.get("/sign-out").await.title(), "You are signed out");
    let mut thief = Browser::new(&fixture);
    thief.cookies = session;
    assert_eq!(thief.get("/sign-in").await.title(), "Sign in", "the session itself is gone");
}

#[tokio::test]
async fn oidc_rp_initiated_logout_2_without_a_proof_the_person_is_asked() {
    let fixture = Fixture::new().await;
    let mut ada = Browser::signed_in_as(&fixture, "ada@example.com").await;
    let path = "/end-session?client_id=app_1&state=s+1\
        &post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye";
    let page = ada.get(path).await;
    assert_eq!(page.title(), "Sign out");
    assert!(page.text.contains("<strong>Ledger Sync</strong>"), "{}", page.text);
    assert!(!page.header("content-security-policy").contains("form-action"));
    let done = ada.post(path, &[("csrf", &page.csrf())]).await;
    assert!(done.location().starts_with("https://app.example/bye?state=s"), "{}", done.location());
    assert!(!ada.cookies.contains_key("postern_session_main"));
}

#[tokio::test]
async fn oidc_rp_initiated_logout_3_an_unregistered_redirect_uri_is_not_used() {
    let fixture = Fixture::new().await;
    let mut ada = Browser::signed_in_as(&fixture, "ada@example.com").await;
    for path in [
        "/end-session?client_id=app_1&post_logout_redirect_uri=https%3A%2F%2Fevil.example%2F",
        "/end-session?post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye",
        "/end-session?id_token_hint=x.y.z&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye",
    ] {
        let page = ada.get(path).await;
        assert_eq!(page.title(), "Sign out", "{path}");
        assert!(!page.header("content-security-policy").contains(".example"), "{path}");
        let mut nobody = Browser::new(&fixture);
        assert_eq!(nobody.get(path).await.title(), "You are signed out", "{path}");
    }
}

#[tokio::test]
async fn oidc_rp_initiated_logout_2_an_app_may_post_its_request() {
    let fixture = Fixture::new().await;
    let mut ada = Browser::signed_in_as(&fixture, "ada@example.com").await;
    let session = ada.cookies.remove("postern_session_main").unwrap();
    // With a form from another site, no browser sends the session.
    let fields = [("client_id", "app_1"), ("post_logout_redirect_uri", "https://app.example/bye")];
    let answer = ada.post("/end-session", &fields).await;
    let path = "/end-session?client_id=app_1\
        &post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye";
    assert_eq!(answer.location(), path);
    ada.cookies.insert("postern_session_main".into(), session);
    let page = ada.get(path).await;
    assert_eq!(page.title(), "Sign out", "it is asked, not done");
    let done = ada.post(path, &[("csrf", &page.csrf())]).await;
    assert_eq!(done.location(), "https://app.example/bye");
}
