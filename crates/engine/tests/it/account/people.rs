//! Who may manage an account.

use domain::{Actor, CredentialKind};
use engine::account::{Person, SESSION, sessions, tokens};
use engine::admin::users;

use crate::account::world::{World, code};

fn new(scopes: &[&str]) -> tokens::NewToken {
    tokens::NewToken {
        name: "t".into(),
        scopes: scopes.iter().map(|scope| (*scope).into()).collect(),
        ..tokens::NewToken::default()
    }
}

#[tokio::test]
async fn a_token_acts_for_its_owner_within_its_scopes() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    assert!(ada.require(SESSION).is_ok() && ada.require("read").is_ok());
    let made = world.done(async |ctx| tokens::create(ctx, &ada, &new(&["read"])).await).await;
    assert_eq!(made.credential.kind(), CredentialKind::PersonalAccessToken);
    let holder = Person::by_token(&world.ctx(), made.secret.expose()).await.unwrap();
    assert_eq!(holder.user().email, "ada@example.com");
    assert_eq!(holder.actor(), Actor::User("ada".parse().unwrap()));
    assert!(holder.require("read").is_ok());
    assert_eq!(code(holder.require("write")), "not_permitted");
    assert_eq!(code(holder.require(SESSION)), "not_permitted");
}

#[tokio::test]
async fn a_revoked_token_and_a_removed_user_are_refused() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let made = world.done(async |ctx| tokens::create(ctx, &ada, &new(&["read"])).await).await;
    let secret = made.secret.expose();
    let id = made.credential.public_id.as_str();
    world.done(async |ctx| tokens::revoke(ctx, &ada, id).await).await;
    assert_eq!(code(Person::by_token(&world.ctx(), secret).await), "credential_revoked");
    world.done(async |ctx| users::remove(ctx, &Actor::System, "ada").await).await;
    assert_eq!(code(Person::authenticated_elsewhere(&world.ctx(), "ada").await), "user_gone");
    assert_eq!(code(Person::authenticated_elsewhere(&world.ctx(), "nobody").await), "not_found");
    assert_eq!(code(Person::by_cookie(&world.ctx(), "sn_x").await), "session_unknown");
}

#[tokio::test]
async fn a_user_who_never_signed_in_has_no_sessions() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    assert!(sessions::list(&world.ctx(), &ada).await.unwrap().is_empty());
    assert_eq!(world.done(async |ctx| sessions::end_others(ctx, &ada).await).await, 0);
    for id in ["", "x", "0000000000000000000000"] {
        assert_eq!(code(sessions::end(&world.ctx(), &ada, id).await), "not_found", "{id:?}");
    }
}
