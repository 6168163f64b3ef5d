//! Signing keys: published ahead, rotated with overlap, retired, revoked, sealed at rest.

use base::{Clock as _, MasterKey, SystemRng, Timestamp};
use domain::{Actor, Algorithm, KeyState};
use engine::admin::signing_keys;
use engine::keys::{self, PUBLISHED_AHEAD};
use engine::{Issuer, IssuerSettings};
use store::Store as _;

use crate::flows::world::{World, code};

async fn rotate(world: &World) {
    let outcome = world
        .run(async |ctx| keys::rotate(ctx, Algorithm::ES256, false, Actor::System).await)
        .await
        .unwrap();
    world.store.commit(outcome.batch).await.unwrap();
    world.issuer.reload_keys(&*world.store).await.unwrap();
}

fn kid(token: &str) -> String {
    jose::Compact::parse(token).unwrap().header().kid.clone().unwrap()
}

#[tokio::test]
async fn a_new_key_is_published_before_it_signs_and_the_old_one_still_verifies() {
    let world = World::new().await;
    let before = world.machine_token().await;
    rotate(&world).await;
    let count = world.issuer.keys().published().matches("\"kid\"").count();
    assert_eq!(count, 3, "the old one, the new one, and the next one");
    assert_eq!(kid(&world.machine_token().await), kid(&before));
    world.advance(PUBLISHED_AHEAD.as_secs());
    let after = world.machine_token().await;
    assert_ne!(kid(&after), kid(&before));
    assert!(world.at_api(&before).await.is_ok());
    assert!(world.at_api(&after).await.is_ok());
}

#[tokio::test]
async fn a_token_of_a_revoked_key_is_refused_even_if_it_was_seen_before() {
    let world = World::new().await;
    let token = world.machine_token().await;
    world.at_api(&token).await.unwrap();
    rotate(&world).await;
    world.advance(PUBLISHED_AHEAD.as_secs());
    let all = keys::all(&world.issuer, &*world.store).await.unwrap();
    let old = all.iter().find(|it| it.kid.as_str() == kid(&token)).unwrap();
    let state = KeyState::Revoked { since: old.created_at };
    let outcome = world.run(async |ctx| keys::change(ctx, old, state, Actor::System)).await;
    world.store.commit(outcome.batch).await.unwrap();
    world.issuer.reload_keys(&*world.store).await.unwrap();
    assert_eq!(code(world.at_api(&token).await), "jwt_not_good");
    assert!(world.at_api(&world.machine_token().await).await.is_ok());
}

#[tokio::test]
async fn keys_are_sealed_under_the_master_key() {
    let world = World::new().await;
    let settings = IssuerSettings {
        realm: world.issuer.realm().clone(),
        url: world.issuer.url().to_owned(),
        dialect: world.issuer.dialect().clone(),
        environment: world.issuer.environment(),
        display_name: None,
    };
    let stranger = Issuer::new(settings, &MasterKey::generate(&SystemRng), &SystemRng);
    let error = stranger.reload_keys(&*world.store).await.unwrap_err();
    assert!(error.to_string().contains("does not open"), "{error}");
}

#[tokio::test]
async fn a_clock_set_back_before_the_first_key_does_not_stop_minting() {
    let world = World::new().await;
    let before = Timestamp::from_seconds(world.clock.now().seconds() - 3_600);
    let keys = world.issuer.keys();
    let signer = keys.signer(Algorithm::ES256, before).map(|it| it.key().kid().to_owned());
    let usual = keys.signer(Algorithm::ES256, world.clock.now());
    assert_eq!(signer, usual.map(|it| it.key().kid().to_owned()));
}

#[tokio::test]
async fn two_keys_revoked_at_the_same_moment_leave_one_that_signs() {
    let world = World::new().await;
    rotate(&world).await;
    world.advance(PUBLISHED_AHEAD.as_secs());
    let all = keys::all(&world.issuer, &*world.store).await.unwrap();
    let kids: Vec<String> = all
        .iter()
        .filter(|it| it.algorithm == Algorithm::ES256 && !keys::is_next(it))
        .map(|it| it.kid.to_string())
        .collect();
    let decide = async |kid: &str| {
        world.run(async |ctx| signing_keys::revoke(ctx, &Actor::System, kid).await).await
    };
    let (first, second) = (decide(&kids[0]).await.unwrap(), decide(&kids[1]).await.unwrap());
    world.store.commit(first.batch).await.unwrap();
    assert!(world.store.commit(second.batch).await.is_err(), "decided on what is no more");
    assert_eq!(code(decide(&kids[1]).await), "state_forbids");
}

#[tokio::test]
async fn the_key_that_signs_a_withdrawal_was_published_long_before() {
    let world = World::new().await;
    let published = |world: &World| world.issuer.keys().published().to_owned();
    for _ in 0..3 {
        let before = published(&world);
        world.advance(60);
        let old = kid(&world.machine_token().await);
        let rotated = world
            .run(async |ctx| keys::rotate(ctx, Algorithm::ES256, true, Actor::System).await)
            .await
            .unwrap();
        world.store.commit(rotated.batch).await.unwrap();
        let revoked =
            world.run(async |ctx| signing_keys::revoke(ctx, &Actor::System, &old).await).await;
        world.store.commit(revoked.unwrap().batch).await.unwrap();
        world.issuer.reload_keys(&*world.store).await.unwrap();
        let ring = world.issuer.keys();
        let now = world.clock.now();
        let text = ring.sign(world.issuer.dialect(), ("feed+jwt", b"{}"), now).unwrap();
        assert!(before.contains(&kid(&text)), "every verifier knows it");
        assert!(ring.statement().withdraws(&old) && !ring.published().contains(&old));
        assert_eq!(ring.statement().keys.len(), 2, "the new one and the next one");
    }
}

#[tokio::test]
async fn a_next_key_that_is_withdrawn_has_a_successor_and_signs_nothing() {
    let world = World::new().await;
    let all = keys::all(&world.issuer, &*world.store).await.unwrap();
    let next = all.iter().find(|it| keys::is_next(it)).unwrap();
    let outcome = world
        .run(async |ctx| signing_keys::revoke(ctx, &Actor::System, next.kid.as_str()).await)
        .await
        .unwrap();
    world.store.commit(outcome.batch).await.unwrap();
    let all = keys::all(&world.issuer, &*world.store).await.unwrap();
    assert_eq!(all.iter().filter(|it| keys::is_next(it)).count(), 1);
    let made = world.run(async |ctx| keys::ensure(ctx, &[Algorithm::ES256]).await).await.unwrap();
    assert_eq!(made.reply, 0, "nothing is missing");
}

#[tokio::test]
async fn a_retired_key_is_good_for_what_it_signed_before_and_for_nothing_else() {
    let world = World::new().await;
    let token = world.machine_token().await;
    rotate(&world).await;
    world.advance(PUBLISHED_AHEAD.as_secs());
    let outcome = world
        .run(async |ctx| signing_keys::retire(ctx, &Actor::System, &kid(&token)).await)
        .await
        .unwrap();
    let retiring = std::sync::Arc::clone(&world.issuer.keys());
    world.store.commit(outcome.batch).await.unwrap();
    world.issuer.reload_keys(&*world.store).await.unwrap();
    assert!(world.at_api(&token).await.is_ok());
    // A thief who has the retired key, an hour later.
    let mut claims = crate::flows::marks::payload(&token);
    claims["iat"] = (world.clock.now().seconds() + 3_600).into();
    // At a time before all of them, the oldest key signs.
    let signer = retiring.signer(Algorithm::ES256, Timestamp::from_seconds(1_000)).unwrap();
    assert_eq!(signer.key().kid(), kid(&token));
    let forged = signer.sign(claims.to_string().as_bytes()).unwrap();
    assert_eq!(code(world.at_api(&forged).await), "jwt_not_good");
}
