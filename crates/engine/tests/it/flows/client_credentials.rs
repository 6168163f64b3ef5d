//! Client credentials (RFC 6749 §4.4), scope (§3.3), audience (RFC 8707) and budgets.

use domain::{BudgetLimits, Client, Organization, TokenFormat, TokenPolicy};
use oauth::{Parameter as P, Problem, QuotaWindow};

use crate::flows::world::{AUDIENCE, World, code};

#[tokio::test]
async fn rfc6749_3_3_a_missing_scope_means_the_default_and_more_than_granted_is_refused() {
    let world = World::new().await;
    let reply = world.token(&world.machine(&[])).await.unwrap();
    assert_eq!(reply.scope.to_string(), "read");
    assert_eq!(reply.expires_in, Some(3600));
    let reply = world.token(&world.machine(&[(P::Scope, "write read")])).await.unwrap();
    assert_eq!(reply.scope.to_string(), "read write");
    assert_eq!(
        code(world.token(&world.machine(&[(P::Scope, "admin")])).await),
        "scope_not_granted"
    );
    assert_eq!(code(world.token(&world.machine(&[(P::Scope, "a\"b")])).await), "scope_malformed");
}

#[tokio::test]
async fn rfc8707_2_audience_named_defaulted_unknown_or_not_granted() {
    let world = World::new().await;
    assert!(world.token(&world.machine(&[(P::Audience, AUDIENCE)])).await.is_ok());
    assert!(world.token(&world.machine(&[(P::Resource, AUDIENCE)])).await.is_ok());
    let unknown = world.token(&world.machine(&[(P::Audience, "https://other")])).await;
    assert_eq!(code(unknown), "audience_unknown");
    world.change::<Client>(world.client, |it| it.default_audience = None).await;
    assert_eq!(code(world.token(&world.machine(&[])).await), "audience_missing");
}

#[tokio::test]
async fn an_api_key_is_exchanged_like_a_client() {
    let world = World::new().await;
    let (id, secret) = &world.api_key;
    let parameters =
        [(P::GrantType, "client_credentials"), (P::ClientId, id), (P::ClientSecret, secret)];
    let reply = world.token(&parameters).await.unwrap();
    assert_eq!(reply.client_id, *id);
    assert_eq!(reply.organization.as_deref(), Some("org_1"));
    let verified = world.at_api(reply.access_token.expose()).await.unwrap();
    assert_eq!(verified.credential.public_id.as_str(), id);
}

#[tokio::test]
async fn an_unknown_and_a_forbidden_grant_type_have_different_errors() {
    let world = World::new().await;
    let mut parameters = world.machine(&[]);
    parameters.retain(|(parameter, _)| *parameter != P::GrantType);
    assert_eq!(code(world.token(&parameters).await), "parameter_missing");
    parameters.push((P::GrantType, "password"));
    assert_eq!(code(world.token(&parameters).await), "grant_type_unknown");
    world.change::<Client>(world.client, |it| it.grant_types.clear()).await;
    assert_eq!(code(world.token(&world.machine(&[])).await), "grant_type_not_allowed");
}

#[tokio::test]
async fn budgets_count_the_hour_and_the_utc_day_separately() {
    let budget = BudgetLimits { per_hour: Some(2), per_day: Some(3) };
    let world = World::with(TokenPolicy::default(), budget).await;
    let reply = world.token(&world.machine(&[])).await.unwrap();
    let hour = reply.client_quota.unwrap().per_hour.unwrap();
    assert_eq!(hour, QuotaWindow { limit: 2, remaining: 1, resets_in: 3600 });
    world.token(&world.machine(&[])).await.unwrap();
    let refused = world.token(&world.machine(&[])).await.unwrap_err().error_response();
    assert_eq!(refused.problem, Problem::BudgetSpent);
    assert_eq!(refused.client_quota.unwrap().per_hour.unwrap().remaining, 0);
    assert_eq!(refused.retry_after(), Some(3600));
    world.advance(3600);
    world.token(&world.machine(&[])).await.unwrap();
    let refused = world.token(&world.machine(&[])).await.unwrap_err().error_response();
    assert_eq!(refused.client_quota.unwrap().per_day.unwrap().remaining, 0);
}

#[tokio::test]
async fn the_budget_of_an_organization_is_shared_and_a_refusal_spends_nothing() {
    let budget = BudgetLimits { per_hour: Some(100), per_day: None };
    let world = World::with(TokenPolicy::default(), budget).await;
    let limits = BudgetLimits { per_hour: None, per_day: Some(1) };
    world.change::<Organization>(world.organization, |it| it.budget = limits).await;
    let reply = world.token(&world.machine(&[])).await.unwrap();
    assert_eq!(reply.organization_quota.unwrap().per_day.unwrap().remaining, 0);
    let refused = world.token(&world.machine(&[])).await.unwrap_err().error_response();
    assert_eq!((refused.client_quota, refused.organization_quota.is_some()), (None, true));
    world.change::<Organization>(world.organization, |it| it.budget = Default::default()).await;
    let reply = world.token(&world.machine(&[])).await.unwrap();
    let left = reply.client_quota.unwrap().per_hour.unwrap().remaining;
    assert_eq!(left, 98, "the refused request spent nothing of the client's own budget");
}

#[tokio::test]
async fn both_token_formats_give_the_same_access() {
    for format in [TokenFormat::Jwt, TokenFormat::Opaque] {
        let policy = TokenPolicy { format: Some(format), ..Default::default() };
        let world = World::with(policy, BudgetLimits::default()).await;
        let verified = world.at_api(&world.machine_token().await).await.unwrap();
        assert_eq!(verified.scopes.to_string(), "read");
        assert_eq!(verified.chain.grant.id, world.grant);
        world.advance(3600);
    }
}
