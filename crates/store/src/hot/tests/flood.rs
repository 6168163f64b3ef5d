//! A flood of a million well-formed credentials that were never issued.

use std::sync::Arc;
use std::time::Duration;

use base::{FixedClock, Id, Rng as _, rng::SequenceRng};
use domain::{EntityRecord as _, Kind};

use super::model::credential;
use super::nodes::{NOON, node};
use crate::{Batch, Key, Memory, Store as _, StoreReader as _, Write};

const FLOOD: u128 = 1_000_000;
const GOOD: u128 = 100;

#[tokio::test]
async fn a_flood_of_unknown_credentials_is_bounded_in_memory_and_reads() {
    for sole_writer in [true, false] {
        let (memory, clock) = (Arc::new(Memory::new()), Arc::new(FixedClock::new(NOON)));
        let writes = (0..GOOD)
            .map(|number| Write::Insert(Arc::new(credential(number, None)).into_entity()))
            .collect();
        memory.commit(Batch { writes, events: Vec::new() }).await.unwrap();
        let hot = node(&memory, &clock, sole_writer);
        hot.advance().await.unwrap();
        let (before, rng) = (hot.figures(), SequenceRng::new(1));
        for number in 0..FLOOD {
            let id = rng.u128() | 1 << 127;
            let key = match number % 2 {
                0 => Key::Id(Kind::Credential, id),
                _ => {
                    let name = Id::<()>::from_u128(id).to_string();
                    Key::PublicId(Kind::Credential, "test".parse().unwrap(), name.into())
                }
            };
            assert!(hot.fetch(&key).await.unwrap().is_none());
            if number % 10_000 == 0 {
                clock.advance(Duration::from_millis(100));
                hot.advance().await.unwrap();
                let good = Key::Id(Kind::Credential, number % GOOD);
                assert!(hot.fetch(&good).await.unwrap().is_some());
            }
        }
        let after = hot.figures();
        // Ten seconds passed.
        let allowed = if sole_writer { 0 } else { 1_000 + 10 * 500 };
        assert!(after.reads - before.reads <= allowed, "{} reads", after.reads);
        assert_eq!(after.hits - before.hits, FLOOD as u64 / 10_000);
        assert_eq!(after.entities, before.entities);
        assert!(hot.shared.lookup_state.missing_weight() <= 1 << 20);
        assert!(after.bytes < before.bytes + (256 << 10), "{before:?} {after:?}");
    }
}
