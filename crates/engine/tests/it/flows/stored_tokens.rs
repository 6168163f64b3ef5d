//! Access tokens that have a row (a dialect whose published token is a bare secret).

use std::sync::Arc;

use dialect::Dialect;
use domain::{Client, Credential, CredentialKind, Kind, Owners};
use oauth::{GrantType, Operation, Parameter as P, Request};
use store::{ListQuery, Loaded, StoreExt as _};

use crate::flows::partner::{Partner, access_token, refresh_token};
use crate::flows::world::{code, request, with_bearer};

async fn partner() -> Partner {
    Partner::departing(
        r#"
[refresh]
rotation = "reusable"
[access_token]
format = "stored"
lifetime = "1h"
[secrets]
personal_access_token = { prefix = "", shape = "split", id_digits = 10, secret_digits = 32 }
access_token = { prefix = "", shape = "split", id_digits = 10, secret_digits = 32 }
refresh_token = { prefix = "", shape = "split", id_digits = 10, secret_digits = 32 }
"#,
    )
    .await
}

async fn rows(partner: &Partner) -> Vec<Loaded<Credential>> {
    let variety = Some(CredentialKind::AccessToken.as_str());
    let query = ListQuery {
        kind: Kind::Credential,
        realm: partner.world.issuer.realm().clone(),
        owners: Owners { variety, ..Owners::default() },
        after: None,
        limit: 200,
    };
    partner.world.store.page(query).await.unwrap()
}

#[tokio::test]
async fn a_stored_token_has_its_published_form_and_is_accepted() {
    let partner = partner().await;
    let reply = partner.connected("read").await;
    let token = access_token(&reply);
    assert_eq!((token.len(), reply.expires_in), (42, Some(3_600)));
    let known = partner.world.at_api(&token).await.unwrap();
    assert_eq!(known.kind.as_str(), "access_token");
    assert_eq!(known.scopes.to_string(), "read");
    let answer = partner.world.introspect("api_1", &partner.world.server_secret, &token).await;
    assert!(answer.active);
    assert_eq!(answer.credential_kind.as_deref(), Some("access_token"));
    assert_eq!(answer.client_id.as_deref(), Some("app_1"));
    assert_eq!(answer.sub.as_deref(), Some("user_1"));
    assert_eq!((answer.exp, answer.iat), (Some(1_800_003_600), Some(1_800_000_000)));
    // A personal access token and a refresh token look the same; only their rows differ.
    let personal = partner.world.personal_access_token.clone();
    assert_eq!(
        partner.world.at_api(&personal).await.unwrap().kind.as_str(),
        "personal_access_token"
    );
    assert_eq!(code(partner.world.at_api(&refresh_token(&reply)).await), "secret_unknown");
    partner.world.advance(3_600);
    assert_eq!(code(partner.world.at_api(&token).await), "token_expired");
}

#[tokio::test]
async fn at_most_ten_stored_tokens_are_active_and_the_oldest_is_replaced() {
    let partner = partner().await;
    let reply = partner.connected("read").await;
    let refresh = refresh_token(&reply);
    let mut tokens = vec![access_token(&reply)];
    for _ in 0..14 {
        partner.world.advance(1);
        tokens.push(access_token(&partner.refresh(&refresh).await.unwrap()));
    }
    assert_eq!(rows(&partner).await.len(), 10);
    let mut good = Vec::new();
    for token in &tokens {
        good.push(partner.world.at_api(token).await.is_ok());
    }
    assert_eq!(good, [vec![false; 5], vec![true; 10]].concat());
    // Expired tokens are replaced before active ones.
    partner.world.advance(3_600);
    for _ in 0..3 {
        partner.refresh(&refresh).await.unwrap();
    }
    assert_eq!(rows(&partner).await.len(), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_all_get_one_and_rows_do_not_grow_without_end() {
    let partner = Arc::new(partner().await);
    let refresh = Arc::new(refresh_token(&partner.connected("read").await));
    for _ in 0..2 {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..60 {
            let (partner, refresh) = (Arc::clone(&partner), Arc::clone(&refresh));
            tasks.spawn(async move { partner.refresh(&refresh).await.unwrap() });
        }
        tasks.join_all().await;
    }
    assert!(rows(&partner).await.len() <= 70, "{}", rows(&partner).await.len());
}

#[tokio::test]
async fn revoking_the_parent_revokes_a_stored_token() {
    let partner = partner().await;
    let (one, other) = (partner.connected("read").await, partner.connected("read").await);
    partner.revoke(&refresh_token(&one)).await;
    assert_eq!(code(partner.world.at_api(&access_token(&one)).await), "credential_revoked");
    assert!(partner.world.at_api(&access_token(&other)).await.is_ok());
    // The explanation for support names the link that is not active.
    let id = access_token(&one)[..10].to_owned();
    let told = partner.world.run(async |ctx| engine::admin::why::explain(ctx, &id).await).await;
    let broken: Vec<_> = told.unwrap().chain.into_iter().filter(|it| it.broken.is_some()).collect();
    assert_eq!(broken.iter().map(|it| it.kind).collect::<Vec<_>>(), ["refresh_token"]);
}

#[tokio::test]
async fn rfc7009_2_a_stored_token_is_revoked_alone() {
    let partner = partner().await;
    let reply = partner.connected("read").await;
    let second = access_token(&partner.refresh(&refresh_token(&reply)).await.unwrap());
    partner.revoke(&access_token(&reply)).await;
    assert_eq!(code(partner.world.at_api(&access_token(&reply)).await), "credential_revoked");
    assert!(partner.world.at_api(&second).await.is_ok());
    partner.world.ask(&with_bearer(Operation::Revocation, &second, &second)).await.unwrap();
    assert_eq!(code(partner.world.at_api(&second).await), "credential_revoked");
    let third = access_token(&partner.refresh(&refresh_token(&reply)).await.unwrap());
    let held =
        Request { possession: true, ..request(Operation::Revocation, &[(P::Token, &third)]) };
    partner.world.ask(&held).await.unwrap();
    assert_eq!(code(partner.world.at_api(&third).await), "credential_revoked");
}

#[tokio::test]
async fn rfc6749_4_1_2_a_code_used_twice_revokes_the_stored_token() {
    for with_refresh_token in [true, false] {
        let partner = partner().await;
        if !with_refresh_token {
            let only = vec![GrantType::AuthorizationCode];
            partner.world.change::<Client>(partner.app, |it| it.grant_types = only).await;
        }
        let brought = partner.code("read").await;
        let reply = partner.exchange(&brought).await.unwrap();
        assert_eq!(reply.refresh_token.is_some(), with_refresh_token);
        assert_eq!(code(partner.exchange(&brought).await), "code_replayed");
        let expected = if with_refresh_token { "credential_revoked" } else { "token_revoked" };
        assert_eq!(code(partner.world.at_api(&access_token(&reply)).await), expected);
    }
}

#[tokio::test]
async fn a_builtin_dialect_with_stored_tokens_issues_its_form() {
    let partner = Partner::speaking(Dialect::builtin("speckle").unwrap()).await;
    let brought = partner
        .authorization_code(&[
            (P::ClientId, "app_1"),
            (P::CodeChallenge, "challenge"),
            (P::ResponseType, "code"),
        ])
        .await;
    let asked = [
        (P::GrantType, "authorization_code"),
        (P::ClientId, "app_1"),
        (P::ClientSecret, partner.secret.as_str()),
        (P::Code, brought.as_str()),
        (P::CodeVerifier, "challenge"),
        (P::CodeChallengeMethod, "plain"),
    ];
    let reply = partner.world.token(&asked).await.unwrap();
    assert_eq!((access_token(&reply).len(), refresh_token(&reply).len()), (42, 42));
    assert!(partner.world.at_api(&access_token(&reply)).await.is_ok());
    let again = partner.refresh(&refresh_token(&reply)).await.unwrap();
    assert_eq!(refresh_token(&again), refresh_token(&reply), "it is reusable");
    assert!(partner.world.at_api(&access_token(&again)).await.is_ok());
}
