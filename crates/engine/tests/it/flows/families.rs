//! The bound on the refresh tokens of one connection.

use std::sync::Arc;

use base::Clock as _;
use domain::{CredentialKind, Owners};
use engine::grants::MAX_FAMILIES;
use engine::retention::KEPT_EACH;
use store::{EventQuery, StoreReader as _};

use crate::flows::partner::{Partner, access_token, refresh_token};
use crate::flows::retention::{connected, credentials};
use crate::flows::world::code;

/// The refresh tokens of the partner's connections: those that are active, and those that ended.
async fn families(partner: &Partner) -> (usize, usize) {
    let owners = Owners {
        client: Some(partner.app.as_u128()),
        variety: Some(CredentialKind::RefreshToken.as_str()),
        ..Owners::default()
    };
    let all = credentials(&partner.world, owners).await;
    let live = all.iter().filter(|it| it.revoked.is_none()).count();
    (live, all.len() - live)
}

#[tokio::test]
async fn a_connection_has_at_most_twenty_families_and_the_idlest_ends_first() {
    for partner in [Partner::new().await, Partner::rotating().await] {
        let mut replies = Vec::new();
        for _ in 0..MAX_FAMILIES {
            replies.push(connected(&partner).await);
        }
        assert_eq!(families(&partner).await, (MAX_FAMILIES, 0));
        // The first is used again, so the second is the idlest.
        partner.world.advance(1);
        let used = partner.refresh(&refresh_token(&replies[0])).await.unwrap();
        let credential = partner.family(&refresh_token(&used)).await.id;
        let use_of =
            domain::Use { credential, last_at: partner.world.clock.now(), address: None, count: 1 };
        store::Store::record_uses(&*partner.world.store, vec![use_of]).await.unwrap();
        let newest = connected(&partner).await;
        assert_eq!(families(&partner).await, (MAX_FAMILIES, 1));
        let ended = &replies[1];
        assert_eq!(code(partner.refresh(&refresh_token(ended)).await), "credential_revoked");
        assert_eq!(code(partner.world.at_api(&access_token(ended)).await), "credential_revoked");
        for kept in [&used, &replies[2], &newest] {
            assert!(partner.world.at_api(&access_token(kept)).await.is_ok());
        }
        let query = EventQuery { limit: 1, newest_first: true, ..EventQuery::default() };
        let events = partner.world.store.events(&query).await.unwrap();
        assert_eq!(events[0].draft.action, "refresh_token.superseded");
    }
}

#[tokio::test]
async fn three_hundred_sign_ins_leave_a_bounded_number_of_rows() {
    let partner = Partner::new().await;
    for _ in 0..300 {
        connected(&partner).await;
    }
    let (live, ended) = families(&partner).await;
    assert_eq!(live, MAX_FAMILIES);
    assert!(ended <= KEPT_EACH + 1, "{ended}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn exchanges_at_the_same_moment_stay_near_the_bound_and_the_next_one_restores_it() {
    let partner = Arc::new(Partner::rotating().await);
    let mut codes = Vec::new();
    for _ in 0..100 {
        codes.push(partner.code("read").await);
    }
    let mut tasks = tokio::task::JoinSet::new();
    for code in codes {
        let partner = Arc::clone(&partner);
        tasks.spawn(async move { partner.exchange(&code).await });
    }
    for done in tasks.join_all().await {
        done.unwrap();
    }
    for _ in 0..4 {
        connected(&partner).await;
    }
    assert_eq!(families(&partner).await.0, MAX_FAMILIES);
}
