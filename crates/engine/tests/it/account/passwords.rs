//! Passwords set by staff.

use domain::{Account, Actor, PasswordHash, User};
use engine::admin::passwords::{self, MAX_PASSWORD, MIN_PASSWORD, NewPassword};
use engine::admin::users::{self, NewUser};
use store::{EventQuery, Loaded, StoreExt as _, StoreReader as _};

use crate::account::world::{World, code};

#[test]
fn nist_800_63b_only_the_length_of_a_password_is_checked() {
    let fits = |text: &str| NewPassword::new(text).of_allowed_length().is_ok();
    assert!(fits(&"a".repeat(MIN_PASSWORD)) && fits(&" ".repeat(MIN_PASSWORD)));
    assert!(fits(&"é".repeat(MIN_PASSWORD)), "characters, not bytes");
    assert!(!fits(&"a".repeat(MIN_PASSWORD - 1)) && !fits(""));
    assert!(fits(&"a".repeat(MAX_PASSWORD)) && !fits(&"a".repeat(MAX_PASSWORD + 1)));
    let shown = format!("{:?}", NewPassword::new("hunter2hunter2"));
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[tokio::test]
async fn only_the_hash_is_stored_and_no_event_has_it() {
    let world = World::new().await;
    let hash = PasswordHash::new("$argon2id$of-ada".into());
    world.done(async |ctx| passwords::set(ctx, &Actor::System, "ada", &hash).await).await;
    let ada: Loaded<User> = world.named("ada").await;
    let account: Loaded<Account> =
        world.store.by_id(Account::id_of(ada.id)).await.unwrap().unwrap();
    assert_eq!(account.password, Some(hash.clone()));
    let query = EventQuery { limit: 200, ..EventQuery::default() };
    let told = serde_json::to_string(&world.store.events(&query).await.unwrap()).unwrap();
    assert!(told.contains("account.password_set") && !told.contains("argon2id"), "{told}");
    let nobody = passwords::set(&world.ctx(), &Actor::System, "nobody", &hash).await;
    assert_eq!(code(nobody), "not_found");
    world.done(async |ctx| users::remove(ctx, &Actor::System, "ada").await).await;
    let removed = passwords::set(&world.ctx(), &Actor::System, "ada", &hash).await;
    assert_eq!(code(removed), "state_forbids");
}

#[tokio::test]
async fn a_password_that_nobody_hashed_is_refused_not_dropped() {
    let world = World::new().await;
    let new = NewUser {
        email: "eve@example.com".into(),
        name: "Eve".into(),
        password: Some(NewPassword::new("correct horse battery")),
        ..NewUser::default()
    };
    assert_eq!(code(users::create(&world.ctx(), &Actor::System, &new).await), "invalid_field");
    let hash = Some(PasswordHash::new("$argon2id$of-eve".into()));
    let eve = world
        .done(async |ctx| {
            users::create_with_password(ctx, &Actor::System, &new, hash.clone()).await
        })
        .await;
    let account: Loaded<Account> =
        world.store.by_id(Account::id_of(eve.id)).await.unwrap().unwrap();
    assert_eq!((account.password.clone(), account.sessions.len()), (hash, 0));
}
