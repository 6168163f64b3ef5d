//! Credentials presented at an API: forged, foreign, confused, expired, suspended.

use base::encoding::base64url;
use domain::{
    Algorithm, BudgetLimits, CredentialKind, Grant, Membership, Organization, ResourceServer,
    Revocation, Status, TokenFormat, TokenPolicy, User, UserStatus,
};
use oauth::Problem;
use store::StoreExt as _;

use crate::flows::world::{World, code};

#[tokio::test]
async fn rfc8725_2_1_alg_none_and_key_confusion_are_refused() {
    let world = World::new().await;
    let token = world.machine_token().await;
    let mut parts = token.split('.');
    let (header, payload) = (parts.next().unwrap(), parts.next().unwrap());
    let none = base64url(r#"{"alg":"none","typ":"at+jwt"}"#);
    let confused = {
        // An HS256 signature by the *public* ES256 key, under its kid.
        let set: serde_json::Value = serde_json::from_str(world.issuer.keys().published()).unwrap();
        let kid = set["keys"][0]["kid"].as_str().unwrap().to_owned();
        let header = format!(r#"{{"alg":"HS256","typ":"at+jwt","kid":"{kid}"}}"#);
        let public = set["keys"][0].to_string();
        let key = jose::SigningKey::from_secret(public.as_bytes()).unwrap();
        let mut token = format!("{}.{payload}", base64url(header));
        let mut signature = String::from(".");
        key.sign(token.as_bytes(), &mut signature).unwrap();
        token.push_str(&signature);
        token
    };
    for forged in [format!("{none}.{payload}."), confused, format!("{header}.{payload}.AAAA")] {
        let denial = world.at_api(&forged).await.unwrap_err();
        assert_eq!(denial.code(), "jwt_not_good", "{denial}");
        assert_eq!(denial.error_response().problem, Problem::InvalidToken);
    }
}

#[tokio::test]
async fn a_token_seen_before_is_still_checked_in_full() {
    let world = World::new().await;
    let token = world.machine_token().await;
    for _ in 0..3 {
        world.at_api(&token).await.unwrap();
    }
    for cut in 1..=8 {
        // A change of any byte of header, payload or signature makes the token invalid.
        let at = token.len() * cut / 9;
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        assert!(world.at_api(&String::from_utf8(bytes).unwrap()).await.is_err(), "at {at}");
    }
    world.advance(3600);
    assert_eq!(code(world.at_api(&token).await), "token_expired");
}

#[tokio::test]
async fn a_token_of_every_algorithm_and_format_is_accepted() {
    let policies = [
        TokenPolicy { algorithm: Some(Algorithm::HS256), ..Default::default() },
        TokenPolicy { algorithm: Some(Algorithm::ES256), ..Default::default() },
        TokenPolicy { format: Some(TokenFormat::Opaque), ..Default::default() },
    ];
    for policy in policies {
        let world = World::with(policy, BudgetLimits::default()).await;
        let token = world.machine_token().await;
        assert!(world.at_api(&token).await.is_ok());
        let other = World::new().await;
        assert!(other.at_api(&token).await.is_err(), "another issuer's token");
    }
}

#[tokio::test]
async fn a_refresh_token_is_refused_at_an_api() {
    let world = World::new().await;
    let denial = world.at_api(&world.refresh_token).await.unwrap_err();
    assert_eq!(denial.error_response().problem, Problem::InvalidToken);
}

#[tokio::test]
async fn suspending_any_link_of_the_chain_stops_the_token() {
    let world = World::new().await;
    let token = world.machine_token().await;
    let (id, secret) = world.api_key.clone();
    world.change::<Organization>(world.organization, |it| it.status = Status::Suspended).await;
    assert_eq!(code(world.at_api(&token).await), "organization_suspended");
    assert_eq!(code(world.pair_at_api(&id, &secret).await), "organization_suspended");
    world.change::<Organization>(world.organization, |it| it.status = Status::Active).await;

    world.change::<ResourceServer>(world.server, |it| it.status = Status::Suspended).await;
    assert_eq!(code(world.at_api(&token).await), "resource_server_suspended");
    world.change::<ResourceServer>(world.server, |it| it.status = Status::Active).await;

    world.change::<User>(world.user, |it| it.status = UserStatus::Removed).await;
    assert_eq!(code(world.at_api(&world.personal_access_token).await), "user_gone");
    assert!(world.at_api(&token).await.is_ok(), "the machine does not hang from the user");

    let revocation =
        Revocation { at: base::Timestamp::EPOCH, by: domain::Actor::System, reason: None };
    world.change::<Grant>(world.grant, |it| it.revoked = Some(revocation)).await;
    assert_eq!(code(world.at_api(&token).await), "grant_revoked");
    assert!(world.pair_at_api(&id, &secret).await.is_ok(), "the key has a grant of its own");
}

#[tokio::test]
async fn a_token_for_an_organization_ends_with_the_membership() {
    let world = World::new().await;
    let own = world.found(CredentialKind::PersonalAccessToken, &world.personal_access_token).await;
    let grant = world.store.by_id(own).await.unwrap().unwrap().grant().unwrap();
    let organization = world.organization;
    world.change::<Grant>(grant, |it| it.organization = Some(organization)).await;
    assert_eq!(code(world.at_api(&world.personal_access_token).await), "membership_ended");
    let membership = Membership { organization, role: "developer".into() };
    world.change::<User>(world.user, |it| it.memberships.push(membership)).await;
    assert!(world.at_api(&world.personal_access_token).await.is_ok());
}

#[tokio::test]
async fn a_token_never_gives_more_than_its_grant_has_now() {
    let world = World::new().await;
    let token = world.machine_token().await;
    world.change::<Grant>(world.grant, |it| it.scopes = crate::flows::world::scopes("write")).await;
    assert!(world.at_api(&token).await.unwrap().scopes.is_empty());
}

#[tokio::test]
async fn a_legacy_pair_with_a_wrong_half_is_refused() {
    let world = World::new().await;
    let (id, secret) = world.legacy.clone();
    assert!(world.pair_at_api(&id, &secret).await.is_ok());
    assert_eq!(code(world.pair_at_api(&id, "wrong").await), "secret_mismatch");
    assert_eq!(code(world.pair_at_api("nobody", &secret).await), "unknown_client");
    assert_eq!(
        code(world.pair_at_api(&id, &format!("{secret}\t")).await),
        "credential_has_white_space"
    );
}
