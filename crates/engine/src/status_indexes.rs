//! Status indexes: numbers in the status lists (Token Status List §4), reserved for new grants and
//! credentials.
//!
//! They are reserved in blocks, so that a new credential needs no extra write. An index that is
//! lost with the process, or with a decision that was not committed, leaves a gap of one bit in the
//! list.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The size of the first block.
const FIRST: u32 = 64;
/// The size of the largest block. Each block is twice as large as the one before, up to this.
const LARGEST: u32 = 4096;

/// The status indexes of a realm that this process has reserved.
#[derive(Debug, Default)]
pub(crate) struct StatusIndexes {
    stock: Mutex<Stock>,
    missed: AtomicU64,
}

#[derive(Debug, Default)]
struct Stock {
    blocks: VecDeque<Range<u32>>,
    /// The size of the last block.
    reserved: u32,
}

impl StatusIndexes {
    /// Takes the next index; `None` where none is left.
    pub(crate) fn take(&self) -> Option<u32> {
        let next = self.stock().next();
        if next.is_none() {
            self.missed.fetch_add(1, Relaxed);
        }
        next
    }

    /// How many calls of [`StatusIndexes::take`] returned `None` since the process started.
    pub(crate) fn missed(&self) -> u64 {
        self.missed.load(Relaxed)
    }

    /// How many indexes to reserve so that there are `wanted`; `None` where there are enough
    /// already.
    pub(crate) fn to_reserve(&self, wanted: u64) -> Option<u32> {
        let wanted = u32::try_from(wanted).unwrap_or(LARGEST).min(LARGEST);
        let mut stock = self.stock();
        if stock.len() >= wanted {
            return None;
        }
        stock.reserved = stock.reserved.saturating_mul(2).clamp(FIRST, LARGEST);
        Some(stock.reserved.max(wanted))
    }

    /// Adds a block of `count` reserved indexes from `first`. Where several requests reserve at
    /// once, each adds its block, and all blocks are used.
    pub(crate) fn add(&self, first: u32, count: u32) {
        self.stock().blocks.push_back(first..first.saturating_add(count));
    }

    fn stock(&self) -> MutexGuard<'_, Stock> {
        self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stock {
    /// The number of indexes that are left.
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

    use super::*;

    fn take(node: &StatusIndexes, next: &mut u32) -> u32 {
        node.take().unwrap_or_else(|| {
            let count = node.to_reserve(1).unwrap();
            node.add(*next, count);
            *next += count;
            node.take().unwrap()
        })
    }

    #[test]
    fn no_index_is_given_twice_by_two_processes() {
        let mut next = 0;
        let nodes = [StatusIndexes::default(), StatusIndexes::default()];
        let mut given = BTreeSet::new();
        for node in nodes.iter().cycle().take(20_000) {
            assert!(given.insert(take(node, &mut next)));
        }
        assert!(given.last().is_some_and(|last| *last < 30_000), "blocks are used up");
    }

    #[test]
    fn what_is_missed_is_reserved_in_one_block_and_only_where_it_is_missing() {
        let indexes = StatusIndexes::default();
        assert!((0..500).all(|_| indexes.take().is_none()));
        assert_eq!(indexes.missed(), 500);
        assert_eq!(indexes.to_reserve(indexes.missed()), Some(500));
        indexes.add(7, 500);
        assert_eq!(indexes.to_reserve(500), None, "they are there");
        assert!((0..500).all(|at| indexes.take() == Some(7 + at)));
        assert_eq!(indexes.take(), None);
    }
}
