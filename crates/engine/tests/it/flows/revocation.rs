//! Revocation (RFC 7009).

use domain::{Client, CredentialDetail, Status};
use oauth::Operation;
use store::{EventQuery, StoreReader as _};

use crate::flows::world::{World, code, with_basic, with_bearer};

async fn revoke(world: &World, basic: (&str, &str), token: &str) -> Result<(), engine::Denial> {
    world.ask(&with_basic(Operation::Revocation, basic, token)).await.map(|_| ())
}

#[tokio::test]
async fn rfc7009_2_an_access_token_is_refused_from_the_next_request_on_and_no_other() {
    let world = World::new().await;
    let own = ("client_1", world.client_secret.as_str());
    let (one, other) = (world.machine_token().await, world.machine_token().await);
    revoke(&world, own, &one).await.unwrap();
    assert_eq!(code(world.at_api(&one).await), "token_revoked");
    assert!(world.at_api(&other).await.is_ok());
    revoke(&world, own, &one).await.unwrap();
    let events = world.store.events(&EventQuery { limit: 10, ..Default::default() }).await.unwrap();
    let actions: Vec<&str> = events.iter().map(|it| it.draft.action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "signing_key.created",
            "signing_key.created",
            "signing_key.created",
            "access_token.revoked"
        ]
    );
}

#[tokio::test]
async fn rfc7009_2_1_revoking_a_refresh_token_revokes_what_it_minted() {
    let world = World::new().await;
    let own = ("client_1", world.client_secret.as_str());
    let mut parameters = world.machine(&[(oauth::Parameter::RefreshToken, &world.refresh_token)]);
    parameters[0].1 = "refresh_token";
    let minted = world.token(&parameters).await.unwrap();
    revoke(&world, own, &world.refresh_token).await.unwrap();
    assert_eq!(code(world.at_api(minted.access_token.expose()).await), "credential_revoked");
    assert_eq!(code(world.token(&parameters).await), "credential_revoked");
}

#[tokio::test]
async fn rfc7009_2_2_unknown_or_foreign_tokens_are_a_success_that_changes_nothing() {
    let world = World::new().await;
    let own = ("client_1", world.client_secret.as_str());
    revoke(&world, own, "nonsense").await.unwrap();
    let (id, secret) = world.api_key.clone();
    revoke(&world, own, &format!("{id}:{secret}")).await.unwrap();
    assert!(world.pair_at_api(&id, &secret).await.is_ok());
}

#[tokio::test]
async fn holders_revoke_their_api_keys_and_personal_access_tokens() {
    let world = World::new().await;
    let (id, secret) = world.api_key.clone();
    revoke(&world, (&id, &secret), &format!("{id}:{secret}")).await.unwrap();
    assert_eq!(code(world.pair_at_api(&id, &secret).await), "credential_revoked");
    let token = world.personal_access_token.clone();
    world.ask(&with_bearer(Operation::Revocation, &token, &token)).await.unwrap();
    assert_eq!(code(world.at_api(&token).await), "credential_revoked");
}

#[tokio::test]
async fn a_bearer_revokes_only_tokens_of_its_own_credential() {
    let world = World::new().await;
    let token = world.personal_access_token.clone();
    let other = world.machine_token().await;
    world.ask(&with_bearer(Operation::Revocation, &token, &other)).await.unwrap();
    assert!(world.at_api(&other).await.is_ok());
}

#[tokio::test]
async fn rfc7009_2_a_revocation_during_a_suspension_is_final() {
    let world = World::new().await;
    let token = world.machine_token().await;
    let scopes = crate::flows::world::scopes("tokens:write");
    let admin = world.credential(CredentialDetail::AdminKey { scopes }, |_| ()).await.1;
    world.change::<Client>(world.client, |it| it.status = Status::Suspended).await;
    for thrown_away in [&token, &world.refresh_token] {
        world.ask(&with_bearer(Operation::Revocation, &admin, thrown_away)).await.unwrap();
    }
    world.change::<Client>(world.client, |it| it.status = Status::Active).await;
    assert_eq!(code(world.at_api(&token).await), "token_revoked");
    let mut parameters = world.machine(&[(oauth::Parameter::RefreshToken, &world.refresh_token)]);
    parameters[0].1 = "refresh_token";
    assert_eq!(code(world.token(&parameters).await), "credential_revoked");
}

#[tokio::test]
async fn a_token_whose_secret_is_not_compared_is_not_said_to_be_revoked() {
    let world = World::new().await;
    let (id, secret) = world.legacy.clone();
    for _ in 0..20 {
        assert_eq!(code(world.pair_at_api(&id, "wrong").await), "secret_mismatch");
    }
    assert_eq!(code(world.pair_at_api(&id, &secret).await), "too_many_guesses");
    let pair = format!("{id}:{secret}");
    let request = || oauth::Request {
        possession: true,
        ..crate::flows::world::request(
            Operation::Revocation,
            &[(oauth::Parameter::Token, pair.as_str())],
        )
    };
    assert_eq!(code(world.ask(&request()).await.map(drop)), "too_many_guesses");
    world.advance(60 * 60);
    assert!(world.pair_at_api(&id, &secret).await.is_ok(), "nobody is locked out for good");
    world.ask(&request()).await.unwrap();
    assert_eq!(code(world.pair_at_api(&id, &secret).await), "credential_revoked");
}
