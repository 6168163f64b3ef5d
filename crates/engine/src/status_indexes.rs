//! Places in the status lists (Token Status List §4), on their way to new grants and credentials.
//!
//! They are taken from the store in blocks, so that making a credential costs no write of its own. A
//! block that is lost with the process leaves a gap, which costs a bit a place and nothing else.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::RealmName;
use store::Store;

/// The first block.
const FIRST: u32 = 64;
/// The largest: blocks double.
const LARGEST: u32 = 4096;

/// The numbers that a process has reserved in a realm's status lists.
#[derive(Debug, Default)]
pub(crate) struct StatusIndexes {
    stock: Mutex<Stock>,
    missed: AtomicU64,
}

#[derive(Debug, Default)]
struct Stock {
    blocks: VecDeque<Range<u32>>,
    /// How many were reserved last.
    reserved: u32,
}

impl StatusIndexes {
    /// The next one; `None` where there is none left.
    pub(crate) fn take(&self) -> Option<u32> {
        let next = self.stock().next();
        if next.is_none() {
            self.missed.fetch_add(1, Relaxed);
        }
        next
    }

    /// How many were asked for and not there, since the process started.
    pub(crate) fn missed(&self) -> u64 {
        self.missed.load(Relaxed)
    }

    /// Sees to it that there are `wanted`, by a block from the store where there are fewer. Whether
    /// that went well.
    pub(crate) async fn reserve(&self, store: &dyn Store, realm: &RealmName, wanted: u64) -> bool {
        let wanted = u32::try_from(wanted).unwrap_or(LARGEST).min(LARGEST);
        let count = {
            let mut stock = self.stock();
            if stock.len() >= wanted {
                return true;
            }
            stock.reserved = stock.reserved.saturating_mul(2).clamp(FIRST, LARGEST);
            stock.reserved.max(wanted)
        };
        let Ok(first) = store.reserve_status_indexes(realm, count).await else { return false };
        let Some(end) = first.checked_add(count) else { return false };
        // Several may have come here at once: each brings a block, and all are used.
        self.stock().blocks.push_back(first..end);
        true
    }

    fn stock(&self) -> MutexGuard<'_, Stock> {
        self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stock {
    /// How many are left.
    fn len(&self) -> u32 {
        let lens = self.blocks.iter().map(|block| block.end - block.start);
        lens.fold(0, u32::saturating_add)
    }

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

    fn take(node: &StatusIndexes, store: &Memory, realm: &RealmName) -> u32 {
        node.take().unwrap_or_else(|| {
            assert!(now(node.reserve(store, realm, 1)));
            node.take().unwrap()
        })
    }

    #[test]
    fn no_index_is_given_twice_by_two_processes_on_one_store() {
        let (store, realm) = (Memory::new(), "test".parse().unwrap());
        let nodes = [StatusIndexes::default(), StatusIndexes::default()];
        let mut given = BTreeSet::new();
        for node in nodes.iter().cycle().take(20_000) {
            assert!(given.insert(take(node, &store, &realm)));
        }
        assert!(given.last().is_some_and(|last| *last < 30_000), "blocks are used up");
    }

    #[test]
    fn what_is_missed_is_reserved_at_once_and_only_where_it_is_missing() {
        let (store, realm) = (Memory::new(), "test".parse().unwrap());
        let indexes = StatusIndexes::default();
        assert!((0..500).all(|_| indexes.take().is_none()));
        assert_eq!(indexes.missed(), 500);
        assert!(now(indexes.reserve(&store, &realm, indexes.missed())));
        assert!(now(indexes.reserve(&store, &realm, 500)), "they are there");
        assert!((0..500).all(|_| indexes.take().is_some()));
        assert_eq!(now(store.reserve_status_indexes(&realm, 1)).unwrap(), 500);
        assert_eq!(indexes.take(), None, "one block was reserved");
    }
}
