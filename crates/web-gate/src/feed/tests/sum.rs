//! A snapshot is the sum of the messages before it: random histories, with every kind of state that a message carries.

use base::Rng as _;
use base::rng::SequenceRng;
use domain::{Actor, Organization, Status};
use engine::admin::signing_keys::{self, KeyRotation};
use engine::{RequestOrigin, settle};
use status::{Marks, SigningKeys};

use super::*;

/// What a reader of the feed knows.
#[derive(Debug, Default)]
struct Known {
    marks: Marks,
    keys: Option<SigningKeys>,
}

impl Known {
    fn of(snapshot: &Snapshot) -> Self {
        // Every member is named, so that a new one does not compile without a thought.
        let Snapshot { iss: _, sequence: _, as_of: _, lists: _, marks: _, signing_keys } = snapshot;
        Self { marks: snapshot.marks().unwrap(), keys: signing_keys.clone() }
    }

    fn apply(&mut self, update: &Update) {
        let Update { iss: _, after: _, sequence: _, as_of: _, gone: _, back: _, .. } = update;
        let Update { keys, reset, signing_keys, .. } = update;
        assert!(!reset);
        assert_eq!(*keys, signing_keys.is_some());
        self.marks.apply(update);
        if let Some(said) = signing_keys {
            self.keys = Some(said.clone());
        }
    }

    fn assert_same(&self, other: &Self, what: &str) {
        let all = |known: &Self| known.marks.iter().collect::<Vec<_>>();
        assert_eq!(all(self), all(other), "{what}");
        assert_eq!(self.keys, other.keys, "{what}");
    }
}

async fn snapshot(fixture: &Fixture) -> Snapshot {
    // It is used again for some seconds.
    fixture.realm.clock.advance(Duration::from_secs(6));
    let answer = fixture.get("/feed/snapshot").await;
    serde_json::from_slice(&fixture.payload("feed-snapshot+jwt", &text(answer).await)).unwrap()
}

fn organization(fixture: &Fixture, number: u32, status: Status) -> Entity {
    let realm = fixture.realm.state.issuer().realm().clone();
    Entity::Organization(Arc::new(Organization {
        id: Id::from_u128(u128::from(number) << 64 | 7),
        realm,
        public_id: format!("org-{number}").parse().unwrap(),
        name: "Acme".to_owned(),
        status,
        budget: Default::default(),
        created_at: fixture.realm.clock.now(),
    }))
}

/// Makes a random change of a signing key, as an administrator does.
async fn change_keys(fixture: &Fixture, pick: &dyn Fn(u64) -> u64) {
    let state = &fixture.realm.state;
    let origin = RequestOrigin::default();
    let ctx = state.write_context(&origin);
    let known = engine::keys::all(state.issuer(), ctx.store).await.unwrap();
    let key = &known[pick(known.len() as u64) as usize].kid;
    let rotation = KeyRotation { algorithm: None, immediately: pick(2) == 0 };
    let done = settle(&ctx, async |ctx| match pick(3) {
        0 => signing_keys::retire(&ctx, &Actor::System, key.as_str()).await,
        1 => signing_keys::revoke(&ctx, &Actor::System, key.as_str()).await,
        _ => signing_keys::rotate(&ctx, &Actor::System, &rotation).await,
    })
    .await;
    if let Ok((changed, _)) = done {
        state.issuer().reload_keys(ctx.store).await.unwrap();
        state.issuer().ledger().entity(&Entity::SigningKey(Arc::new(changed)));
    }
}

#[tokio::test]
async fn a_snapshot_is_the_sum_of_the_messages_before_it() {
    for seed in 0..12 {
        let fixture = Fixture::open().await;
        let rng = SequenceRng::new(seed * 1_000_003 + 5);
        let pick = |most: u64| (rng.u128() as u64 >> 11) % most;
        let first = snapshot(&fixture).await;
        let (mut known, mut sequence) = (Known::of(&first), 10);
        for step in 0..40 {
            let ledger = fixture.realm.state.issuer().ledger();
            match pick(5) {
                0 => {
                    let until = fixture.realm.clock.now().plus(Duration::from_secs(90_000));
                    ledger.token(u128::from(pick(9)), Some(until).filter(|_| pick(2) == 0));
                }
                1 => ledger.entity(&grant(&fixture, pick(1 << 21) as u32, true)),
                2 => {
                    let status = if pick(2) == 0 { Status::Active } else { Status::Suspended };
                    ledger.entity(&organization(&fixture, pick(4) as u32, status));
                }
                _ => change_keys(&fixture, &pick).await,
            }
            if pick(2) == 0 {
                continue;
            }
            fixture.publish(sequence + 1);
            for update in fixture.poll(&format!("after={sequence}")).await {
                known.apply(&update);
            }
            sequence += 1;
            if pick(3) == 0 {
                let taken = snapshot(&fixture).await;
                assert_eq!(taken.sequence, sequence);
                // What was noted and not published yet is in the snapshot, too, and comes once more.
                fixture.publish(sequence + 1);
                for update in fixture.poll(&format!("after={sequence}")).await {
                    known.apply(&update);
                }
                sequence += 1;
                known.assert_same(&Known::of(&taken), &format!("seed {seed}, step {step}"));
            }
        }
        assert!(known.keys.is_some_and(|keys| keys.keys.len() >= 2), "there is always a next one");
    }
}
