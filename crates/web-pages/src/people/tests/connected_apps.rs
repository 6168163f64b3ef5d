//! The page of connected apps, and disconnecting.

use axum::body::Body;

use super::fixture::{Browser, Fixture, PASSWORD};

const APPS: &str = "/settings/apps";

#[tokio::test]
async fn users_see_their_own_connections_only() {
    let fixture = Fixture::new().await;
    let mut ada = Browser::signed_in_as(&fixture, "ada@example.com").await;
    let mut bob = Browser::signed_in_as(&fixture, "bob@example.com").await;
    let none = ada.get(APPS).await;
    assert_eq!((none.status, none.title()), (200, "Connected apps"));
    assert!(none.text.contains("No app is connected."), "{}", none.text);
    ada.consent(&fixture.authorization_path("")).await;
    for organization in ["org_1", "org_2"] {
        bob.consent(&fixture.authorization_path(&format!("&organization={organization}"))).await;
    }
    let page = ada.get(APPS).await;
    assert_eq!(page.text.matches("<form").count(), 1, "{}", page.text);
    for shown in ["Ledger Sync", ">LS<", "Northwind", "May read", "15 January 2027", "ada@exa"] {
        assert!(page.text.contains(shown), "{shown}: {}", page.text);
    }
    // The logo is of another host: only its letters are here.
    assert!(!page.text.contains("<img") && !page.text.contains("May write"), "{}", page.text);
    let theirs = bob.get(APPS).await;
    assert_eq!(theirs.text.matches("<form").count(), 2, "{}", theirs.text);
    assert!(theirs.text.contains("Contoso") && !page.text.contains("Contoso"));
}

#[tokio::test]
async fn a_user_without_session_returns_to_the_page_after_sign_in() {
    let fixture = Fixture::at("http://127.0.0.1:8081/tenant").await;
    let mut ada = Browser::new(&fixture);
    let path = "/tenant/settings/apps";
    let to_sign_in = ada.get(path).await.location().to_owned();
    assert_eq!(to_sign_in, "/tenant/sign-in?return_to=%2Ftenant%2Fsettings%2Fapps");
    assert_eq!(ada.post(path, &[("csrf", "x")]).await.location(), to_sign_in);
    let back = ada.sign_in_at(&to_sign_in, "ada@example.com", PASSWORD).await;
    assert_eq!(back.location(), path);
    assert_eq!(ada.get(path).await.title(), "Connected apps");
    let signed_in = ada.get("/tenant/sign-in").await;
    assert!(signed_in.text.contains("href=\"/tenant/settings/apps\""), "{}", signed_in.text);
    let consent = ada.get(&fixture.authorization_path("")).await;
    assert!(consent.text.contains("href=\"/tenant/settings/apps\""), "{}", consent.text);
}

#[tokio::test]
async fn a_form_disconnects_its_own_connection_only() {
    let fixture = Fixture::new().await;
    let mut ada = Browser::signed_in_as(&fixture, "ada@example.com").await;
    let mut bob = Browser::signed_in_as(&fixture, "bob@example.com").await;
    ada.consent(&fixture.authorization_path("")).await;
    bob.consent(&fixture.authorization_path("&organization=org_1")).await;
    bob.consent(&fixture.authorization_path("&organization=org_2")).await;
    let (adas, bobs) =
        (ada.get(APPS).await.connection_form(), bob.get(APPS).await.connection_form());
    let forms = [
        ("x".to_owned(), bobs.1.clone()),
        // Another connection's, another person's, and both.
        (bobs.0.clone(), adas.1.clone()),
        (adas.0.clone(), bobs.1.clone()),
        adas.clone(),
        (bobs.0.clone(), String::new()),
    ];
    for foreign in &forms {
        let page = bob.disconnect(foreign).await;
        assert_eq!((page.status, page.title()), (400, "Connected apps"), "{foreign:?}");
        assert!(page.text.contains("out of date, so nothing was done"), "{}", page.text);
        assert_eq!(page.text.matches("<form").count(), 2, "{foreign:?}");
        assert_eq!(fixture.refusals(), ["form_foreign"]);
    }
    bob.headers = vec![("sec-fetch-site", "cross-site".to_owned())];
    assert_eq!(bob.disconnect(&bobs).await.status, 400, "another site's page sent it");
    bob.headers.clear();
    let page = bob.disconnect(&bobs).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Ledger Sync is disconnected."), "{}", page.text);
    assert_eq!(page.text.matches("<form").count(), 1);
    let again = bob.disconnect(&bobs).await;
    assert_eq!(again.status, 200, "a second click does no harm");
    assert!(again.text.contains("was disconnected already."), "{}", again.text);
    assert_eq!(again.text.matches("<form").count(), 1);
    assert_eq!(ada.get(APPS).await.text.matches("<form").count(), 1, "hers is as it was");
}

#[tokio::test]
async fn other_methods_are_refused_with_allow() {
    let fixture = Fixture::new().await;
    let mut ada = Browser::signed_in_as(&fixture, "ada@example.com").await;
    let refused = ada.send("DELETE", APPS, &[], Body::empty()).await;
    assert_eq!((refused.status, refused.header("allow")), (405, "GET, HEAD, POST"));
    assert_eq!(ada.send("HEAD", APPS, &[], Body::empty()).await.status, 200);
    assert_eq!(ada.get("/settings/apps/x").await.status, 404);
}
