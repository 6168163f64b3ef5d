//! The marks that a token names, and those that entities answer for.

use std::sync::Arc;
use std::time::Duration;

use base::Clock as _;
use domain::*;
use engine::marks::{Ledger, marks_of};
use status::{Mark, TokenStatus};
use store::StoreExt as _;

use crate::flows::marks::{payload, revocation};
use crate::flows::world::World;

#[tokio::test]
async fn token_status_list_6_1_a_token_names_its_status_list_and_index() {
    let world = World::new().await;
    let payload = payload(&world.machine_token().await);
    // Tokens of a grant without a status index have their marks only.
    assert!(payload["status"].get("status_list").is_none());
    let grant = world.grant;
    world.change::<Grant>(grant, |it| it.status_index = Some((1 << 20) + 5)).await;
    let payload = self::payload(&world.machine_token().await);
    let list = &payload["status"]["status_list"];
    assert_eq!(list["uri"], "http://issuer.example/status-lists/1");
    assert_eq!(list["idx"], 5);
    let marks = TokenStatus::read(&payload["status"]).unwrap().marks;
    assert!(marks.contains(&Mark::status_index((1 << 20) + 5)));
    assert!(marks.contains(&Mark::id(world.client.as_u128())));
    assert_eq!(marks.len(), 4, "secret, grant, client, organization");
}

#[tokio::test]
async fn a_jwt_expires_no_later_than_its_parent_credential() {
    let world = World::new().await;
    let secret = world.found(CredentialKind::ClientSecret, &world.client_secret).await;
    let ends = world.clock.now().plus(Duration::from_secs(90));
    world.change::<Credential>(secret, |it| it.expires_at = Some(ends)).await;
    let reply = world.token(&world.machine(&[])).await.unwrap();
    assert_eq!(reply.expires_in, Some(90));
    assert_eq!(payload(reply.access_token.expose())["exp"], ends.seconds());
    let found = world.found(CredentialKind::RefreshToken, &world.refresh_token).await;
    let ends = world.clock.now().plus(Duration::from_secs(9_000));
    world.change::<Credential>(found, |it| it.expires_at = Some(ends)).await;
    let mut parameters = world.machine(&[(oauth::Parameter::RefreshToken, &world.refresh_token)]);
    parameters[0].1 = "refresh_token";
    assert_eq!(world.token(&parameters).await.unwrap().expires_in, Some(3_600));
}

#[tokio::test]
async fn the_last_4096_dropped_epochs_are_published() {
    let world = World::new().await;
    let client = world.store.by_id(world.client).await.unwrap().unwrap();
    let epochs = |present| {
        let client = Client { connections_epoch: present, ..Client::clone(&client) };
        marks_of(&Entity::Client(Arc::new(client))).len() - 1
    };
    assert_eq!([epochs(0), epochs(3), epochs(4_096), epochs(70_000)], [0, 3, 4_096, 4_096]);
}

#[tokio::test]
async fn a_late_older_version_does_not_reactivate_a_revoked_mark() {
    let world = World::new().await;
    let before = world.store.by_id(world.grant).await.unwrap().unwrap();
    world.change::<Grant>(world.grant, |it| it.revoked = revocation(base::Timestamp::EPOCH)).await;
    let after = world.store.by_id(world.grant).await.unwrap().unwrap();
    let ledger = Ledger::default();
    for record in [&before, &after, &before] {
        ledger.entity(&record.record.clone().into_entity());
    }
    assert!(ledger.is_revoked(Mark::id(world.grant.as_u128())));
}

#[test]
fn a_change_is_published_once_with_its_latest_state() {
    let ledger = Ledger::default();
    ledger.token(7, None);
    ledger.token(7, None);
    let noted = ledger.take();
    assert_eq!(noted.marks.len(), 1);
    assert!(ledger.take().is_empty());
    ledger.restore(noted);
    let (gone, back) = ledger.states(&ledger.take());
    assert_eq!((gone[0].mark, back.len()), (Mark::id(7), 0));
}
