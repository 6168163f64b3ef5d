//! Which clients may send authorization requests: the check `app` and the row `grant_type`.

use domain::{Client, Organization, Status};
use oauth::{GrantType, Parameter as P};

use crate::authorize::world::{World, outcome, refusal, request};

#[tokio::test]
async fn rfc6749_4_1_2_1_an_unknown_app_is_shown_a_page_and_never_redirected() {
    let world = World::new().await;
    for (named, why) in [
        ("nobody", "page unknown_app"),
        // Machine clients send no authorization requests.
        ("robot", "page unknown_app"),
        ("app ", "page unknown_app"),
        ("a\0b", "page unknown_app"),
        ("ä", "page unknown_app"),
        ("", "page parameter_missing"),
    ] {
        let refused = world.check(&request(&[(P::ClientId, named)])).await;
        assert_eq!(refusal(refused), why, "{named:?}");
    }
}

#[tokio::test]
async fn an_app_of_another_realm_is_unknown() {
    let world = World::new().await;
    let elsewhere = Client {
        realm: "other".parse().unwrap(),
        ..world.app("far", crate::authorize::world::REDIRECT)
    };
    world.insert(elsewhere).await;
    let refused = world.check(&request(&[(P::ClientId, "far")])).await;
    assert_eq!(refusal(refused), "page unknown_app");
}

#[tokio::test]
async fn a_suspended_app_and_one_of_a_suspended_organization_are_shown_a_page() {
    let world = World::new().await;
    world.change::<Organization>("foreign", |it| it.status = Status::Suspended).await;
    assert_eq!(refusal(world.check(&request(&[])).await), "page organization_suspended");
    world.change::<Organization>("foreign", |it| it.status = Status::Active).await;
    assert_eq!(refusal(world.check(&request(&[])).await), "accepted");
    world.change::<Client>("app", |it| it.status = Status::Suspended).await;
    assert_eq!(refusal(world.check(&request(&[])).await), "page client_suspended");
}

#[tokio::test]
async fn rfc6749_4_1_2_1_an_app_without_the_code_grant_is_unauthorized_client() {
    let world = World::new().await;
    world.change::<Client>("app", |it| it.grant_types = vec![GrantType::RefreshToken]).await;
    let refused = world.check(&request(&[])).await;
    assert_eq!(refusal(refused), "redirect app_may_not_ask unauthorized_client");
}

/// RFC 9700 §4.11.2: else anybody could register an app, and lead people from here to a page of
/// their own.
#[tokio::test]
async fn the_errors_of_an_app_that_nobody_verified_are_shown_first() {
    let world = World::new().await;
    let none = (P::Prompt, "none");
    let wrong = (P::Scope, "unheard-of");
    for (verified, way) in [(true, "redirect"), (false, "shown")] {
        world.change::<Client>("app", |it| it.verified = verified).await;
        let told = refusal(world.check(&request(&[wrong])).await);
        assert_eq!(told, format!("{way} scope_not_granted invalid_scope"));
        let told = refusal(world.check(&request(&[(P::ResponseType, "token")])).await);
        let why = "response_type_unsupported unsupported_response_type";
        assert_eq!(told, format!("{way} {why}"));
        let silent = world.authorization_request(&[none]).await;
        let told = outcome(world.next(&silent, None, None).await);
        assert_eq!(told, format!("{way} login_required login_required"));
        let bob = world.signed_in("bob").await;
        let told = outcome(world.next(&silent, &bob, None).await);
        assert_eq!(told, format!("{way} consent_required consent_required"));
        let told = refusal(world.allow(&silent, &world.signed_in("cid").await, None).await);
        assert_eq!(told, "accepted", "a code is sent only to an app that the person allowed");
    }
}
