//! Places in the status lists (Token Status List §4), on their way to new grants and credentials.
//!
//! They are taken from the store in blocks, so that making a credential costs no write of its own. A
//! block that is lost with the process leaves a gap, which costs a bit a place and nothing else.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::RealmName;
use store::Store;

/// The first block.
const FIRST: u32 = 64;
/// The largest: blocks double.
const LARGEST: u32 = 4096;

/// What a process has at hand of a realm's places.
#[derive(Debug, Default)]
pub(crate) struct StatusIndexes {
    stock: Mutex<Stock>,
}

#[derive(Debug, Default)]
struct Stock {
    blocks: VecDeque<Range<u32>>,
    /// How many were taken last.
    taken: u32,
}

impl StatusIndexes {
    /// The next place; `None` where the store gives none.
    pub(crate) async fn take(&self, store: &dyn Store, realm: &RealmName) -> Option<u32> {
        let count = {
            let mut stock = self.stock();
            if let Some(status_index) = stock.next() {
                return Some(status_index);
            }
            stock.taken = stock.taken.saturating_mul(2).clamp(FIRST, LARGEST);
            stock.taken
        };
        let first = store.reserve_status_indexes(realm, count).await.ok()?;
        let mut stock = self.stock();
        // Several may have come here at once: each brings a block, and all are used.
        stock.blocks.push_back(first..first.checked_add(count)?);
        stock.next()
    }

    fn stock(&self) -> MutexGuard<'_, Stock> {
        self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stock {
    fn next(&mut self) -> Option<u32> {
        while let Some(block) = self.blocks.front_mut() {
            if let Some(status_index) = block.next() {
                return Some(status_index);
            }
            self.blocks.pop_front();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use store::Memory;

    use super::*;

    fn now<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => done,
            Poll::Pending => panic!("the memory backend never waits"),
        }
    }

    #[test]
    fn no_place_is_given_twice_by_two_processes_on_one_store() {
        let (store, realm) = (Memory::new(), "test".parse().unwrap());
        let nodes = [StatusIndexes::default(), StatusIndexes::default()];
        let mut given = BTreeSet::new();
        for node in nodes.iter().cycle().take(20_000) {
            assert!(given.insert(now(node.take(&store, &realm)).unwrap()));
        }
        assert!(given.last().is_some_and(|last| *last < 30_000), "blocks are used up");
    }
}
