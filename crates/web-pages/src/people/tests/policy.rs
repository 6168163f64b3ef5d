//! The headers of every page.

use super::fixture::{Browser, Fixture};

#[tokio::test]
async fn every_page_forbids_scripts_frames_and_forms_that_lead_elsewhere() {
    let fixture = Fixture::new().await;
    let mut ada = Browser::signed_in_as(&fixture, "ada@example.com").await;
    let mut bob = Browser::signed_in_as(&fixture, "bob@example.com").await;
    let mut nobody = Browser::new(&fixture);
    let asks = fixture.authorization_path("");
    let to_sign_in = nobody.get(&asks).await.location().to_owned();
    let invalid = "/sign-in?return_to=/authorize%3Fclient_id%3Dapp_1%26scope%3Dunknown";
    let signs_out = "/end-session?client_id=app_1\
        &post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye";
    // Whether the page's form can end at an app, and whether it shows the logo of an app.
    let pages = [
        (nobody.get("/sign-in").await, false, false),
        (nobody.get("/sign-in?return_to=/settings/apps").await, false, false),
        (nobody.get(&to_sign_in).await, true, true),
        (nobody.get(invalid).await, true, false),
        (nobody.get("/sign-out").await, false, false),
        (ada.get("/sign-out").await, false, false),
        (ada.get("/end-session?client_id=app_1").await, false, false),
        (ada.get(signs_out).await, true, false),
        (ada.get("/sign-in").await, false, false),
        (ada.get("/settings/apps").await, false, false),
        (ada.get(&asks).await, true, true),
        (bob.get(&asks).await, true, true),
        (bob.get("/authorize?client_id=nobody").await, false, false),
    ];
    for (page, to_app, logo) in pages {
        let title = page.title();
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; "), "{title}: {policy}");
        assert!(policy.ends_with("base-uri 'none'; frame-ancestors 'none'"), "{title}: {policy}");
        assert_eq!(policy.contains("form-action 'self';"), !to_app, "{title}: {policy}");
        assert_eq!(policy.contains("form-action"), !to_app, "{title}: {policy}");
        assert!(!policy.contains("script-src") && !policy.contains("unsafe"), "{title}: {policy}");
        assert_eq!(
            policy.contains("img-src 'self' https://cdn.example;"),
            logo,
            "{title}: {policy}"
        );
        assert_eq!(page.header("cache-control"), "no-store", "{title}");
        assert_eq!(page.header("referrer-policy"), "same-origin", "{title}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{title}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{title}");
    }
}

#[tokio::test]
async fn a_redirect_to_a_loopback_app_shows_a_warning() {
    let fixture = Fixture::new().await;
    fixture
        .change_client(|client| {
            client.redirect_uris = vec!["http://127.0.0.1/cb".parse().unwrap()];
            client.app_type = domain::AppType::Native;
        })
        .await;
    let mut ada = Browser::signed_in_as(&fixture, "ada@example.com").await;
    let page = ada
        .get(&fixture.authorization_path("&redirect_uri=http%3A%2F%2F127.0.0.1%3A53682%2Fcb"))
        .await;
    assert!(page.text.contains(", a program on this device."), "{}", page.text);
}
