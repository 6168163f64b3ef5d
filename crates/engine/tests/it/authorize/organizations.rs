//! The organization that a connection is for.

use domain::{Organization, Status, User};
use oauth::Parameter as P;

use crate::authorize::world::{World, id, outcome, refusal};

async fn with(choice: &str) -> World {
    World::speaking(&format!("[authorization]\norganization = \"{choice}\"\n")).await
}

#[tokio::test]
async fn one_organization_is_used_and_several_are_a_choice() {
    for choice in ["required", "optional"] {
        let world = with(choice).await;
        let checked = world.authorization_request(&[]).await;
        let bob = world.signed_in("bob").await;
        assert_eq!(outcome(world.next(&checked, &bob, None).await), "consent for acme");
        // The suspended one is not offered.
        let ada = world.signed_in("ada").await;
        assert_eq!(outcome(world.next(&checked, &ada, None).await), "choose acme bolt");
        assert_eq!(outcome(world.next(&checked, &ada, Some("bolt")).await), "consent for bolt");
        let named = world.authorization_request(&[(P::Organization, "bolt")]).await;
        assert_eq!(outcome(world.next(&named, &ada, None).await), "consent for bolt");
        let silent = world.authorization_request(&[(P::Prompt, "none")]).await;
        let told = outcome(world.next(&silent, &ada, None).await);
        assert_eq!(told, "redirect interaction_required interaction_required");
    }
}

#[tokio::test]
async fn where_an_organization_is_required_a_user_without_one_cannot_connect() {
    let (required, optional) = (with("required").await, with("optional").await);
    let cid = required.signed_in("cid").await;
    let told = outcome(required.next(&required.authorization_request(&[]).await, &cid, None).await);
    assert_eq!(told, "redirect no_organization access_denied");
    let cid = optional.signed_in("cid").await;
    let told = outcome(optional.next(&optional.authorization_request(&[]).await, &cid, None).await);
    assert_eq!(told, "consent for nobody");
}

#[tokio::test]
async fn where_organizations_are_never_used_none_is_asked_for() {
    let world = with("never").await;
    let ada = world.signed_in("ada").await;
    let checked = world.authorization_request(&[(P::Organization, "foreign")]).await;
    assert_eq!(outcome(world.next(&checked, &ada, Some("acme")).await), "consent for nobody");
}

#[tokio::test]
async fn an_organization_of_others_is_refused() {
    let world = with("required").await;
    let bob = world.signed_in("bob").await;
    for name in ["foreign", "bolt", "unheard-of"] {
        let checked = world.authorization_request(&[(P::Organization, name)]).await;
        let told = outcome(world.next(&checked, &bob, None).await);
        assert_eq!(told, "redirect not_a_member access_denied", "{name}");
        let checked = world.authorization_request(&[]).await;
        let told = outcome(world.next(&checked, &bob, Some(name)).await);
        assert_eq!(told, "redirect not_a_member access_denied", "{name}");
        let refused = world.allow(&checked, &bob, Some(name)).await;
        assert_eq!(refusal(refused), "redirect not_a_member access_denied", "{name}");
    }
    let ada = world.signed_in("ada").await;
    let checked = world.authorization_request(&[(P::Organization, "closed")]).await;
    let told = outcome(world.next(&checked, &ada, None).await);
    assert_eq!(told, "redirect organization_suspended access_denied");
    assert!(world.grants().await.is_empty());
}

#[tokio::test]
async fn the_organization_of_the_request_has_priority_over_the_form() {
    let world = with("required").await;
    let ada = world.signed_in("ada").await;
    let checked = world.authorization_request(&[(P::Organization, "bolt")]).await;
    assert_eq!(outcome(world.next(&checked, &ada, Some("acme")).await), "consent for bolt");
    world.allow(&checked, &ada, Some("acme")).await.unwrap();
    assert_eq!(world.grants().await[0].organization, Some(id("bolt")));
}

#[tokio::test]
async fn consent_needs_a_chosen_organization() {
    let world = with("required").await;
    let ada = world.signed_in("ada").await;
    let refused = world.allow(&world.authorization_request(&[]).await, &ada, None).await;
    assert_eq!(refusal(refused), "redirect interaction_required interaction_required");
}

#[tokio::test]
async fn consent_after_the_membership_ended_is_refused() {
    let world = with("required").await;
    let ada = world.signed_in("ada").await;
    let checked = world.authorization_request(&[(P::Organization, "bolt")]).await;
    assert_eq!(outcome(world.next(&checked, &ada, None).await), "consent for bolt");
    world
        .change::<User>("ada", |it| it.memberships.retain(|it| it.organization != id("bolt")))
        .await;
    let refused = world.allow(&checked, &ada, None).await;
    assert_eq!(refusal(refused), "redirect not_a_member access_denied");
    world.change::<Organization>("acme", |it| it.status = Status::Suspended).await;
    let checked = world.authorization_request(&[(P::Organization, "acme")]).await;
    let refused = world.allow(&checked, &ada, None).await;
    assert_eq!(refusal(refused), "redirect organization_suspended access_denied");
    assert!(world.grants().await.is_empty());
}
