//! Which scopes a personal access token may have.

use dialect::Dialect;
use domain::Actor;
use engine::admin::personal_access_tokens::{NewPersonalAccessToken, create};

use crate::flows::world::{World, code};

const SOURCE: &str = r#"
name = "strict"
description = "Keeps a scope from personal access tokens"
[personal_access_token]
forbidden_scopes = ["write"]
"#;

#[tokio::test]
async fn only_staff_give_the_scopes_that_the_dialect_reserves() {
    let dialect = Dialect::parse("strict.toml", SOURCE).unwrap();
    let world = World::speaking(dialect, Default::default(), Default::default()).await;
    let make = async |actor: Actor, scopes: &[&str]| {
        let input = NewPersonalAccessToken {
            user: "user_1".into(),
            name: "laptop".into(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            ..Default::default()
        };
        world.run(async |ctx| create(ctx, &actor, &input).await.map(|_| ())).await
    };
    let user = || Actor::User("user_1".parse().unwrap());
    assert!(make(user(), &["read"]).await.is_ok());
    assert_eq!(code(make(user(), &["read", "write"]).await), "invalid_field");
    let staff = Actor::AdminKey("key_1".parse().unwrap());
    assert!(make(staff, &["read", "write"]).await.is_ok());
}
