//! Connections: one active grant of an app, a person, an organization and an API.

use std::pin::Pin;

use domain::{Actor, Client, Grant};
use engine::authorize::{AuthorizationDenial, allow};
use oauth::{AuthorizationReply, Parameter as P};

use crate::authorize::race::{Overtaken, all};
use crate::authorize::world::{World, id, outcome, scopes};

#[tokio::test]
async fn a_connection_is_one_grant_with_all_consented_scopes() {
    let world = World::new().await;
    let bob = world.signed_in("bob").await;
    world.allow(&world.authorization_request(&[]).await, &bob, None).await.unwrap();
    let grants = world.grants().await;
    let [grant] = &grants[..] else { panic!("{grants:?}") };
    assert_eq!(grant.client, Some(id("app")));
    assert_eq!(grant.user, Some(id("bob")));
    assert_eq!(grant.organization, Some(id("acme")));
    assert_eq!(grant.resource_server, id("api"));
    assert_eq!(grant.scopes, scopes("read"));
    let handle = Grant::connection_handle(id("app"), id("bob"), Some(id("acme")), id("api"));
    assert_eq!(grant.handle, Some(handle));
}

#[tokio::test]
async fn consent_after_a_revocation_makes_a_new_connection() {
    let world = World::new().await;
    let bob = world.signed_in("bob").await;
    let checked = world.authorization_request(&[(P::Scope, "read write")]).await;
    world.allow(&checked, &bob, None).await.unwrap();
    let first = world.grants().await.remove(0);
    let by = Actor::User("bob".parse().unwrap());
    let grant = first.id.to_string();
    let done =
        world.run(async |ctx| engine::admin::grants::revoke(ctx, &by, &grant, None).await).await;
    store::Store::commit(&*world.store, done.unwrap().batch).await.unwrap();
    world.advance(1);
    let less = world.authorization_request(&[]).await;
    assert_eq!(outcome(world.next(&less, &bob, None).await), "consent for acme");
    world.allow(&less, &bob, None).await.unwrap();
    let grants = world.grants().await;
    let [old, new] = &grants[..] else { panic!("{grants:?}") };
    assert_eq!((old.id, &old.handle), (first.id, &None));
    assert_eq!(old.revoked.as_ref().unwrap().by, by);
    assert_eq!((&new.scopes, &new.revoked), (&scopes("read"), &None));
    let told =
        ["grant.created by user bob", "grant.revoked by user bob", "grant.created by user bob"];
    assert_eq!(world.recorded_reasons().await, told);
}

#[tokio::test]
async fn dropping_connections_ends_all_connections_of_the_app() {
    let world = World::new().await;
    let bob = world.signed_in("bob").await;
    let checked = world.authorization_request(&[]).await;
    world.allow(&checked, &bob, None).await.unwrap();
    let old = world.grants().await[0].id;
    let holds = async |grant| {
        let chain = world.run(async |ctx| engine::Chain::of(ctx, grant).await).await;
        chain.map(|_| "holds").unwrap_or_else(|denial| denial.code())
    };
    assert_eq!(holds(old).await, "holds");
    world.change::<Client>("app", |it| it.connections_epoch += 1).await;
    world.advance(1);
    assert_eq!(holds(old).await, "connections_dropped");
    let checked = world.authorization_request(&[]).await;
    assert_eq!(outcome(world.next(&checked, &bob, None).await), "consent for acme");
    world.allow(&checked, &bob, None).await.unwrap();
    let grants = world.grants().await;
    let [dropped, new] = &grants[..] else { panic!("{grants:?}") };
    assert_eq!((dropped.id, &dropped.handle, dropped.revoked.is_some()), (old, &None, true));
    assert_eq!((holds(old).await, holds(new.id).await), ("grant_revoked", "holds"));
}

#[tokio::test]
async fn a_connection_made_during_a_drop_is_dropped() {
    let world = World::new().await;
    let bob = world.signed_in("bob").await;
    // A consent that was decided before the drop, and written after it.
    let grant = Grant {
        id: id("late"),
        realm: world.issuer.realm().clone(),
        client: Some(id("app")),
        user: Some(bob.user.id),
        organization: Some(id("acme")),
        resource_server: id("api"),
        scopes: scopes("read"),
        default_scopes: None,
        epoch: 0,
        handle: None,
        status_index: None,
        revoked: None,
        created_at: base::Clock::now(&world.clock),
    };
    world.change::<Client>("app", |it| it.connections_epoch += 1).await;
    world.advance(1);
    world.insert(grant).await;
    let chain = world.run(async |ctx| engine::Chain::of(ctx, id("late")).await).await;
    assert_eq!(chain.unwrap_err().code(), "connections_dropped");
}

#[tokio::test]
async fn concurrent_consents_make_one_connection() {
    for seed in 0..24 {
        let world = World::new().await;
        let bob = world.signed_in("bob").await;
        let store = Overtaken::new(std::sync::Arc::clone(&world.store), seed);
        let mut tabs = vec![];
        for scope in ["read", "write", "read", "write"] {
            tabs.push(world.authorization_request(&[(P::Scope, scope)]).await);
        }
        let says_yes = async |checked| {
            world.run_on(&store, async |ctx| allow(ctx, checked, &bob, None).await).await
        };
        type Tab<'a> =
            Pin<Box<dyn Future<Output = Result<AuthorizationReply, AuthorizationDenial>> + 'a>>;
        let clicks = tabs.iter().map(|it| Box::pin(says_yes(it)) as Tab<'_>).collect();
        for reply in all(clicks).await {
            assert!(reply.unwrap().outcome.is_ok());
        }
        let grants = world.grants().await;
        assert_eq!(grants.len(), 1);
        assert_eq!(grants[0].scopes, scopes("read write"));
        let told = ["grant.created by user bob", "grant.extended by user bob"];
        assert_eq!(world.recorded_reasons().await, told);
    }
}

#[tokio::test]
async fn a_code_fits_into_a_url() {
    let world = World::new().await;
    let bob = world.signed_in("bob").await;
    let list = "openid profile email offline_access read write";
    world.change::<Client>("app", |it| it.scopes = scopes(list)).await;
    let all = [(P::Scope, list), (P::Nonce, "n-0S6_WzA2Mj")];
    for (changes, most) in [(&all[..], 420), (&[(P::Nonce, &*"n".repeat(512))], 1_000)] {
        let reply =
            world.allow(&world.authorization_request(changes).await, &bob, None).await.unwrap();
        let length = reply.outcome.unwrap().code.expose().len();
        assert!(length <= most, "{length}");
    }
}
