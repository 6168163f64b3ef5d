//! Client authentication (RFC 6749 §2.3).

use base::Secret;
use domain::{Client, CredentialKind, Organization, Revocation, Status};
use oauth::{BasicCredentials, ClientAuthMethod, Operation, Parameter as P, Problem};

use crate::flows::partner::{Partner, VERIFIER, refresh_token};
use crate::flows::world::{World, client_secret, code, request};

fn credentials<'a>(id: &'a str, secret: &'a str) -> [(P, &'a str); 3] {
    [(P::GrantType, "client_credentials"), (P::ClientId, id), (P::ClientSecret, secret)]
}

#[tokio::test]
async fn rfc6749_5_2_every_failed_proof_is_invalid_client_and_says_the_same() {
    let world = World::new().await;
    let secret = world.client_secret.as_str();
    let mut typo = secret.to_owned();
    let last = typo.pop().unwrap();
    typo.push(if last == '0' { '1' } else { '0' });
    let foreign = "postern_rs_live_x";
    let spaced = format!("{secret}\n");
    let cases = [
        ("nobody", secret, "unknown_client"),
        ("client_1", typo.as_str(), "secret_damaged"),
        ("client_1", foreign, "secret_foreign"),
        ("client_1", spaced.as_str(), "credential_has_white_space"),
        ("client_1 ", secret, "credential_has_white_space"),
    ];
    for (id, secret, expected) in cases {
        let denial = world.token(&credentials(id, secret)).await.unwrap_err();
        assert_eq!(denial.code(), expected, "{id:?}");
        let failure = denial.error_response();
        assert_eq!(failure.problem, Problem::InvalidClient);
        assert_eq!(failure.description, "Client authentication failed.");
    }
}

#[tokio::test]
async fn rfc6749_2_3_one_method_per_request() {
    let world = World::new().await;
    let basic = BasicCredentials {
        id: "client_1".into(),
        secret: Secret::new(world.client_secret.as_str()),
    };
    let mut both = request(Operation::Token, &credentials("client_1", &world.client_secret));
    both.basic = Some(basic.clone());
    assert_eq!(code(world.ask(&both).await), "two_client_authentications");
    let mut named_again = request(
        Operation::Token,
        &[(P::GrantType, "client_credentials"), (P::ClientId, "client_1")],
    );
    named_again.basic = Some(basic);
    assert!(world.ask(&named_again).await.is_ok());
}

#[tokio::test]
async fn a_revoked_or_expired_secret_is_refused_and_another_still_works() {
    let world = World::new().await;
    let client = world.client;
    let second = world
        .credential(client_secret(client), |it| {
            it.expires_at = Some(it.created_at.plus(std::time::Duration::from_secs(60)));
        })
        .await
        .1;
    assert!(world.token(&credentials("client_1", &second)).await.is_ok());
    world.advance(60);
    assert_eq!(code(world.token(&credentials("client_1", &second)).await), "credential_expired");
    assert!(world.token(&credentials("client_1", &world.client_secret)).await.is_ok());
    let first = world.found(CredentialKind::ClientSecret, &world.client_secret).await;
    world
        .change(first, |it| {
            let by = domain::Actor::System;
            it.revoked = Some(Revocation { at: it.created_at, by, reason: None });
        })
        .await;
    let refused = world.token(&credentials("client_1", &world.client_secret)).await;
    assert_eq!(code(refused), "credential_revoked");
}

#[tokio::test]
async fn a_suspension_is_reported_only_after_the_proof() {
    let world = World::new().await;
    world.change::<Client>(world.client, |it| it.status = Status::Suspended).await;
    let refused = world.token(&credentials("client_1", &world.client_secret)).await;
    assert_eq!(refused.unwrap_err().error_response().problem, Problem::ClientSuspended);
    let unproven = world.token(&credentials("client_1", "postern_rs_live_x")).await;
    assert_eq!(unproven.unwrap_err().error_response().problem, Problem::InvalidClient);
    world.change::<Client>(world.client, |it| it.status = Status::Active).await;
    world.change::<Organization>(world.organization, |it| it.status = Status::Suspended).await;
    let refused = world.token(&credentials("client_1", &world.client_secret)).await;
    assert_eq!(code(refused), "organization_suspended");
}

#[tokio::test]
async fn a_client_id_alone_is_no_proof_for_a_confidential_client() {
    let world = World::new().await;
    let bare = [(P::GrantType, "client_credentials"), (P::ClientId, "client_1")];
    assert_eq!(code(world.token(&bare).await), "auth_method_not_allowed");
    assert_eq!(code(world.token(&[(P::GrantType, "x")]).await), "no_client_authentication");
}

/// An app may use both methods: in a browser it exchanges codes with a code verifier, on its server
/// it authenticates with its secret.
#[tokio::test]
async fn rfc6749_6_a_code_beside_a_refresh_token_proves_nothing_for_a_client_with_a_secret() {
    let partner = Partner::new().await;
    let both = vec![ClientAuthMethod::None, ClientAuthMethod::ClientSecretPost];
    partner.world.change::<Client>(partner.app, |it| it.auth_methods = both).await;
    let token = refresh_token(&partner.connected("read").await);
    let spare = partner.code("read").await;
    let bare =
        [(P::GrantType, "refresh_token"), (P::ClientId, "app_1"), (P::RefreshToken, &*token)];
    assert_eq!(code(partner.world.token(&bare).await), "auth_method_not_allowed");
    for brought in ["nonsense", spare.as_str()] {
        let beside = [&bare[..], &[(P::Code, brought), (P::CodeVerifier, VERIFIER)]].concat();
        assert_eq!(code(partner.world.token(&beside).await), "auth_method_not_allowed");
    }
    assert!(partner.refresh(&token).await.is_ok(), "with its secret it may");
    let by_verifier: Vec<_> = partner
        .brings(&spare)
        .into_iter()
        .filter(|(parameter, _)| *parameter != P::ClientSecret)
        .collect();
    assert!(partner.world.token(&by_verifier).await.is_ok());
}
