//! Introspection (RFC 7662).

use domain::{Client, CredentialDetail, Status};
use oauth::{Operation, Parameter as P, Reply};

use crate::flows::world::{AUDIENCE, World, code, request, with_basic, with_bearer};

#[tokio::test]
async fn rfc7662_2_2_a_resource_server_introspects_every_kind_of_credential() {
    let world = World::new().await;
    let secret = world.server_secret.clone();
    let pair = |(id, secret): &(String, String)| format!("{id}:{secret}");
    let access_token = world.machine_token().await;
    let cases = [
        (access_token, "access_token", "client_1", "read"),
        (pair(&world.api_key), "api_key", world.api_key.0.as_str(), "read write"),
        (pair(&world.legacy), "legacy_token", "old-token-7", "read write"),
        (world.personal_access_token.clone(), "personal_access_token", "user_1", "read"),
    ];
    for (token, kind, subject, scope) in cases {
        let answer = world.introspect("api_1", &secret, &token).await;
        assert!(answer.active, "{kind}");
        assert_eq!(answer.credential_kind.as_deref(), Some(kind));
        assert_eq!(answer.sub.as_deref(), Some(subject));
        assert_eq!(answer.scope.as_deref(), Some(scope));
        assert_eq!(answer.aud.as_deref(), Some(AUDIENCE));
    }
}

#[tokio::test]
async fn rfc7662_2_2_an_inactive_answer_has_no_other_member() {
    let world = World::new().await;
    let secret = world.server_secret.clone();
    let token = world.machine_token().await;
    let (before, after) = token.split_at(token.len() - 5);
    let other = if after.starts_with('A') { 'B' } else { 'A' };
    let tampered = format!("{before}{other}{}", &after[1..]);
    for bad in ["nonsense", "a:b", "eyJhbGciOiJub25lIn0.e30.", &tampered, &world.refresh_token] {
        let answer = world.introspect("api_1", &secret, bad).await;
        assert_eq!(serde_json::to_string(&answer).unwrap(), r#"{"active":false}"#, "{bad}");
    }
    world.advance(3600);
    assert!(!world.introspect("api_1", &secret, &token).await.active, "expired");
}

#[tokio::test]
async fn a_client_introspects_only_its_own_tokens() {
    let world = World::new().await;
    let secret = world.client_secret.clone();
    assert!(world.introspect("client_1", &secret, &world.refresh_token).await.active);
    assert!(world.introspect("client_1", &secret, &world.machine_token().await).await.active);
    let key = format!("{}:{}", world.api_key.0, world.api_key.1);
    assert!(!world.introspect("client_1", &secret, &key).await.active);
}

#[tokio::test]
async fn introspection_says_suspended_to_the_resource_server() {
    let world = World::new().await;
    let token = world.machine_token().await;
    world.change::<Client>(world.client, |it| it.status = Status::Suspended).await;
    let answer = world.introspect("api_1", &world.server_secret, &token).await;
    assert_eq!((answer.active, answer.inactive_reason.as_deref()), (false, Some("suspended")));
}

#[tokio::test]
async fn rfc7662_2_2_other_callers_do_not_learn_that_a_token_is_suspended() {
    let world = World::new().await;
    let token = world.machine_token().await;
    world.change::<Client>(world.client, |it| it.status = Status::Suspended).await;
    let (id, secret) = world.api_key.clone();
    let answer = world.introspect(&id, &secret, &token).await;
    assert_eq!(serde_json::to_string(&answer).unwrap(), r#"{"active":false}"#);
}

#[tokio::test]
async fn rfc7662_2_1_the_caller_must_authenticate_and_name_a_token() {
    let world = World::new().await;
    let anonymous = request(Operation::Introspection, &[(P::Token, "x")]);
    assert_eq!(code(world.ask(&anonymous).await), "no_client_authentication");
    let wrong = with_basic(Operation::Introspection, ("api_1", &world.client_secret), "x");
    assert_eq!(code(world.ask(&wrong).await), "secret_foreign");
    let nothing = with_basic(Operation::Introspection, ("api_1", &world.server_secret), "");
    assert_eq!(code(world.ask(&nothing).await), "parameter_missing");
}

#[tokio::test]
async fn rfc7662_2_1_a_bearer_introspects_its_own_token_and_an_admin_every_token() {
    let world = World::new().await;
    let (own, other) = (world.machine_token().await, world.personal_access_token.clone());
    assert!(is_active(&world, &own, &own).await.unwrap());
    assert!(!is_active(&world, &own, &other).await.unwrap());
    assert_eq!(code(is_active(&world, "nonsense", &own).await), "token_unrecognized");
    let admin = async |scope: &str| {
        let scopes = crate::flows::world::scopes(scope);
        world.credential(CredentialDetail::AdminKey { scopes }, |_| ()).await.1
    };
    let (auditor, clerk) = (admin("audit:read").await, admin("clients:read").await);
    assert!(is_active(&world, &auditor, &own).await.unwrap());
    assert!(is_active(&world, &auditor, &other).await.unwrap());
    assert_eq!(code(is_active(&world, &clerk, &own).await), "not_permitted");
}

async fn is_active(world: &World, bearer: &str, token: &str) -> Result<bool, engine::Denial> {
    match world.ask(&with_bearer(Operation::Introspection, bearer, token)).await? {
        Reply::Introspection(answer) => Ok(answer.active),
        other => panic!("{other:?}"),
    }
}
