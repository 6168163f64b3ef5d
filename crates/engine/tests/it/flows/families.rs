//! The bound on the refresh tokens of one connection.

use std::sync::Arc;

use base::Clock as _;
use domain::{CredentialKind, Owners};
use engine::retention::{Candidates, KEPT_EACH, MAX_FAMILIES, bound_families};
use store::{EventQuery, StoreReader as _};

use crate::flows::partner::{Partner, access_token, refresh_token};
use crate::flows::retention::{connected, credentials, hot};
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

/// Bounds the connections that got new families, as the server does every second; returns how many
/// families were revoked.
async fn bounded(partner: &Partner) -> usize {
    let mut revoked = 0;
    for grant in partner.world.issuer.new_families().take() {
        revoked += partner.world.run(async |ctx| bound_families(ctx, grant).await).await.unwrap();
    }
    revoked
}

#[tokio::test]
async fn a_connection_has_at_most_twenty_families_and_the_idlest_ends_first() {
    for partner in [Partner::new().await, Partner::rotating().await] {
        let mut replies = Vec::new();
        for _ in 0..MAX_FAMILIES {
            replies.push(connected(&partner).await);
        }
        assert_eq!(bounded(&partner).await, 0);
        assert_eq!(families(&partner).await, (MAX_FAMILIES, 0));
        // The first is used again, so the second is the idlest.
        partner.world.advance(1);
        let used = partner.refresh(&refresh_token(&replies[0])).await.unwrap();
        let credential = partner.family(&refresh_token(&used)).await.id;
        let use_of =
            domain::Use { credential, last_at: partner.world.clock.now(), address: None, count: 1 };
        store::Store::record_uses(&*partner.world.store, vec![use_of]).await.unwrap();
        let newest = connected(&partner).await;
        assert_eq!(bounded(&partner).await, 1);
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
    assert_eq!(bounded(&partner).await, 300 - MAX_FAMILIES);
    assert_eq!(families(&partner).await, (MAX_FAMILIES, KEPT_EACH));
    for _ in 0..3 {
        connected(&partner).await;
    }
    assert_eq!(bounded(&partner).await, 3);
    assert_eq!(families(&partner).await, (MAX_FAMILIES, KEPT_EACH));
    // Nothing new: nothing is noted.
    assert!(partner.world.issuer.new_families().take().is_empty());
}

/// What is removed at once is refused for the same reason as what is revoked first.
#[tokio::test]
async fn all_that_came_from_a_superseded_family_stops_with_it() {
    for partner in [Partner::new().await, Partner::rotating().await] {
        let mut replies = Vec::new();
        for _ in 0..MAX_FAMILIES + KEPT_EACH + 2 {
            replies.push(connected(&partner).await);
        }
        assert_eq!(bounded(&partner).await, KEPT_EACH + 2);
        assert_eq!(families(&partner).await, (MAX_FAMILIES, KEPT_EACH));
        for ended in [&replies[0], &replies[1], &replies[2], &replies[KEPT_EACH + 1]] {
            assert_eq!(
                code(partner.world.at_api(&access_token(ended)).await),
                "credential_revoked"
            );
            assert!(partner.refresh(&refresh_token(ended)).await.is_err());
        }
        assert!(partner.refresh(&refresh_token(&replies[KEPT_EACH + 2])).await.is_ok());
        let query = EventQuery { limit: 200, ..EventQuery::default() };
        let events = partner.world.store.events(&query).await.unwrap();
        let superseded = |it: &&domain::Event| it.draft.action == "refresh_token.superseded";
        assert_eq!(events.iter().filter(superseded).count(), KEPT_EACH + 2);
    }
}

#[tokio::test]
async fn the_sweep_finds_connections_that_no_process_bounded() {
    let partner = Partner::new().await;
    for _ in 0..MAX_FAMILIES {
        connected(&partner).await;
    }
    let crowded = async || {
        let memory = hot(&partner.world).await;
        let world = &partner.world;
        Candidates::find(&memory, world.issuer.realm(), world.clock.now()).crowded().to_vec()
    };
    assert_eq!(crowded().await, []);
    connected(&partner).await;
    let noted = partner.world.issuer.new_families().take();
    assert_eq!(crowded().await, noted);
    partner.world.issuer.new_families().note(noted[0]);
    assert_eq!(bounded(&partner).await, 1);
    assert_eq!(crowded().await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_bound_the_same_connection_at_the_same_moment() {
    let partner = Arc::new(Partner::rotating().await);
    for _ in 0..100 {
        connected(&partner).await;
    }
    let noted = partner.world.issuer.new_families().take();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (partner, grant) = (Arc::clone(&partner), noted[0]);
        tasks.spawn(async move {
            partner.world.run(async |ctx| bound_families(ctx, grant).await).await.unwrap()
        });
    }
    let revoked: usize = tasks.join_all().await.into_iter().sum();
    assert!(revoked >= 100 - MAX_FAMILIES, "{revoked}");
    assert_eq!(families(&partner).await, (MAX_FAMILIES, KEPT_EACH));
}
