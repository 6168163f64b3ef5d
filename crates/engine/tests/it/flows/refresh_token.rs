//! The reusable refresh token (RFC 6749 §6).

use domain::{Client, CredentialKind, RefreshToken, Revocation};
use oauth::{ClientAuthMethod, Parameter as P, Problem};

use crate::flows::partner::{Partner, refresh_token};
use crate::flows::world::{AUDIENCE, World, code, scopes};

async fn public_world() -> World {
    let world = World::new().await;
    world.change::<Client>(world.client, |it| it.auth_methods = vec![ClientAuthMethod::None]).await;
    world
}

fn refresh<'a>(client: &'a str, token: &'a str) -> [(P, &'a str); 3] {
    [(P::GrantType, "refresh_token"), (P::ClientId, client), (P::RefreshToken, token)]
}

#[tokio::test]
async fn a_reusable_refresh_token_is_not_rotated() {
    let world = public_world().await;
    for _ in 0..3 {
        let reply = world.token(&refresh("client_1", &world.refresh_token)).await.unwrap();
        assert!(reply.refresh_token.is_none());
        assert!(world.at_api(reply.access_token.expose()).await.is_ok());
    }
}

#[tokio::test]
async fn revoking_one_refresh_token_revokes_only_what_it_minted() {
    let world = public_world().await;
    let (client, grant) = (world.client, world.grant);
    let second = world.credential(RefreshToken::new(grant, client).into(), |_| ()).await.1;
    let mint = async |token: &str| {
        let reply = world.token(&refresh("client_1", token)).await.unwrap();
        reply.access_token.expose().to_owned()
    };
    let (of_first, of_second) = (mint(&world.refresh_token).await, mint(&second).await);
    let first = world.found(CredentialKind::RefreshToken, &world.refresh_token).await;
    world
        .change(first, |it| {
            let by = domain::Actor::System;
            it.revoked = Some(Revocation { at: it.created_at, by, reason: None });
        })
        .await;
    assert_eq!(code(world.at_api(&of_first).await), "credential_revoked");
    assert!(world.at_api(&of_second).await.is_ok());
    let refused = world.token(&refresh("client_1", &world.refresh_token)).await.unwrap_err();
    assert_eq!(refused.error_response().problem, Problem::InvalidGrant);
}

#[tokio::test]
async fn rfc6749_6_another_clients_unknown_or_padded_token_is_invalid_grant() {
    let world = public_world().await;
    let strange = world
        .credential(RefreshToken::new(world.grant, base::Id::from_u128(7)).into(), |_| ())
        .await
        .1;
    let padded = format!(" {}", world.refresh_token);
    let cases = [
        (strange.as_str(), "secret_of_another"),
        (padded.as_str(), "credential_has_white_space"),
        ("nonsense", "secret_foreign"),
    ];
    for (token, expected) in cases {
        let denial = world.token(&refresh("client_1", token)).await.unwrap_err();
        assert_eq!(denial.error_response().problem, Problem::InvalidGrant);
        assert_eq!(denial.code(), expected);
    }
    let missing = [(P::GrantType, "refresh_token"), (P::ClientId, "client_1")];
    assert_eq!(code(world.token(&missing).await), "parameter_missing");
}

#[tokio::test]
async fn a_caller_without_proof_learns_nothing_about_a_client() {
    let world = public_world().await;
    world.change::<Client>(world.client, |it| it.status = domain::Status::Suspended).await;
    let proven = world.token(&refresh("client_1", &world.refresh_token)).await;
    assert_eq!(proven.unwrap_err().error_response().problem, Problem::ClientSuspended);
    let unproven = world.token(&refresh("client_1", "postern_rt_live_x")).await;
    assert_eq!(unproven.unwrap_err().error_response().problem, Problem::InvalidGrant);
    for client in ["client_1", "nobody"] {
        let bare = [(P::GrantType, "refresh_token"), (P::ClientId, client)];
        assert_eq!(code(world.token(&bare).await), "parameter_missing", "{client}");
    }
}

#[tokio::test]
async fn rfc8707_2_2_a_token_is_not_minted_for_another_audience() {
    let world = public_world().await;
    let asked = |parameter, value| {
        let [grant_type, client, token] = refresh("client_1", &world.refresh_token);
        [grant_type, client, token, (parameter, value)]
    };
    for parameter in [P::Audience, P::Resource] {
        assert!(world.token(&asked(parameter, AUDIENCE)).await.is_ok());
        let other = world.token(&asked(parameter, "https://other.example")).await;
        assert_eq!(code(other), "audience_not_granted");
    }
}

/// The list of an app bounds what its connections are given from now on, identity scopes too.
#[tokio::test]
async fn what_an_apps_list_lost_is_given_by_no_refresh_and_no_exchange() {
    let partner = Partner::reusable().await;
    partner.world.create_keys(&[jose::Algorithm::RS256]).await;
    let reply = partner.connected("openid read write").await;
    let token = refresh_token(&reply);
    let brought = partner.code("openid read write").await;
    partner.world.change::<Client>(partner.app, |it| it.scopes = scopes("read email")).await;

    let later = partner.refresh(&token).await.unwrap();
    assert_eq!(later.scope, scopes("read"));
    assert!(later.id_token.is_none());
    let refused = partner.refresh_with(&token, &[(P::Scope, "openid")]).await;
    assert_eq!(refused.unwrap_err().code(), "scope_not_granted");
    let exchanged = partner.exchange(&brought).await.unwrap();
    assert_eq!(exchanged.scope, scopes("read"));
    assert!(exchanged.id_token.is_none());

    // What the list has again, the person granted before.
    partner.world.change::<Client>(partner.app, |it| it.scopes = scopes("openid read")).await;
    assert_eq!(partner.refresh(&token).await.unwrap().scope, scopes("openid read"));
}
