//! Which callers the gate admits: every kind of credential against every rule.

use std::time::Duration;

use base::encoding::parse_base64url;
use dialect::Dialect;
use domain::{
    Algorithm, BudgetLimits, CredentialKind, Membership, Organization, ResourceServer, Revocation,
    Status, TokenFormat, TokenPolicy, User,
};
use engine::Denial;
use engine::gate::{Identities, Identity, KINDS, Rule, admit};
use engine::present::{Presented, Verified};
use oauth::{Problem, ScopeSet};
use serde_json::Value;

use crate::flows::world::{AUDIENCE, World, code, scopes};

async fn ask(
    world: &World,
    presented: Option<Presented<'_>>,
    (audience, needed, kinds): (&str, &str, &[&str]),
) -> Result<Verified, Denial> {
    let needed: ScopeSet = scopes(needed);
    let kinds: Vec<String> = kinds.iter().map(|it| (*it).to_owned()).collect();
    let rule = Rule { audience, scopes: &needed, kinds: &kinds };
    world.run(async |ctx| admit(ctx, presented.as_ref(), &rule).await).await
}

/// Makes the user a member of the world's organization, so that the personal access token is
/// active.
async fn world() -> World {
    let world = World::new().await;
    let organization = world.organization;
    let member = Membership { organization, role: "member".into() };
    world.change::<User>(world.user, |it| it.memberships.push(member)).await;
    world
}

#[tokio::test]
async fn the_gate_decides_as_the_written_rule_says() {
    let world = world().await;
    let token = world.machine_token().await;
    let (id, secret) = &world.api_key;
    let (old_id, old_secret) = &world.legacy;
    let all = [
        ("access_token", "read", Presented::Token(&token)),
        ("api_key", "read write", Presented::Token(secret)),
        ("api_key", "read write", Presented::Basic { id, secret }),
        ("legacy_token", "read write", Presented::Basic { id: old_id, secret: old_secret }),
        ("personal_access_token", "read", Presented::Token(&world.personal_access_token)),
    ];
    let lists: [&[&str]; 4] = [&[], &["api_key"], &["access_token", "legacy_token"], &KINDS];
    for (kind, has, presented) in all {
        for audience in [AUDIENCE, "https://other.example"] {
            for needed in ["", "read", "write", "read write", "admin"] {
                for kinds in lists {
                    let expected = if audience != AUDIENCE {
                        "wrong_audience"
                    } else if !kinds.is_empty() && !kinds.contains(&kind) {
                        "kind_not_allowed"
                    } else if !needed.split(' ').all(|it| it.is_empty() || has.contains(it)) {
                        "scope_lacking"
                    } else {
                        "passes"
                    };
                    let admitted = ask(&world, Some(presented), (audience, needed, kinds)).await;
                    let found = admitted.map_or_else(|it| it.code(), |_| "passes");
                    assert_eq!(found, expected, "{kind} {audience} {needed:?} {kinds:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn rfc6750_3_1_each_refusal_has_its_problem() {
    let world = world().await;
    let (id, secret) = &world.api_key;
    let key = || Some(Presented::Basic { id, secret });
    let problem =
        async |presented, rule| ask(&world, presented, rule).await.unwrap_err().error_response();
    let failure = problem(None, (AUDIENCE, "read", &[])).await;
    assert_eq!(failure.problem, Problem::NoCredential);
    let failure = problem(key(), ("https://other.example", "read", &[])).await;
    assert_eq!(failure.problem, Problem::InvalidToken);
    let failure = problem(key(), (AUDIENCE, "read", &["access_token"])).await;
    assert_eq!(failure.problem, Problem::AccessDenied);
    let failure = problem(key(), (AUDIENCE, "read admin", &[])).await;
    assert_eq!(failure.problem, Problem::InsufficientScope);
    assert_eq!(
        failure.scope.as_deref(),
        Some("admin read"),
        "all that is needed, not what is missing"
    );
    let wrong = Some(Presented::Basic { id, secret: "wrong" });
    assert_eq!(problem(wrong, (AUDIENCE, "", &[])).await.problem, Problem::InvalidToken);
    let refresh = Some(Presented::Token(&world.refresh_token));
    assert_eq!(problem(refresh, (AUDIENCE, "", &[])).await.problem, Problem::InvalidToken);
}

#[tokio::test]
async fn a_suspended_caller_is_403_and_a_revoked_one_401() {
    let world = world().await;
    let token = world.machine_token().await;
    let rule = (AUDIENCE, "", &[][..]);
    let refused = async || ask(&world, Some(Presented::Token(&token)), rule).await.unwrap_err();
    let organization = |status| move |it: &mut Organization| it.status = status;
    world.change(world.organization, organization(Status::Suspended)).await;
    let denial = refused().await;
    assert_eq!(denial.error_response().problem, Problem::CallerSuspended);
    assert_eq!(denial.code(), "organization_suspended");
    world.change(world.organization, organization(Status::Active)).await;
    assert!(ask(&world, Some(Presented::Token(&token)), rule).await.is_ok());
    world.change::<ResourceServer>(world.server, |it| it.status = Status::Suspended).await;
    assert_eq!(refused().await.error_response().problem, Problem::InvalidToken);
    world.change::<ResourceServer>(world.server, |it| it.status = Status::Active).await;
    world
        .change::<domain::Grant>(world.grant, |it| {
            it.revoked =
                Some(Revocation { at: it.created_at, by: domain::Actor::System, reason: None });
        })
        .await;
    let denial = refused().await;
    assert_eq!(
        (denial.code(), denial.error_response().problem),
        ("grant_revoked", Problem::InvalidToken)
    );
}

#[tokio::test]
async fn an_identity_has_public_ids_and_no_names() {
    let world = world().await;
    let token = world.machine_token().await;
    let rule = (AUDIENCE, "read", &[][..]);
    let verified = ask(&world, Some(Presented::Token(&token)), rule).await.unwrap();
    let it = Identity::of(&verified);
    let told =
        [Some(it.subject), it.client, it.organization, it.user].map(|it| it.map(|it| it.as_str()));
    assert_eq!(told, [Some("client_1"), Some("client_1"), Some("org_1"), None]);
    assert_eq!((it.kind, it.audience), ("access_token", AUDIENCE));
    assert_eq!(it.scopes.to_string(), "read");
    assert!(it.expires_at.is_some());

    let pat = Some(Presented::Token(&world.personal_access_token));
    let verified = ask(&world, pat, rule).await.unwrap();
    let it = Identity::of(&verified);
    let told = [Some(it.subject), it.client, it.user].map(|it| it.map(|it| it.as_str()));
    assert_eq!(told, [Some("user_1"), None, Some("user_1")]);

    let (id, secret) = &world.api_key;
    let key = Some(Presented::Basic { id, secret });
    let verified = ask(&world, key, rule).await.unwrap();
    let it = Identity::of(&verified);
    assert_eq!(
        (it.subject.as_str(), it.client.map(|it| it.as_str())),
        (id.as_str(), Some(id.as_str()))
    );
}

fn claims(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|it| parse_base64url(it).unwrap_or_default());
    let mut json = || serde_json::from_slice(&parts.next().unwrap()).unwrap();
    (json(), json())
}

#[tokio::test]
async fn an_identity_jwt_is_cached_for_half_its_lifetime() {
    let policy = TokenPolicy { format: Some(TokenFormat::Opaque), ..TokenPolicy::default() };
    let world = World::with(policy, BudgetLimits::default()).await;
    let token = world.machine_token().await;
    let identities = Identities::new(Duration::from_secs(60));
    let make = async || {
        let rule = (AUDIENCE, "read", &[][..]);
        let verified = ask(&world, Some(Presented::Token(&token)), rule).await.unwrap();
        world.run(async |ctx| identities.token(ctx, &verified)).await.unwrap()
    };
    let first = make().await;
    let (header, payload) = claims(&first);
    assert_eq!(header["typ"], "identity+jwt");
    assert_eq!(header["alg"], "ES256");
    assert_eq!(payload["aud"], AUDIENCE);
    assert_eq!(payload["iss"], "http://issuer.example");
    assert_eq!(payload["sub"], "client_1");
    assert_eq!(payload["organization"], "org_1");
    assert_eq!(payload["scope"], "read");
    assert_eq!(payload["credential_kind"], "access_token");
    assert_eq!(payload["exp"].as_i64().unwrap() - payload["iat"].as_i64().unwrap(), 60);
    assert!(payload.get("user").is_none());
    let parsed = jose::Compact::parse(&first).unwrap();
    world.issuer.keys().verify(&parsed).unwrap();
    let as_access_token = world.at_api(&first).await;
    assert_eq!(
        code(as_access_token),
        "jwt_not_good",
        "it opens nothing by itself (RFC 8725 §3.11)"
    );

    world.advance(29);
    assert_eq!(make().await, first, "the same bytes for half its life");
    world.advance(1);
    let second = make().await;
    assert_ne!(second, first);
    world.change::<domain::Grant>(world.grant, |it| it.scopes = scopes("write")).await;
    let rule = (AUDIENCE, "", &[][..]);
    let verified = ask(&world, Some(Presented::Token(&token)), rule).await.unwrap();
    let third = world.run(async |ctx| identities.token(ctx, &verified)).await.unwrap();
    assert_eq!(claims(&third).1["scope"], "", "what was taken away is told at once");
}

#[tokio::test]
async fn an_identity_jwt_expires_no_later_than_the_credential() {
    let world = World::new().await;
    let token = world.machine_token().await;
    let lifetime = Duration::from_secs(100_000);
    let identities = Identities::new(lifetime);
    let verified = world.at_api(&token).await.unwrap();
    let made = world.run(async |ctx| identities.token(ctx, &verified)).await.unwrap();
    let (_, payload) = claims(&made);
    assert_eq!(payload["exp"].as_i64(), verified.expires_at.map(base::Timestamp::seconds));
    // Its expiry becomes earlier, and then later.
    for seconds in [60, 3_000] {
        let end = verified.issued_at.plus(Duration::from_secs(seconds));
        let changed = Verified { expires_at: Some(end), ..verified.clone() };
        let made = world.run(async |ctx| identities.token(ctx, &changed)).await.unwrap();
        assert_eq!(claims(&made).1["exp"].as_i64(), Some(end.seconds()));
    }
}

#[tokio::test]
async fn a_realm_of_shared_keys_signs_identities_with_a_key_that_an_api_can_check() {
    let file = "name = \"shared\"\ndescription = \"shared keys\"\n\n[access_token]\nalgorithm = \"HS256\"\n";
    let dialect = Dialect::parse("shared.toml", file).unwrap();
    assert_eq!(dialect.access_token().algorithm, Algorithm::HS256);
    let world = World::speaking(dialect, TokenPolicy::default(), BudgetLimits::default()).await;
    let token = world.machine_token().await;
    let verified = world.at_api(&token).await.unwrap();
    let identities = Identities::new(Duration::from_secs(60));
    let made = world.run(async |ctx| identities.token(ctx, &verified)).await.unwrap();
    assert_eq!(claims(&made).0["alg"], "ES256");
}

#[test]
fn a_route_may_list_the_kinds_that_an_api_accepts() {
    let refused =
        [CredentialKind::ClientSecret, CredentialKind::RefreshToken, CredentialKind::AdminKey];
    assert!(refused.iter().all(|kind| !KINDS.contains(&kind.as_str())));
}
