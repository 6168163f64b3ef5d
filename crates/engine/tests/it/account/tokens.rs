//! The personal access tokens that a person manages.

use domain::{Actor, Kind};
use engine::account::{Person, tokens};
use engine::admin::PageQuery;
use engine::admin::personal_access_tokens::{self as staff, NewPersonalAccessToken};
use engine::retention::KEPT_EACH;
use store::StoreReader as _;

use crate::account::world::{API, World, code};

fn new(scopes: &[&str]) -> tokens::NewToken {
    tokens::NewToken {
        name: "t".into(),
        scopes: scopes.iter().map(|scope| (*scope).into()).collect(),
        audience: Some(API.into()),
        ..tokens::NewToken::default()
    }
}

#[tokio::test]
async fn a_token_made_by_a_token_stays_at_its_api_and_organization() {
    let world = World::new().await;
    world.api("urn:other", &["read"]).await;
    let by_staff = NewPersonalAccessToken {
        user: "ada".into(),
        name: "maker".into(),
        scopes: vec!["read".into(), "tokens:write".into()],
        audience: Some(API.into()),
        organization: Some("acme".into()),
        expires_at: None,
    };
    let made = world.done(async |ctx| staff::create(ctx, &Actor::System, &by_staff).await).await;
    let maker = Person::by_token(&world.ctx(), made.secret.expose()).await.unwrap();
    let create = async |input: tokens::NewToken| {
        world.settle(async |ctx| tokens::create(ctx, &maker, &input).await).await
    };
    let same = create(new(&["read"])).await.unwrap();
    assert_eq!(same.credential.organization(), made.credential.organization(), "though not said");
    let elsewhere = tokens::NewToken { audience: Some("urn:other".into()), ..new(&["read"]) };
    assert_eq!(code(create(elsewhere).await), "invalid_field");
    let unsaid = tokens::NewToken { audience: None, ..new(&["read"]) };
    create(unsaid).await.unwrap();
    let other = tokens::NewToken { organization: Some("bolt".into()), ..new(&["read"]) };
    assert_eq!(code(create(other).await), "invalid_field");
    assert_eq!(code(create(new(&["read", "write"])).await), "not_permitted");
    assert_eq!(code(create(new(&["tokens:write"])).await), "invalid_field");
}

#[tokio::test]
async fn an_organization_of_others_is_refused_like_an_unknown_one() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let told = async |id: &str| {
        let input = tokens::NewToken { organization: Some(id.into()), ..new(&["read"]) };
        tokens::create(&world.ctx(), &ada, &input).await.unwrap_err().to_string()
    };
    assert_eq!(told("bolt").await, told("nobodys").await);
    let input = tokens::NewToken { organization: Some("acme".into()), ..new(&["read"]) };
    world.done(async |ctx| tokens::create(ctx, &ada, &input).await).await;
}

#[tokio::test]
async fn a_user_has_at_most_a_hundred_active_tokens() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let mut last = None;
    for _ in 0..tokens::MAX_TOKENS {
        let made = world.done(async |ctx| tokens::create(ctx, &ada, &new(&["read"])).await).await;
        last = Some(made.credential.public_id);
    }
    let more =
        async || world.settle(async |ctx| tokens::create(ctx, &ada, &new(&["read"])).await).await;
    assert_eq!(code(more().await), "state_forbids");
    let last = last.unwrap();
    world.done(async |ctx| tokens::revoke(ctx, &ada, last.as_str()).await).await;
    more().await.unwrap();
    let bob = world.person("bob").await;
    world.done(async |ctx| tokens::create(ctx, &bob, &new(&["read"])).await).await;
    assert_eq!(code(tokens::read(&world.ctx(), &bob, last.as_str()).await), "not_found");
}

#[tokio::test]
async fn tokens_that_were_created_and_revoked_leave_a_bounded_number_of_rows() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    for _ in 0..130 {
        let made = world.done(async |ctx| tokens::create(ctx, &ada, &new(&["read"])).await).await;
        let id = made.credential.public_id.to_string();
        world.done(async |ctx| tokens::revoke(ctx, &ada, &id).await).await;
        world.advance(1);
    }
    let query = PageQuery { limit: Some(200), after: None };
    let listed = tokens::list(&world.ctx(), &ada, &query).await.unwrap().items;
    assert_eq!(listed.len(), KEPT_EACH + 1, "the newest, which are revoked");
    assert!(listed.iter().all(|it| it.revoked.is_some()));
    for kind in [Kind::Credential, Kind::Grant] {
        assert_eq!(world.store.scan(kind, None, 999).await.unwrap().len(), KEPT_EACH + 1);
    }
}
