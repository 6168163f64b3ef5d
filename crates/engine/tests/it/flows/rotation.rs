//! Refresh tokens that rotate (RFC 6749 §6, RFC 9700 §4.14.2).

use std::sync::Arc;

use domain::{Client, CredentialKind, User, UserStatus};
use oauth::{GrantType, Operation, Parameter as P, Problem};
use store::{EventQuery, Store as _, StoreReader as _};

use crate::flows::partner::{Partner, refresh_token};
use crate::flows::world::{code, request, with_basic};

#[tokio::test]
async fn rfc9700_4_14_2_each_use_rotates_the_token_in_its_row() {
    let partner = Partner::rotating().await;
    let reply = partner.connected("read").await;
    let mut token = refresh_token(&reply);
    let family = partner.family(&token).await;
    for generation in 1..=3 {
        let next = partner.refresh(&token).await.unwrap();
        assert!(partner.world.at_api(next.access_token.expose()).await.is_ok());
        token = refresh_token(&next);
        let row = partner.family(&token).await;
        assert_eq!(
            (row.id, row.detail.members().rotated.unwrap().generation),
            (family.id, generation)
        );
    }
    let first = partner.world.at_api(reply.access_token.expose()).await;
    assert!(first.is_ok(), "rotation takes no access token back");
}

#[tokio::test]
async fn a_retry_inside_the_window_gets_the_same_successor_while_that_is_unused() {
    let partner = Partner::rotating().await;
    let old = refresh_token(&partner.connected("read").await);
    let successor = refresh_token(&partner.refresh(&old).await.unwrap());
    partner.world.advance(60);
    let retried = partner.refresh(&old).await.unwrap();
    assert_eq!(refresh_token(&retried), successor);
    assert!(partner.world.at_api(retried.access_token.expose()).await.is_ok());
    // The window starts at the rotation, not at the last retry.
    partner.world.advance(1);
    assert_eq!(code(partner.refresh(&old).await), "refresh_replayed");
    assert_eq!(code(partner.refresh(&successor).await), "credential_revoked");
}

#[tokio::test]
async fn rfc9700_4_14_2_a_retry_once_the_successor_was_used_revokes_the_family() {
    let partner = Partner::rotating().await;
    let reply = partner.connected("read").await;
    let first = refresh_token(&reply);
    let second = refresh_token(&partner.refresh(&first).await.unwrap());
    let third = partner.refresh(&second).await.unwrap();
    let denial = partner.refresh(&first).await.unwrap_err();
    assert_eq!(denial.code(), "refresh_replayed");
    assert_eq!(denial.error_response().problem, Problem::InvalidGrant);
    for dead in [&first, &second, &refresh_token(&third)] {
        assert_eq!(code(partner.refresh(dead).await), "credential_revoked");
    }
    for dead in [&reply, &third] {
        let refused = partner.world.at_api(dead.access_token.expose()).await;
        assert_eq!(code(refused), "credential_revoked");
    }
    let query = EventQuery { limit: 50, ..Default::default() };
    let events = partner.world.store.events(&query).await.unwrap();
    let replays = |it: &&domain::Event| it.draft.action == "refresh_token.replayed";
    assert_eq!(events.iter().filter(replays).count(), 1);
}

#[tokio::test]
async fn a_dialect_may_have_no_retry_window() {
    let partner =
        Partner::departing("[refresh]\nrotation = \"rotating\"\nretry_window = \"off\"").await;
    let old = refresh_token(&partner.connected("read").await);
    partner.refresh(&old).await.unwrap();
    assert_eq!(code(partner.refresh(&old).await), "refresh_replayed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_refreshes_at_once_are_one_rotation_and_all_get_the_same_successor() {
    let partner = Arc::new(Partner::rotating().await);
    let old = Arc::new(refresh_token(&partner.connected("read").await));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (partner, old) = (Arc::clone(&partner), Arc::clone(&old));
        tasks.spawn(async move { refresh_token(&partner.refresh(&old).await.unwrap()) });
    }
    let mut successors = tasks.join_all().await;
    successors.dedup();
    assert_eq!(successors.len(), 1);
    assert_eq!(
        partner.family(&successors[0]).await.detail.members().rotated.unwrap().generation,
        1
    );
    assert!(partner.refresh(&successors[0]).await.is_ok());
}

#[tokio::test]
async fn a_forged_refresh_token_does_not_revoke_the_family() {
    let partner = Partner::rotating().await;
    let old = refresh_token(&partner.connected("read").await);
    let present = refresh_token(&partner.refresh(&old).await.unwrap());
    let id = partner.family(&present).await.id;
    // A well-formed token of this family, made by an attacker who knows only the family's id.
    for generation in [0_u128, 1, 2, u128::from(u32::MAX)] {
        let forged = base::issued::assemble::<_, ()>("rt_live_", id, [generation << 96, 7]);
        assert_eq!(code(partner.refresh(forged.expose()).await), "secret_mismatch");
    }
    let other = if present.ends_with('0') { '1' } else { '0' };
    let typo = format!("{}{other}", &present[..present.len() - 1]);
    assert_eq!(code(partner.refresh(&typo).await), "secret_damaged");
    assert!(partner.refresh(&present).await.is_ok());
}

#[tokio::test]
async fn a_future_generation_is_refused() {
    let partner = Partner::rotating().await;
    let other = Partner::rotating().await;
    let token = refresh_token(&partner.connected("read").await);
    let foreign = refresh_token(&other.connected("read").await);
    assert_eq!(code(partner.refresh(&foreign).await), "secret_unknown");
    assert!(partner.refresh(&token).await.is_ok());
}

#[tokio::test]
async fn rfc6749_6_another_client_neither_uses_nor_revokes_a_family() {
    let partner = Partner::rotating().await;
    let world = &partner.world;
    let old = refresh_token(&partner.connected("read").await);
    let present = refresh_token(&partner.refresh(&old).await.unwrap());
    world.advance(600);
    for token in [&old, &present] {
        let mut thief = world.machine(&[(P::RefreshToken, token)]);
        thief[0].1 = "refresh_token";
        assert_eq!(code(world.token(&thief).await), "secret_of_another");
    }
    assert!(partner.refresh(&present).await.is_ok());
}

#[tokio::test]
async fn rfc6749_6_a_scope_narrows_the_access_token_and_never_the_family() {
    let partner = Partner::rotating().await;
    let token = refresh_token(&partner.connected("read write").await);
    let narrow = partner.refresh_with(&token, &[(P::Scope, "read")]).await.unwrap();
    assert_eq!(narrow.scope.to_string(), "read");
    let wide = partner.refresh(&refresh_token(&narrow)).await.unwrap();
    assert_eq!(wide.scope.to_string(), "read write");
    let token = refresh_token(&wide);
    let more = partner.refresh_with(&token, &[(P::Scope, "read email")]).await;
    assert_eq!(code(more), "scope_not_granted");
    assert!(partner.refresh(&token).await.is_ok(), "what is refused rotates nothing");
    // Real clients also send a redirect URI.
    let token = refresh_token(&partner.connected("read").await);
    let sent = [(P::RedirectUri, "https://elsewhere.example/")];
    assert!(partner.refresh_with(&token, &sent).await.is_ok());
}

#[tokio::test]
async fn rotation_extends_the_lifetime_of_a_family() {
    const DAY: u64 = 86_400;
    let partner = Partner::rotating().await;
    let mut token = refresh_token(&partner.connected("read").await);
    for _ in 0..3 {
        partner.world.advance(29 * DAY);
        token = refresh_token(&partner.refresh(&token).await.unwrap());
    }
    partner.world.advance(30 * DAY);
    let denial = partner.refresh(&token).await.unwrap_err();
    assert_eq!(denial.code(), "credential_expired");
    assert_eq!(denial.error_response().problem, Problem::InvalidGrant);
}

#[tokio::test]
async fn a_suspended_user_pauses_a_family() {
    let partner = Partner::rotating().await;
    let token = refresh_token(&partner.connected("read").await);
    let user = partner.world.user;
    let set = async |status| partner.world.change::<User>(user, |it| it.status = status).await;
    set(UserStatus::Suspended).await;
    assert_eq!(code(partner.refresh(&token).await), "user_gone");
    set(UserStatus::Active).await;
    assert!(partner.refresh(&token).await.is_ok());
}

#[tokio::test]
async fn rfc7009_2_1_revoking_any_token_of_a_family_revokes_the_family() {
    for earlier in [false, true] {
        let partner = Partner::rotating().await;
        let old = refresh_token(&partner.connected("read").await);
        let reply = partner.refresh(&old).await.unwrap();
        let present = refresh_token(&reply);
        // A revocation by another client changes nothing.
        let world = &partner.world;
        let other = ("client_1", world.client_secret.as_str());
        world.ask(&with_basic(Operation::Revocation, other, &old)).await.unwrap();
        assert!(world.at_api(reply.access_token.expose()).await.is_ok());
        partner.revoke(if earlier { &old } else { &present }).await;
        assert_eq!(code(partner.refresh(&present).await), "credential_revoked");
        let refused = world.at_api(reply.access_token.expose()).await;
        assert_eq!(code(refused), "credential_revoked");
    }
}

#[tokio::test]
async fn where_possession_is_enough_presenting_a_token_revokes_it() {
    let partner = Partner::rotating().await;
    let held = |parameters: &[(P, &str)]| oauth::Request {
        possession: true,
        ..request(Operation::Revocation, parameters)
    };
    let reply = partner.connected("read").await;
    let (access, refresh) = (reply.access_token.expose(), refresh_token(&reply));
    partner.world.ask(&held(&[(P::Token, access)])).await.unwrap();
    assert_eq!(code(partner.world.at_api(access).await), "token_revoked");
    let next = partner.refresh(&refresh).await.unwrap();
    let both = [(P::Token, next.access_token.expose()), (P::RefreshToken, &*refresh_token(&next))];
    partner.world.ask(&held(&both)).await.unwrap();
    assert_eq!(code(partner.refresh(&refresh_token(&next)).await), "credential_revoked");
    assert_eq!(code(partner.world.ask(&held(&[])).await), "parameter_missing");
    // When client authentication is required, a second token in the request has no effect.
    let reply = partner.connected("read").await;
    let second = refresh_token(&reply);
    let asked = [
        (P::ClientId, "app_1"),
        (P::ClientSecret, partner.secret.as_str()),
        (P::Token, "nonsense"),
        (P::RefreshToken, second.as_str()),
    ];
    partner.world.ask(&request(Operation::Revocation, &asked)).await.unwrap();
    assert!(partner.refresh(&second).await.is_ok());
}

#[tokio::test]
async fn an_earlier_refresh_token_introspects_as_inactive() {
    let partner = Partner::rotating().await;
    let old = refresh_token(&partner.connected("read").await);
    let present = refresh_token(&partner.refresh(&old).await.unwrap());
    let world = &partner.world;
    assert!(world.introspect("app_1", &partner.secret, &present).await.active);
    assert!(!world.introspect("app_1", &partner.secret, &old).await.active);
    assert!(!world.introspect("api_1", &world.server_secret, &present).await.active);
    assert!(partner.refresh(&present).await.is_ok(), "checked closes nothing");
}

#[tokio::test]
async fn a_token_made_by_staff_rotates_and_keeps_its_expiry() {
    let partner = Partner::rotating().await;
    let world = &partner.world;
    let both = vec![GrantType::ClientCredentials, GrantType::RefreshToken];
    world.change::<Client>(world.client, |it| it.grant_types = both).await;
    let input = engine::admin::refresh_tokens::NewRefreshToken {
        client: "client_1".into(),
        label: "by hand".into(),
        expires_at: Some("2027-01-15T09:00:00Z".into()),
        ..Default::default()
    };
    let made = world
        .run(async |ctx| {
            engine::admin::refresh_tokens::create(ctx, &domain::Actor::System, &input).await
        })
        .await
        .unwrap();
    world.store.commit(made.batch).await.unwrap();
    let first = made.reply.secret.expose().to_owned();
    let refresh = async |token: &str| {
        let mut parameters = world.machine(&[(P::RefreshToken, token)]);
        parameters[0].1 = "refresh_token";
        world.token(&parameters).await
    };
    let second = refresh_token(&refresh(&first).await.unwrap());
    assert_eq!(refresh_token(&refresh(&first).await.unwrap()), second, "a retry");
    let third = refresh_token(&refresh(&second).await.unwrap());
    let row = world.found(CredentialKind::RefreshToken, &third).await;
    assert_eq!(row, made.reply.credential.id);
    world.advance(3_600);
    assert_eq!(code(refresh(&third).await), "credential_expired");
}

#[tokio::test]
async fn an_apps_token_from_before_rotation_starts_to_rotate_and_one_of_staff_does_not() {
    for of_app in [true, false] {
        let partner = Partner::rotating().await;
        let world = &partner.world;
        let now = base::Clock::now(&world.clock);
        let id = world.found(CredentialKind::RefreshToken, &world.refresh_token).await;
        world
            .change::<domain::Credential>(id, |it| {
                let domain::CredentialDetail::RefreshToken(token) = &mut it.detail else { return };
                assert_eq!((token.rotated, token.authenticated_at), (None, None));
                token.authenticated_at = of_app.then_some(now);
            })
            .await;
        let refresh = async |token: &str| {
            let mut parameters = world.machine(&[(P::RefreshToken, token)]);
            parameters[0].1 = "refresh_token";
            world.token(&parameters).await
        };
        let reply = refresh(&world.refresh_token).await.unwrap();
        let Some(next) = reply.refresh_token else {
            assert!(!of_app, "it gets a successor");
            assert!(refresh(&world.refresh_token).await.is_ok(), "it is reused");
            continue;
        };
        assert!(of_app, "nobody may store it");
        assert_eq!(code(refresh(&world.refresh_token).await), "secret_mismatch");
        assert!(refresh(next.expose()).await.is_ok());
    }
}

#[tokio::test]
async fn rfc9700_2_2_2_the_refresh_token_of_a_public_client_always_rotates() {
    let partner = Partner::reusable().await;
    let kept = refresh_token(&partner.connected("read").await);
    assert_eq!(refresh_token(&partner.refresh(&kept).await.unwrap()), kept, "it has a secret");
    partner.becomes_public().await;
    let brought = partner.code("read").await;
    let mut exchange = partner.brings(&brought);
    exchange.retain(|(parameter, _)| *parameter != P::ClientSecret);
    let first = refresh_token(&partner.world.token(&exchange).await.unwrap());
    let refresh = async |token: &str| {
        let kind = (P::GrantType, "refresh_token");
        partner.world.token(&[kind, (P::ClientId, "app_1"), (P::RefreshToken, token)]).await
    };
    let second = refresh_token(&refresh(&first).await.unwrap());
    assert_ne!(first, second);
    assert_eq!(refresh_token(&refresh(&first).await.unwrap()), second, "a retry");
    partner.world.advance(61);
    assert_eq!(code(refresh(&first).await), "refresh_replayed");
    assert_eq!(code(refresh(&second).await), "credential_revoked");
}
