//! The exchange of authorization codes (RFC 6749 §4.1.3, RFC 7636 §4.6).

use domain::{
    Client, Credential, CredentialKind, Grant, Kind, Organization, Status, User, UserStatus,
};
use oauth::{GrantType, Operation, Parameter as P, Problem, Reply};
use store::{EventQuery, StoreExt as _, StoreReader as _};

use crate::flows::partner::{Partner, VERIFIER, access_token, refresh_token};
use crate::flows::stale::Stale;
use crate::flows::world::{World, code, request};

fn without(parameters: Vec<(P, &str)>, gone: P) -> Vec<(P, &str)> {
    parameters.into_iter().filter(|(parameter, _)| *parameter != gone).collect()
}

fn with<'a>(parameters: Vec<(P, &'a str)>, other: P, value: &'a str) -> Vec<(P, &'a str)> {
    let mut parameters = without(parameters, other);
    parameters.push((other, value));
    parameters
}

async fn grants(world: &World) -> Vec<Grant> {
    let query = store::ListQuery {
        kind: domain::Kind::Grant,
        realm: world.issuer.realm().clone(),
        owners: domain::Owners { user: Some(world.user.as_u128()), ..Default::default() },
        after: None,
        limit: 10,
    };
    let all = world.store.page::<Grant>(query).await.unwrap();
    all.iter().filter(|it| it.client.is_some()).map(|it| Grant::clone(it)).collect()
}

#[tokio::test]
async fn rfc6749_4_1_4_a_code_becomes_an_access_token_and_a_refresh_token() {
    let partner = Partner::new().await;
    let reply = partner.connected("read").await;
    assert_eq!(reply.scope.to_string(), "read");
    assert_eq!(reply.client_id, "app_1");
    assert_eq!(reply.organization.as_deref(), Some("org_1"));
    assert!(reply.id_token.is_none(), "openid was not asked for");
    let known = partner.world.at_api(reply.access_token.expose()).await.unwrap();
    assert_eq!(known.chain.user.unwrap().public_id.as_str(), "user_1");
    assert_eq!(known.scopes.to_string(), "read");
    let again = partner.refresh(&refresh_token(&reply)).await.unwrap();
    assert!(partner.world.at_api(again.access_token.expose()).await.is_ok());
}

#[tokio::test]
async fn rfc6749_4_1_2_a_code_used_twice_revokes_what_it_gave() {
    for partner in [Partner::new().await, Partner::rotating().await] {
        let first = partner.code("read").await;
        let reply = partner.exchange(&first).await.unwrap();
        let rotated = partner.refresh(&refresh_token(&reply)).await.unwrap();
        let denial = partner.exchange(&first).await.unwrap_err();
        assert_eq!(denial.code(), "code_replayed");
        assert_eq!(denial.error_response().problem, Problem::InvalidGrant);
        for dead in [&reply, &rotated] {
            assert_eq!(
                code(partner.world.at_api(dead.access_token.expose()).await),
                "credential_revoked"
            );
        }
        let kept = rotated.refresh_token.as_ref().or(reply.refresh_token.as_ref()).unwrap();
        assert_eq!(code(partner.refresh(kept.expose()).await), "credential_revoked");
        assert_eq!(code(partner.exchange(&first).await), "code_replayed");
        let query = EventQuery { limit: 50, ..Default::default() };
        let events = partner.world.store.events(&query).await.unwrap();
        let replays = |it: &&domain::Event| it.draft.action == "authorization_code.replayed";
        assert_eq!(events.iter().filter(replays).count(), 1);
        // The connection itself stays active: another code of it works.
        partner.connected("read").await;
    }
}

#[tokio::test]
async fn rfc6749_4_1_2_without_a_refresh_token_the_access_token_itself_is_revoked() {
    let partner = Partner::new().await;
    let only = vec![GrantType::AuthorizationCode];
    partner.world.change::<Client>(partner.app, |it| it.grant_types = only).await;
    let (one, other) = (partner.code("read").await, partner.code("read").await);
    let (of_one, of_other) =
        (partner.exchange(&one).await.unwrap(), partner.exchange(&other).await.unwrap());
    assert!(of_one.refresh_token.is_none());
    assert_eq!(code(partner.exchange(&one).await), "code_replayed");
    assert_eq!(code(partner.world.at_api(of_one.access_token.expose()).await), "token_revoked");
    assert!(partner.world.at_api(of_other.access_token.expose()).await.is_ok());
    let granted = grants(&partner.world).await;
    let consent = base::Id::<Credential>::from_u128(granted[0].id.as_u128());
    let consent = partner.world.store.by_id(consent).await.unwrap().unwrap();
    assert_eq!(consent.kind(), CredentialKind::Consent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_exchanges_of_one_code_at_once_give_one_token_which_is_then_taken_back() {
    let partner = std::sync::Arc::new(Partner::rotating().await);
    let brought = std::sync::Arc::new(partner.code("read").await);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let (partner, brought) = (partner.clone(), brought.clone());
        tasks.spawn(async move { partner.exchange(&brought).await });
    }
    let (mut given, mut refused) = (Vec::new(), 0);
    for done in tasks.join_all().await {
        match done {
            Ok(reply) => given.push(reply),
            Err(denial) => {
                assert_eq!(denial.code(), "code_replayed");
                refused += 1;
            }
        }
    }
    assert_eq!((given.len(), refused), (1, 39));
    let dead = partner.world.at_api(given[0].access_token.expose()).await;
    assert_eq!(code(dead), "credential_revoked");
}

#[tokio::test]
async fn concurrent_codes_share_the_credential_of_the_connection() {
    let partner = Partner::new().await;
    let only = vec![GrantType::AuthorizationCode];
    partner.world.change::<Client>(partner.app, |it| it.grant_types = only).await;
    let (one, other) = (partner.code("read").await, partner.code("read").await);
    let first = partner.exchange(&one).await.unwrap();
    // The second request read before the first one wrote: it does not see the credential, and tries
    // to make it.
    let stale =
        Stale::of(&partner.world, Kind::Credential, grants(&partner.world).await[0].id.as_u128());
    let brought = request(Operation::Token, &partner.brings(&other));
    let second = stale.ask(&partner.world, &brought).await.unwrap();
    assert!(stale.lied(), "there was no race");
    let credential = async |token: &str| partner.world.at_api(token).await.unwrap().credential.id;
    let second = match second {
        Reply::Token(reply) => credential(reply.access_token.expose()).await,
        other => panic!("{other:?}"),
    };
    assert_eq!(credential(first.access_token.expose()).await, second);
}

#[tokio::test]
async fn rfc6749_4_1_3_another_clients_code_is_refused_and_not_spent() {
    let partner = Partner::new().await;
    let world = &partner.world;
    let both = vec![GrantType::AuthorizationCode, GrantType::ClientCredentials];
    world.change::<Client>(world.client, |it| it.grant_types = both).await;
    let stolen = partner.code("read").await;
    let thief = with(partner.brings(&stolen), P::ClientId, "client_1");
    let thief = with(thief, P::ClientSecret, &world.client_secret);
    assert_eq!(code(world.token(&thief).await), "code_of_another");
    assert!(partner.exchange(&stolen).await.is_ok());
}

#[tokio::test]
async fn rfc6749_4_1_3_the_redirect_uri_must_be_that_of_the_request_when_it_named_one() {
    let partner = Partner::new().await;
    let named = partner.code("read").await;
    for other in ["https://app.example/callback/", "https://app.example/other", "nonsense"] {
        let asked = with(partner.brings(&named), P::RedirectUri, other);
        assert_eq!(code(partner.world.token(&asked).await), "code_redirect_differs");
    }
    let missing = without(partner.brings(&named), P::RedirectUri);
    assert_eq!(code(partner.world.token(&missing).await), "code_redirect_differs");
    assert!(partner.exchange(&named).await.is_ok(), "nothing was spent");

    let challenge = oauth::pkce::s256(VERIFIER);
    let unnamed = [
        (P::ClientId, "app_1"),
        (P::ResponseType, "code"),
        (P::Scope, "read"),
        (P::CodeChallenge, challenge.as_str()),
        (P::CodeChallengeMethod, "S256"),
    ];
    let unnamed = partner.authorization_code(&unnamed).await;
    let brought = without(partner.brings(&unnamed), P::RedirectUri);
    assert!(partner.world.token(&brought).await.is_ok());
}

#[tokio::test]
async fn rfc6749_4_1_2_an_expired_changed_or_missing_code_is_refused() {
    let partner = Partner::new().await;
    let late = partner.code("read").await;
    partner.world.advance(59);
    let in_time = partner.code("read").await;
    partner.world.advance(1);
    let denial = partner.exchange(&late).await.unwrap_err();
    assert_eq!(denial.code(), "code_expired");
    assert_eq!(denial.error_response().problem, Problem::InvalidGrant);
    let (front, last) = in_time.split_at(in_time.len() - 1);
    let changed = format!("{front}{}", if last == "A" { "B" } else { "A" });
    for bad in [changed.as_str(), "nonsense", "", " ", "é"] {
        let expected = if bad.is_empty() { "parameter_missing" } else { "code_not_good" };
        assert_eq!(code(partner.exchange(bad).await), expected, "{bad:?}");
    }
    assert!(partner.exchange(&in_time).await.is_ok());
    // A code that was used and has expired is only denied as expired: it revokes nothing later.
    partner.world.advance(60);
    assert_eq!(code(partner.exchange(&in_time).await), "code_expired");
}

#[tokio::test]
async fn rfc7636_4_6_wrong_verifier_is_invalid_grant() {
    let partner = Partner::new().await;
    let brought = partner.code("read").await;
    let (short, long) = ("a".repeat(42), "a".repeat(129));
    let strange = format!("{}!", "a".repeat(43));
    let cases = [
        (Some(short.as_str()), "verifier_malformed", Problem::InvalidRequest),
        (Some(long.as_str()), "verifier_malformed", Problem::InvalidRequest),
        (Some(strange.as_str()), "verifier_malformed", Problem::InvalidRequest),
        (Some(&VERIFIER[1..]), "verifier_mismatch", Problem::InvalidGrant),
        (None, "verifier_missing", Problem::InvalidGrant),
    ];
    for (verifier, expected, problem) in cases {
        let asked = without(partner.brings(&brought), P::CodeVerifier);
        let asked = verifier.map_or(asked.clone(), |it| with(asked, P::CodeVerifier, it));
        let denial = partner.world.token(&asked).await.unwrap_err();
        assert_eq!((denial.code(), denial.error_response().problem), (expected, problem));
    }
    assert!(partner.exchange(&brought).await.is_ok(), "a wrong one spends nothing here");
}

#[tokio::test]
async fn rfc9700_2_1_1_a_verifier_without_a_challenge_is_refused() {
    let partner = Partner::departing("[pkce]\nrequired = \"public\"").await;
    let bare = [
        (P::ClientId, "app_1"),
        (P::RedirectUri, crate::flows::partner::CALLBACK),
        (P::ResponseType, "code"),
        (P::Scope, "read"),
    ];
    let bare = partner.authorization_code(&bare).await;
    assert_eq!(code(partner.exchange(&bare).await), "verifier_unasked");
    let plain = without(partner.brings(&bare), P::CodeVerifier);
    assert!(partner.world.token(&plain).await.is_ok());
    // An app that became public in the meantime cannot authenticate any more.
    let next = [
        (P::ClientId, "app_1"),
        (P::RedirectUri, crate::flows::partner::CALLBACK),
        (P::ResponseType, "code"),
        (P::Scope, "read"),
    ];
    let next = partner.authorization_code(&next).await;
    partner.becomes_public().await;
    let unproven = without(without(partner.brings(&next), P::CodeVerifier), P::ClientSecret);
    let denial = partner.world.token(&unproven).await.unwrap_err();
    assert_eq!(denial.error_response().problem, Problem::InvalidClient);
}

#[tokio::test]
async fn rfc7636_4_6_a_public_app_proves_itself_by_s256() {
    let partner = Partner::new().await;
    partner.becomes_public().await;
    let brought = partner.code("read").await;
    let asked = without(partner.brings(&brought), P::ClientSecret);
    let wrong =
        with(asked.clone(), P::CodeVerifier, "another-verifier-of-forty-three-characters-or-more");
    assert_eq!(code(partner.world.token(&wrong).await), "verifier_mismatch");
    assert!(partner.world.token(&asked).await.is_ok());
}

/// A published format in which the token request names the challenge method.
async fn by_endpoint() -> Partner {
    Partner::departing(
        r#"
[pkce]
methods = ["S256", "plain"]
default_method = "token_endpoint"
[authorization]
code_single_attempt = true
[[endpoint]]
operation = "token"
paths = ["/token"]
[endpoint.parameters]
grant_type = "grant_type"
client_id = "client_id"
code = "code"
code_verifier = "code_verifier"
code_challenge_method = { fixed = "S256" }
refresh_token = "refresh_token"
"#,
    )
    .await
}

async fn challenged(partner: &Partner, challenge: &str) -> String {
    let asked = [
        (P::ClientId, "app_1"),
        (P::RedirectUri, crate::flows::partner::CALLBACK),
        (P::ResponseType, "code"),
        (P::Scope, "read"),
        (P::CodeChallenge, challenge),
    ];
    partner.authorization_code(&asked).await
}

#[tokio::test]
async fn rfc7636_4_6_a_challenge_without_a_method_is_checked_as_the_endpoint_says() {
    let partner = by_endpoint().await;
    let hashed = oauth::pkce::s256(VERIFIER);
    for (challenge, verifier, method, good) in [
        ("challenge", "challenge", "plain", true),
        ("challenge", "Challenge", "plain", false),
        (hashed.as_str(), VERIFIER, "S256", true),
        (VERIFIER, VERIFIER, "S256", false),
        (hashed.as_str(), VERIFIER, "plain", false),
    ] {
        let brought = challenged(&partner, challenge).await;
        let asked = with(partner.brings(&brought), P::CodeVerifier, verifier);
        let asked = with(asked, P::CodeChallengeMethod, method);
        let answer = partner.world.token(&asked).await;
        assert_eq!(answer.is_ok(), good, "{challenge} {verifier} {method}");
    }
}

#[tokio::test]
async fn rfc7636_7_2_a_public_client_cannot_use_plain() {
    let partner = by_endpoint().await;
    partner.becomes_public().await;
    for (method, expected) in [("plain", None), ("S256", Some(()))] {
        let hashed = oauth::pkce::s256(VERIFIER);
        let (challenge, verifier) =
            if method == "plain" { (VERIFIER, VERIFIER) } else { (hashed.as_str(), VERIFIER) };
        let brought = challenged(&partner, challenge).await;
        let asked = with(partner.brings(&brought), P::CodeVerifier, verifier);
        let asked = without(with(asked, P::CodeChallengeMethod, method), P::ClientSecret);
        assert_eq!(partner.world.token(&asked).await.ok().map(|_| ()), expected, "{method}");
    }
}

#[tokio::test]
async fn where_one_attempt_is_allowed_a_failed_one_spends_the_code() {
    let partner = by_endpoint().await;
    let brought = challenged(&partner, "challenge").await;
    let wrong = with(partner.brings(&brought), P::CodeVerifier, "wrong");
    let wrong = with(wrong, P::CodeChallengeMethod, "plain");
    assert_eq!(code(partner.world.token(&wrong).await), "verifier_mismatch");
    let right = with(wrong, P::CodeVerifier, "challenge");
    assert_eq!(code(partner.world.token(&right).await), "code_tried");
    // A used code is denied as used, and what it gave is revoked.
    let brought = challenged(&partner, "challenge").await;
    let right = with(
        with(partner.brings(&brought), P::CodeVerifier, "challenge"),
        P::CodeChallengeMethod,
        "plain",
    );
    let reply = partner.world.token(&right).await.unwrap();
    assert_eq!(code(partner.world.token(&right).await), "code_replayed");
    assert_eq!(code(partner.world.at_api(&access_token(&reply)).await), "credential_revoked");
}

#[tokio::test]
async fn rfc6749_5_2_a_code_of_an_inactive_connection_is_invalid_grant() {
    type Break = fn(&Partner) -> std::pin::Pin<Box<dyn Future<Output = ()> + '_>>;
    let breaks: [(&str, Break); 5] = [
        ("user_gone", |it| {
            Box::pin(it.world.change::<User>(it.world.user, |it| it.status = UserStatus::Suspended))
        }),
        ("membership_ended", |it| {
            Box::pin(it.world.change::<User>(it.world.user, |it| it.memberships.clear()))
        }),
        ("client_suspended", |it| {
            Box::pin(it.world.change::<Client>(it.app, |it| it.status = Status::Suspended))
        }),
        ("organization_suspended", |it| {
            let id = it.world.organization;
            Box::pin(it.world.change::<Organization>(id, |it| it.status = Status::Suspended))
        }),
        ("grant_revoked", |it| {
            Box::pin(async {
                let grant = grants(&it.world).await[0].id;
                it.world
                    .change::<Grant>(grant, |it| {
                        let by = domain::Actor::System;
                        let at = it.created_at;
                        it.revoked = Some(domain::Revocation { at, by, reason: None });
                    })
                    .await;
            })
        }),
    ];
    for (expected, break_it) in breaks {
        let partner = Partner::new().await;
        partner.becomes_public().await;
        let brought = partner.code("read").await;
        break_it(&partner).await;
        let asked = without(partner.brings(&brought), P::ClientSecret);
        let denial = partner.world.token(&asked).await.unwrap_err();
        assert_eq!(denial.code(), expected);
        assert_eq!(denial.error_response().problem, Problem::InvalidGrant, "{expected}");
    }
}

#[tokio::test]
async fn a_refresh_token_is_given_where_the_person_granted_to_stay_connected() {
    let partner =
        Partner::departing("[authorization]\nrefresh_scopes = [\"offline_access\"]").await;
    assert!(partner.connected("read").await.refresh_token.is_none());
    assert!(partner.connected("read offline_access").await.refresh_token.is_some());
    // A code has only the scopes of its own request, not those of an earlier code.
    assert!(partner.connected("read").await.refresh_token.is_none());
}

#[tokio::test]
async fn a_code_gives_its_own_scopes_only() {
    let partner = Partner::new().await;
    let wide = partner.connected("read write").await;
    let narrow = partner.connected("read").await;
    let scope = async |token: String| {
        let reply = partner.refresh(&token).await.unwrap();
        partner.world.at_api(reply.access_token.expose()).await.unwrap().scopes.to_string()
    };
    assert_eq!(scope(refresh_token(&narrow)).await, "read");
    assert_eq!(scope(refresh_token(&wide)).await, "read write");
    let denial = partner.refresh_with(&refresh_token(&narrow), &[(P::Scope, "write")]).await;
    assert_eq!(code(denial), "scope_not_granted");
}
