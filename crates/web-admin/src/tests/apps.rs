//! Apps: their descriptions, and the redirect URIs that each dialect allows.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Fixture;

fn app(redirect: &str) -> Value {
    json!({"name": "App", "kind": "app", "redirect_uris": [redirect]})
}

#[tokio::test]
async fn an_app_is_created_shown_and_changed_with_its_description() {
    let fixture = Fixture::open().await;
    fixture.api().await;
    let made = fixture
        .make("/clients", json!({
            "name": "App", "kind": "app", "app_type": "native",
            "redirect_uris": ["https://app.example/cb", "com.example.app:/cb", "http://127.0.0.1/cb"],
            "post_logout_redirect_uris": ["https://app.example/bye"],
            "scopes": ["read", "openid", "offline_access"], "description": " Reads. ",
            "client_uri": "https://app.example/", "logo_uri": "https://app.example/logo.png",
        }))
        .await;
    assert_eq!(made.body["grant_types"], json!(["authorization_code", "refresh_token"]));
    assert_eq!(
        made.body["auth_methods"],
        json!(["client_secret_basic", "client_secret_post"]),
        "a secret is not optional where nobody said so"
    );
    assert_eq!(made.body["scopes"], json!(["offline_access", "openid", "read"]));
    assert_eq!(made.body["description"], "Reads.");
    assert_eq!(made.body["redirect_uris"][2], "http://127.0.0.1/cb");
    let one = format!("/clients/{}", made.id());
    let change = json!({"description": "", "redirect_uris": ["https://app.example/cb"],
        "app_type": "web", "logo_uri": ""});
    let changed = fixture.patch(&one, change).await;
    assert_eq!(
        (&changed.body["description"], &changed.body["logo_uri"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(changed.body["client_uri"], "https://app.example/", "what is missing stays");
    let private = fixture.patch(&one, json!({"redirect_uris": ["com.example.app:/cb"]})).await;
    assert_eq!(private.status, StatusCode::BAD_REQUEST, "of a web app");
    let events = fixture.get(&format!("/events?target={}", made.id())).await;
    let changed = &events.body["data"][0]["detail"]["changed"];
    assert!(changed.as_array().unwrap().contains(&json!("redirect_uris")), "{changed}");
}

#[tokio::test]
async fn a_change_to_native_is_applied_before_the_scheme_is_checked() {
    let fixture = Fixture::open().await;
    let made = fixture.make("/clients", app("https://app.example/cb")).await;
    let one = format!("/clients/{}", made.id());
    let both = json!({"app_type": "native", "redirect_uris": ["com.example.app:/cb"]});
    assert_eq!(fixture.patch(&one, both).await.status, StatusCode::OK);
    let back = fixture.patch(&one, json!({"app_type": "web"})).await;
    assert_eq!(back.status, StatusCode::BAD_REQUEST, "its redirect does not fit any more");
}

#[tokio::test]
async fn with_redirects_by_domain_only_the_registered_domain_and_localhost_are_accepted() {
    let fixture = Fixture::with_dialect("spendesk").await;
    let with = |redirect: &str, domain: Option<&str>| {
        let mut new = app(redirect);
        new["redirect_domain"] = json!(domain);
        new
    };
    for (redirect, domain, fits) in [
        ("https://partner.example/cb", Some("partner.example"), true),
        ("https://app.partner.example/cb", Some("Partner.example"), true),
        ("https://localhost:3000/cb", Some("partner.example"), true),
        ("http://localhost:3000/cb", None, true),
        ("https://partner.example/cb", None, false),
        ("https://evilpartner.example/cb", Some("partner.example"), false),
        ("https://partner.example.evil.example/cb", Some("partner.example"), false),
        ("http://partner.example/cb", Some("partner.example"), false),
        ("https://partner.example/cb", Some("example"), false),
        ("https://partner.example/cb", Some("https://partner.example"), false),
        ("https://10.0.0.1/cb", Some("10.0.0.1"), false),
    ] {
        let answer = fixture.post("/clients", with(redirect, domain)).await;
        let expected = if fits { StatusCode::CREATED } else { StatusCode::BAD_REQUEST };
        assert_eq!(answer.status, expected, "{redirect} {domain:?}: {:?}", answer.body);
    }
    let mut native = app("com.example.app:/cb");
    native["app_type"] = json!("native");
    let answer = fixture.post("/clients", native).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "nobody would be sent there");
}

#[tokio::test]
async fn an_app_asks_for_scopes_of_its_own_api() {
    let fixture = Fixture::open().await;
    fixture.api().await;
    let other =
        json!({"identifier": "urn:other", "name": "Other", "scopes": [{"scope": "elsewhere"}]});
    fixture.make("/resource-servers", other).await;
    let with = |scope: &str, audience: Option<&str>| json!({"name": "App", "kind": "app", "scopes": [scope], "default_audience": audience});
    fixture.make("/clients", with("read", Some("https://api.example"))).await;
    fixture.make("/clients", with("openid", None)).await;
    for (scope, audience) in
        [("read", None), ("elsewhere", Some("https://api.example")), ("x y", None)]
    {
        let refused = fixture.post("/clients", with(scope, audience)).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{scope} {audience:?}");
        assert!(refused.body["error_description"].as_str().unwrap().starts_with("scopes: "));
    }
}

#[tokio::test]
async fn changed_scopes_drop_connections_only_if_the_dialect_says_so() {
    for (dialect, drops) in [("speckle", true), ("rfc", false)] {
        let fixture = Fixture::with_dialect(dialect).await;
        fixture.api().await;
        let mut new = app("https://app.example/cb");
        new["scopes"] = json!(["read"]);
        let made = fixture.make("/clients", new).await;
        let one = format!("/clients/{}", made.id());
        fixture.patch(&one, json!({"scopes": ["read"], "name": "Same"})).await;
        fixture.patch(&one, json!({"scopes": ["read", "write"]})).await;
        let events = fixture.get(&format!("/events?target={}", made.id())).await;
        let dropped = |n: usize| events.body["data"][n]["detail"]["connections_dropped"] == true;
        assert_eq!((dropped(0), dropped(1)), (drops, false), "{dialect}");
    }
}
