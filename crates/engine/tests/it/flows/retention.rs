//! What is left of what ended, and for how long.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock as _, Id};
use dialect::Dialect;
use domain::{Credential, CredentialKind, Entity, Grant, Kind, Owners};
use engine::admin::why::explain;
use engine::retention::{Candidates, KEPT_EACH, KEPT_FOR, record_lifetimes, sweep};
use oauth::TokenReply;
use store::{Hot, HotOptions, ListQuery, Loaded, StoreExt as _};

use crate::flows::partner::{Partner, access_token, refresh_token};
use crate::flows::world::World;

pub(crate) async fn credentials(world: &World, owners: Owners) -> Vec<Loaded<Credential>> {
    let mut query = ListQuery {
        kind: Kind::Credential,
        realm: world.issuer.realm().clone(),
        owners,
        after: None,
        limit: 200,
    };
    let mut all: Vec<Loaded<Credential>> = Vec::new();
    loop {
        let page: Vec<Loaded<Credential>> = world.store.page(query.clone()).await.unwrap();
        query.after = page.last().map(|last| last.id.as_u128());
        let more = page.len() == 200;
        all.extend(page);
        if !more {
            return all;
        }
    }
}

pub(crate) async fn connected(partner: &Partner) -> TokenReply {
    partner.world.advance(1);
    partner.connected("read").await
}

pub(crate) async fn hot(world: &World) -> Hot {
    let memory = Hot::new(Arc::clone(&world.store) as _, HotOptions::default());
    memory.fill().await.unwrap();
    memory
}

/// Sweeps as the server does; returns how many rows changed.
async fn swept(world: &World) -> usize {
    let memory = hot(world).await;
    let found = Candidates::find(&memory, world.issuer.realm(), world.clock.now());
    let mut changed = 0;
    for step in found.steps() {
        changed += world.run(async |ctx| sweep(ctx, step).await).await.unwrap();
    }
    changed
}

async fn revoke(world: &World, id: Id<Credential>, reason: &str) {
    let found = world.store.by_id(id).await.unwrap().unwrap();
    let (kind, name) = (found.kind(), found.public_id.to_string());
    let actor = domain::Actor::AdminKey("key_1".parse().unwrap());
    let revoked = world
        .run(async |ctx| {
            engine::admin::credentials::revoke(ctx, &actor, kind, &name, Some(reason)).await
        })
        .await;
    store::Store::commit(&*world.store, revoked.unwrap().batch).await.unwrap();
}

/// A token that never expires, minted from the API key of the world.
async fn exchanged(world: &World) -> String {
    let (id, secret) = (&world.api_key.0, &world.api_key.1);
    let parameters = [
        (oauth::Parameter::GrantType, "client_credentials"),
        (oauth::Parameter::ClientId, id.as_str()),
        (oauth::Parameter::ClientSecret, secret.as_str()),
    ];
    access_token(&world.token(&parameters).await.unwrap())
}

#[tokio::test]
async fn a_key_is_listed_for_thirty_days_and_then_shrinks_while_its_tokens_may_live() {
    let world = World::new().await;
    let name = world.api_key.0.clone();
    let key: Loaded<Credential> =
        world.store.by_public_id(world.issuer.realm(), &name).await.unwrap().unwrap();
    let (id, grant) = (key.id, key.grant().unwrap());
    revoke(&world, id, "it leaked").await;
    assert_eq!(swept(&world).await, 0, "it is still listed");
    world.advance(KEPT_FOR.as_secs());
    // Nothing is known of the lifetimes of its tokens, so one may live for ever.
    assert_eq!(swept(&world).await, 1);
    let left = world.store.by_id(id).await.unwrap().unwrap();
    let removed = left.removed().unwrap();
    assert_eq!((removed.kind, removed.until), (CredentialKind::ApiKey, None));
    assert_eq!(
        (left.kind(), left.label.as_str(), left.grant()),
        (CredentialKind::ApiKey, "", None)
    );
    let owners = Owners { organization: Some(world.organization.as_u128()), ..Owners::default() };
    assert!(credentials(&world, owners).await.iter().all(|it| it.id != id), "no list has it");
    // A legacy token has the same grant, so that stays.
    assert!(world.store.by_id::<Grant>(grant).await.unwrap().is_some());
    let why = world.run(async |ctx| explain(ctx, &name).await).await.unwrap();
    let broken = why.chain[0].broken.as_deref().unwrap();
    assert!(broken.contains("it leaked"), "{broken}");
    let denial = world.at_api(&world.api_key.1).await.unwrap_err();
    assert_eq!(denial.code(), "credential_revoked");
    assert_eq!(swept(&world).await, 0, "it cannot become shorter");
}

#[tokio::test]
async fn a_row_goes_when_the_last_token_has_expired() {
    let world = World::new().await;
    world.run(async |ctx| record_lifetimes(ctx).await).await.unwrap();
    let kind = CredentialKind::RefreshToken;
    let id = world.found(kind, &world.refresh_token).await;
    revoke(&world, id, "lost").await;
    world.advance(KEPT_FOR.as_secs());
    assert_eq!(swept(&world).await, 1);
    assert!(world.store.by_id(id).await.unwrap().is_none());
    let events = world.run(async |ctx| explain(ctx, &id.to_string()).await).await.unwrap().events;
    assert_eq!(events[0].draft.action, "refresh_token.revoked");
    assert_eq!(swept(&world).await, 0);
}

#[tokio::test]
async fn a_longer_lifetime_is_recorded_and_never_forgotten() {
    let world = World::new().await;
    let record = async || {
        world.run(async |ctx| record_lifetimes(ctx).await).await.unwrap();
        world.store.by_id(world.server).await.unwrap().unwrap().token_lifetimes.unwrap()
    };
    let first = record().await;
    assert_eq!(first.since, world.clock.now());
    world.advance(60);
    let day = Duration::from_secs(86_400);
    world
        .change(world.server, |it: &mut domain::ResourceServer| it.tokens.lifetime = Some(day))
        .await;
    assert_eq!(record().await, domain::TokenLifetimes { longest: Some(day), ..first });
    world.change(world.server, |it: &mut domain::ResourceServer| it.tokens.lifetime = None).await;
    assert_eq!(record().await, domain::TokenLifetimes { longest: Some(day), ..first });
}

#[tokio::test]
async fn a_token_that_never_expires_is_refused_for_the_same_reason_after_its_key_was_removed() {
    let dialect = Dialect::builtin("speckle").unwrap();
    let never = dialect.access_token().lifetime.is_none();
    let world = World::speaking(dialect, Default::default(), Default::default()).await;
    if !never {
        return;
    }
    world.run(async |ctx| record_lifetimes(ctx).await).await.unwrap();
    let token = exchanged(&world).await;
    assert!(world.at_api(&token).await.is_ok());
    let name = world.api_key.0.clone();
    let key: Loaded<Credential> =
        world.store.by_public_id(world.issuer.realm(), &name).await.unwrap().unwrap();
    revoke(&world, key.id, "it leaked").await;
    world.advance(KEPT_FOR.as_secs());
    swept(&world).await;
    let denial = world.at_api(&token).await.unwrap_err();
    assert_eq!(denial.code(), "credential_revoked");
    assert!(denial.to_string().contains("it leaked"), "{denial}");
}

#[tokio::test]
async fn a_disconnected_app_leaves_nothing_after_thirty_days() {
    let partner = Partner::new().await;
    let world = &partner.world;
    world.run(async |ctx| record_lifetimes(ctx).await).await.unwrap();
    let reply = connected(&partner).await;
    let row = partner.family(&refresh_token(&reply)).await;
    let grant = row.grant().unwrap();
    let actor = domain::Actor::System;
    let name = grant.to_string();
    let revoked =
        world.run(async |ctx| engine::admin::grants::revoke(ctx, &actor, &name, None).await).await;
    store::Store::commit(&*world.store, revoked.unwrap().batch).await.unwrap();
    assert_eq!(swept(world).await, 0);
    world.advance(KEPT_FOR.as_secs());
    assert_eq!(swept(world).await, 2, "the refresh token and the grant");
    assert!(world.store.by_id(grant).await.unwrap().is_none());
    assert!(world.store.by_id(row.id).await.unwrap().is_none());
    let again = connected(&partner).await;
    assert!(world.at_api(&access_token(&again)).await.is_ok());
}

#[tokio::test]
async fn of_one_owner_only_the_newest_fifty_are_kept() {
    let world = World::new().await;
    world.run(async |ctx| record_lifetimes(ctx).await).await.unwrap();
    let mut ids = Vec::new();
    for _ in 0..KEPT_EACH + 7 {
        world.advance(1);
        let detail = crate::flows::world::client_secret(world.client);
        let (name, _) = world
            .credential(detail, |it| {
                it.expires_at = Some(it.created_at.plus(Duration::from_millis(500)));
            })
            .await;
        ids.push(name);
    }
    world.advance(1);
    assert_eq!(swept(&world).await, 7);
    let memory = hot(&world).await;
    let mut left = 0;
    memory.each(Kind::Credential, world.issuer.realm(), &mut |it| {
        if let Entity::Credential(it) = it
            && ids.contains(&it.public_id.to_string())
        {
            left += usize::from(it.removed().is_none());
        }
    });
    assert_eq!(left, KEPT_EACH);
    // An hour after their tokens have expired, nothing is left of the seven.
    world.advance(2 * 3_600);
    assert_eq!(swept(&world).await, 7);
}
