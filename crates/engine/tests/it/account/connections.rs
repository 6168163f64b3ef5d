//! The connections of a person to apps.

use domain::Actor;
use engine::account::apps::{self, NewApp};
use engine::account::{connections, tokens};
use engine::admin::clients::{self, NewClient};
use engine::admin::{PageQuery, grants};

use crate::account::world::{CALLBACK, World, code};

async fn app(world: &World, name: &str) -> String {
    let new = NewClient {
        public_id: Some(name.into()),
        name: name.into(),
        kind: Some("app".into()),
        redirect_uris: Some(vec![CALLBACK.into()]),
        ..NewClient::default()
    };
    let made = world.done(async |ctx| clients::create(ctx, &Actor::System, &new).await).await;
    made.client.public_id.to_string()
}

async fn listed(world: &World, person: &str) -> Vec<String> {
    let person = world.person(person).await;
    let page = connections::list(&world.ctx(), &person, &PageQuery::default()).await.unwrap();
    page.items.iter().map(|it| it.grant.id.to_string()).collect()
}

#[tokio::test]
async fn only_active_connections_are_listed_and_pages_are_full() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let mut held = Vec::new();
    for name in ["a1", "a2", "a3"] {
        let app = app(&world, name).await;
        let token = tokens::NewToken {
            name: "between".into(),
            scopes: vec!["read".into()],
            ..tokens::NewToken::default()
        };
        world.done(async |ctx| tokens::create(ctx, &ada, &token).await).await;
        held.push(world.connect("ada", &app, None).await);
    }
    let gone = world.connect("ada", "a1", Some("acme")).await;
    world.done(async |ctx| grants::revoke(ctx, &Actor::System, &gone, None).await).await;
    world.connect("bob", "a1", None).await;
    assert_eq!(listed(&world, "ada").await, held);
    let mut query = PageQuery { limit: Some(2), after: None };
    let first = connections::list(&world.ctx(), &ada, &query).await.unwrap();
    assert_eq!(first.items.len(), 2);
    query.after = first.next;
    assert!(query.after.is_some());
    let second = connections::list(&world.ctx(), &ada, &query).await.unwrap();
    assert_eq!((second.items.len(), second.next), (1, None));
}

#[tokio::test]
async fn only_the_person_revokes_a_connection_and_it_is_final() {
    let world = World::new().await;
    let app = app(&world, "checker").await;
    let id = world.connect("ada", &app, Some("acme")).await;
    let (ada, bob) = (world.person("ada").await, world.person("bob").await);
    assert_eq!(code(connections::read(&world.ctx(), &bob, &id).await), "not_found");
    assert_eq!(code(connections::revoke(&world.ctx(), &bob, &id).await), "not_found");
    assert_eq!(code(connections::revoke_app(&world.ctx(), &bob, &app).await), "not_found");
    world.done(async |ctx| connections::revoke(ctx, &ada, &id).await).await;
    assert_eq!(code(connections::revoke(&world.ctx(), &ada, &id).await), "not_found");
    let grant = grants::read(&world.ctx(), &id).await.unwrap();
    assert!(grant.revoked.is_some() && grant.handle.is_none(), "it gives its name up");
    let again = world.connect("ada", &app, Some("acme")).await;
    assert_eq!(listed(&world, "ada").await, [again]);
}

#[tokio::test]
async fn an_app_is_revoked_for_every_organization_at_once() {
    let world = World::new().await;
    let (one, other) = (app(&world, "one").await, app(&world, "other").await);
    world.connect("ada", &one, None).await;
    world.connect("ada", &one, Some("acme")).await;
    let kept = world.connect("ada", &other, None).await;
    let ada = world.person("ada").await;
    let count = world.done(async |ctx| connections::revoke_app(ctx, &ada, &one).await).await;
    assert_eq!((count, listed(&world, "ada").await), (2, vec![kept]));
}

#[tokio::test]
async fn a_dropped_connection_is_not_listed() {
    let world = World::new().await;
    let (ada, bob) = (world.person("ada").await, world.person("bob").await);
    let new = NewApp {
        name: "Adas".into(),
        redirect_uris: vec![CALLBACK.into()],
        scopes: vec!["read".into()],
        ..NewApp::default()
    };
    let made = world.done(async |ctx| apps::create(ctx, &ada, &new).await).await;
    let id = made.client.public_id.as_str();
    let before = world.connect("bob", id, None).await;
    assert_eq!(code(apps::drop_connections(&world.ctx(), &bob, id).await), "not_found");
    world.done(async |ctx| apps::drop_connections(ctx, &ada, id).await).await;
    assert!(listed(&world, "bob").await.is_empty());
    assert_eq!(code(connections::read(&world.ctx(), &bob, &before).await), "not_found");
}
