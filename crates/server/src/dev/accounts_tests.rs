//! Tokens that users made are ordinary credentials, and belong to their users alone.

use axum::http::Method;
use demo_apis::speckle::{Accounts as _, AppFacts, NewToken};
use domain::Actor;
use engine::admin::{memberships, users};
use engine::present::{Presented, PresentedAt, present};

use super::super::seed::tests::{realms, seeded};
use super::*;

/// The user of the demo.
const USER: &str = "a1b2c3d4e5";

/// The GraphQL realm with its seed data.
async fn accounts() -> RealmAccounts {
    let realms = realms();
    seeded(&realms).await;
    // Identifiers of the same millisecond have no order. This makes the next ones newer.
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    RealmAccounts(realms.into_iter().last().unwrap())
}

fn request() -> RequestInfo {
    let (method, path) = (Method::POST, "/graphql".to_owned());
    RequestInfo { method, path, request_id: Some("req_1".to_owned()), remote: None }
}

fn new_token(lifespan: Option<i64>) -> NewToken {
    NewToken { name: "ci".to_owned(), scopes: vec!["profile:read".to_owned()], lifespan }
}

async fn is_good(accounts: &RealmAccounts, token: &str) -> bool {
    let origin = RequestOrigin::default();
    let context = accounts.0.write_context(&origin);
    present(&context, &Presented::Token(token), PresentedAt::Api).await.is_ok()
}

#[tokio::test]
async fn a_token_is_made_listed_and_revoked_by_its_user() {
    let accounts = accounts().await;
    let day = 86_400_000;
    let made = accounts.create_token(USER, new_token(Some(day)), &request()).await.unwrap();
    assert!(is_good(&accounts, &made).await);
    let listed = accounts.tokens(USER).await.unwrap();
    let newest = listed.first().unwrap();
    assert_eq!(newest.id, made[..10], "the newest comes first");
    assert_eq!((newest.name.as_str(), newest.lifespan), ("ci", Some(day)));
    assert_eq!(newest.scopes, ["profile:read"]);
    assert_eq!(listed.len(), 2, "the one of the demo is there, too");
    assert_eq!(accounts.revoke_token(USER, &made[..10], &request()).await, Ok(true));
    assert!(!is_good(&accounts, &made).await);
    assert_eq!(accounts.tokens(USER).await.unwrap().len(), 1);
    assert_eq!(accounts.revoke_token(USER, &made[..10], &request()).await, Ok(false));
}

#[tokio::test]
async fn nobody_revokes_the_token_of_another() {
    let accounts = accounts().await;
    let made = accounts.create_token(USER, new_token(None), &request()).await.unwrap();
    let origin = RequestOrigin::default();
    let context = accounts.0.write_context(&origin);
    let other = users::NewUser {
        public_id: Some("other".to_owned()),
        email: "other@example.com".to_owned(),
        name: "Other".to_owned(),
        memberships: Vec::<memberships::NewMembership>::new(),
        ..users::NewUser::default()
    };
    settle(&context, async |context| users::create(&context, &Actor::System, &other).await)
        .await
        .unwrap();
    assert_eq!(accounts.revoke_token("other", &made[..10], &request()).await, Ok(false));
    assert!(is_good(&accounts, &made).await);
    assert!(accounts.tokens("other").await.unwrap().is_empty());
}

#[tokio::test]
async fn the_use_of_a_token_shows_in_the_list() {
    let accounts = accounts().await;
    let made = accounts.create_token(USER, new_token(None), &request()).await.unwrap();
    let used = async || accounts.tokens(USER).await.unwrap()[0].last_used.clone();
    assert_eq!(used().await, None);
    let origin = RequestOrigin::default();
    let context = accounts.0.write_context(&origin);
    let verified = present(&context, &Presented::Token(&made), PresentedAt::Api).await.unwrap();
    accounts.0.app().uses.note(verified.credential.id, context.now, None);
    assert_eq!(used().await, Some(context.now.to_string()));
}

#[tokio::test]
async fn a_removed_user_is_not_found_and_makes_no_tokens() {
    let accounts = accounts().await;
    assert_eq!(accounts.profile(USER).await.unwrap().unwrap().name, "Jonas Gruber");
    let origin = RequestOrigin::default();
    let context = accounts.0.write_context(&origin);
    settle(&context, async |context| users::remove(&context, &Actor::System, USER).await)
        .await
        .unwrap();
    assert_eq!(accounts.profile(USER).await, Ok(None));
    let made = accounts.create_token(USER, new_token(None), &request()).await;
    assert!(matches!(made, Err(AccountsError::Refused(_))));
    assert_eq!(accounts.profile("nobody").await, Ok(None));
}

fn facts(scopes: &[&str]) -> AppFacts {
    AppFacts {
        name: "Checker".to_owned(),
        description: Some("Checks".to_owned()),
        redirect_url: "http://localhost:3000/callback".to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        logo: None,
    }
}

#[tokio::test]
async fn an_app_is_made_changed_and_deleted_by_its_creator_alone() {
    let accounts = accounts().await;
    let made = accounts.create_app(USER, facts(&["profile:read"]), &request()).await.unwrap();
    assert!(made.secret.is_some_and(|secret| secret.len() > 20), "it proves itself by a secret");
    let known = accounts.app(&made.id).await.unwrap().unwrap();
    assert_eq!(known.author.unwrap().id, USER);
    assert_eq!(known.redirect_url, "http://localhost:3000/callback");
    let more = facts(&["profile:read", "streams:read"]);
    assert_eq!(accounts.update_app(USER, &made.id, more, &request()).await, Ok(true));
    let listed = accounts.created_apps(USER).await.unwrap();
    let own = listed.iter().find(|app| app.id == made.id).unwrap();
    assert_eq!(own.scopes, ["profile:read", "streams:read"]);
    let elsewhere = AppFacts { redirect_url: "javascript:alert(1)".to_owned(), ..facts(&[]) };
    let refused = accounts.update_app(USER, &made.id, elsewhere, &request()).await;
    assert!(matches!(refused, Err(AccountsError::Refused(_))), "{refused:?}");
    assert_eq!(accounts.delete_app(USER, &made.id, &request()).await, Ok(true));
    assert_eq!(accounts.delete_app(USER, &made.id, &request()).await, Ok(false));
    assert_eq!(accounts.app(&made.id).await, Ok(None));
    assert_eq!(accounts.revoke_app(USER, &made.id, &request()).await, Ok(false));
}
