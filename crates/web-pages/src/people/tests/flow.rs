//! The pages of the authorization endpoint, from the app's request to the redirect.

use super::fixture::{Browser, CALLBACK, Fixture, PASSWORD};

/// The app's `state`, in the encoding of the redirect.
const STATE: &str = "a+B \u{e9}";

fn parameter(location: &str, name: &str) -> Option<String> {
    let query = location.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
}

#[tokio::test]
async fn rfc6749_4_1_2_allow_redirects_with_a_code_and_is_remembered() {
    let fixture = Fixture::new().await;
    let mut ada = Browser::signed_in_as(&fixture, "ada@example.com").await;
    let path = fixture.authorization_path("");
    let page = ada.get(&path).await;
    assert_eq!((page.status, page.title()), (200, "Allow Ledger Sync?"));
    for shown in ["Northwind", "May read", "app.example", "ada@example.com", "Deny", "logo.png"] {
        assert!(page.text.contains(shown), "{shown}: {}", page.text);
    }
    let answer = ada.post(&path, &[("csrf", &page.csrf()), ("decision", "allow")]).await;
    let location = answer.location().to_owned();
    assert!(location.starts_with(CALLBACK), "{location}");
    assert!(parameter(&location, "code").is_some_and(|code| code.len() > 40));
    assert_eq!(parameter(&location, "state").as_deref(), Some(STATE));
    assert_eq!(parameter(&location, "iss").as_deref(), Some("http://127.0.0.1:8081"));
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("cache-control"), "no-store");
    let again = ada.get(&path).await;
    assert!(again.location().starts_with(CALLBACK), "remembered");
    assert_ne!(parameter(again.location(), "code"), parameter(&location, "code"));
    let more = ada.get(&path.replace("scope=read", "scope=read+write")).await;
    assert_eq!(more.text.matches(">New<").count(), 1, "what is new is marked: {}", more.text);
}

#[tokio::test]
async fn rfc6749_4_1_2_1_deny_redirects_with_access_denied() {
    let fixture = Fixture::new().await;
    let mut ada = Browser::signed_in_as(&fixture, "ada@example.com").await;
    let path = fixture.authorization_path("");
    let csrf = ada.get(&path).await.csrf();
    let answer = ada.post(&path, &[("csrf", &csrf), ("decision", "deny")]).await;
    assert_eq!(parameter(answer.location(), "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(answer.location(), "state").as_deref(), Some(STATE));
    assert_eq!(fixture.refusals(), ["denied_by_person"]);
}

#[tokio::test]
async fn a_user_of_several_organizations_chooses_one_and_may_change_it() {
    let fixture = Fixture::new().await;
    let mut bob = Browser::signed_in_as(&fixture, "bob@example.com").await;
    let path = fixture.authorization_path("");
    let picker = bob.get(&path).await;
    assert_eq!(picker.title(), "Choose an organization for Ledger Sync");
    assert!(!picker.text.contains("Elsewhere"), "only theirs");
    let nothing = bob.post(&path, &[("csrf", &picker.csrf())]).await;
    assert_eq!(nothing.status, 400);
    assert!(nothing.text.contains("Choose one of these"), "{}", nothing.text);
    let chosen = bob.post(&path, &[("csrf", &picker.csrf()), ("organization", "org_2")]).await;
    let consent = chosen.location().to_owned();
    assert_eq!(consent, format!("{path}&organization=org_2"), "all else stays byte by byte");
    let page = bob.get(&consent).await;
    assert_eq!(page.title(), "Allow Ledger Sync?");
    assert!(page.text.contains("<strong>Contoso</strong>"), "{}", page.text);
    let escaped = path.replace('&', "&#38;");
    assert!(page.text.contains(&format!("href=\"{escaped}\"")), "{}", page.text);
    let answer = bob.post(&consent, &[("csrf", &page.csrf()), ("decision", "allow")]).await;
    assert!(parameter(answer.location(), "code").is_some());
    assert_eq!(bob.get(&path).await.title(), picker.title(), "asked for which one anew");
    assert!(bob.get(&consent).await.location().starts_with(CALLBACK), "remembered for this one");
    let theirs = format!("{path}&organization=org_3");
    let refused = bob.get(&theirs).await;
    assert_eq!(parameter(refused.location(), "error").as_deref(), Some("access_denied"));
}

#[tokio::test]
async fn rfc6749_4_1_2_1_a_bad_app_or_redirect_is_a_page_and_never_redirects() {
    let fixture = Fixture::new().await;
    let mut ada = Browser::signed_in_as(&fixture, "ada@example.com").await;
    let path = fixture.authorization_path("");
    for (path, reason) in [
        (path.replace("app_1", "app_2"), "unknown_app"),
        (format!("{path}&redirect_uri=https%3A%2F%2Fevil.example%2Fcb"), "redirect_not_registered"),
        (
            format!("{path}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb%2F..%2Fx"),
            "redirect_malformed",
        ),
        (format!("{path}&client_id=app_1"), "malformed_request"),
        ("/authorize".to_owned(), "parameter_missing"),
    ] {
        let answer = ada.get(&path).await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.header("location"));
        assert_eq!(answer.header("location"), "");
        let id = answer.header("x-request-id");
        assert_eq!(answer.text.matches(id).count(), 2, "in the text and at the foot");
        let reasons = fixture.refusals();
        assert_eq!(reasons, [reason], "{path}");
        // The page shows no value of the request.
        assert!(!answer.text.contains("evil.example"), "{}", answer.text);
    }
}

#[tokio::test]
async fn oidc_core_3_1_2_1_prompt_login_asks_for_the_password_once() {
    let fixture = Fixture::new().await;
    let mut ada = Browser::signed_in_as(&fixture, "ada@example.com").await;
    fixture.clock.advance(std::time::Duration::from_secs(60));
    let path = fixture.authorization_path("&prompt=login");
    let to_sign_in = ada.get(&path).await.location().to_owned();
    let page = ada.get(&to_sign_in).await;
    assert!(page.text.contains("You are signed in as"), "{}", page.text);
    // Returning without a sign-in does not help.
    let back = form_urlencoded::parse(to_sign_in.split_once('?').unwrap().1.as_bytes())
        .find(|(name, _)| name == "return_to")
        .unwrap()
        .1
        .into_owned();
    assert!(ada.get(&back).await.location().starts_with("/sign-in"));
    let answer = ada.sign_in_at(&to_sign_in, "ada@example.com", PASSWORD).await;
    let page = ada.get(answer.location()).await;
    assert_eq!(page.title(), "Allow Ledger Sync?");
    let answer = ada.post(&back, &[("csrf", &page.csrf()), ("decision", "allow")]).await;
    assert!(answer.location().starts_with(CALLBACK), "{}", answer.location());
}

#[tokio::test]
async fn oidc_core_3_1_2_6_prompt_none_shows_no_page() {
    let fixture = Fixture::new().await;
    let path = fixture.authorization_path("&prompt=none");
    let answer = Browser::new(&fixture).get(&path).await;
    assert_eq!(parameter(answer.location(), "error").as_deref(), Some("login_required"));
    let mut ada = Browser::signed_in_as(&fixture, "ada@example.com").await;
    let answer = ada.get(&path).await;
    assert_eq!(parameter(answer.location(), "error").as_deref(), Some("consent_required"));
}

#[tokio::test]
async fn oidc_core_3_1_2_1_an_app_may_send_its_request_as_a_form() {
    let fixture = Fixture::new().await;
    let mut browser = Browser::new(&fixture);
    browser.headers = vec![("sec-fetch-site", "cross-site".to_owned())];
    let fields = [("response_type", "code"), ("client_id", "app_1"), ("state", "x y")];
    let answer = browser.post("/authorize", &fields).await;
    assert_eq!(answer.status, 303);
    let path = "/authorize?response_type=code&client_id=app_1&state=x+y";
    assert_eq!(answer.location(), path);
    assert!(browser.get(path).await.location().starts_with("/sign-in?return_to="));
}

#[tokio::test]
async fn an_app_that_is_suspended_before_the_consent_gets_no_code() {
    let fixture = Fixture::new().await;
    let mut ada = Browser::signed_in_as(&fixture, "ada@example.com").await;
    let path = fixture.authorization_path("");
    let csrf = ada.get(&path).await.csrf();
    fixture.change_client(|client| client.status = domain::Status::Suspended).await;
    let answer = ada.post(&path, &[("csrf", &csrf), ("decision", "allow")]).await;
    assert!(answer.status >= 400 && answer.status < 500, "{}", answer.status);
    assert_eq!(answer.header("location"), "");
}

#[tokio::test]
async fn oidc_core_3_1_2_1_a_login_hint_is_filled_in() {
    let fixture = Fixture::new().await;
    let mut browser = Browser::new(&fixture);
    let to_sign_in =
        browser.get(&fixture.authorization_path("&login_hint=bob%40example.com")).await;
    let page = browser.get(to_sign_in.location()).await;
    assert!(page.text.contains("value=\"bob@example.com\""), "{}", page.text);
}

#[tokio::test]
async fn characters_that_a_browser_did_not_escape_survive_sign_in() {
    let fixture = Fixture::new().await;
    let path = "/authorize?response_type=code&client_id=app_1&state=a\\b{c}|d'e^`";
    let mut ada = Browser::new(&fixture);
    let to_sign_in = ada.get(path).await.location().to_owned();
    let back = ada.sign_in_at(&to_sign_in, "ada@example.com", PASSWORD).await;
    let back = back.location().to_owned();
    let csrf = ada.get(&back).await.csrf();
    let answer = ada.post(&back, &[("csrf", &csrf), ("decision", "allow")]).await;
    assert_eq!(parameter(answer.location(), "state").as_deref(), Some("a\\b{c}|d'e^`"));
}
