//! Where the records of one shard lie: in chunks that are filled one after another and never move,
//! so that growth copies nothing. What is no longer used is counted, and goes at a compaction.

/// The first chunk, and the largest.
const CHUNK: std::ops::RangeInclusive<usize> = 512..=65_536;
/// A chunk is so much of what there is already: what lies unused at the end is little.
const SHARE: usize = 16;

#[derive(Debug, Default)]
pub(super) struct Arena {
    chunks: Vec<Vec<u8>>,
    /// Bytes of all chunks, used or not.
    held: usize,
    garbage: usize,
}

impl Arena {
    /// Lays a record down; its place. `None`: the four gigabytes that a place can tell are full.
    pub(super) fn push(&mut self, record: &[u8]) -> Option<u32> {
        let fits = |chunk: &Vec<u8>| {
            chunk.len() < *CHUNK.end() && chunk.capacity() - chunk.len() >= record.len()
        };
        if !self.chunks.last().is_some_and(fits) {
            let share = (self.held / SHARE).next_power_of_two();
            let size = share.clamp(*CHUNK.start(), *CHUNK.end()).max(record.len());
            self.chunks.push(Vec::with_capacity(size));
            self.held += size;
        }
        let number = u16::try_from(self.chunks.len().checked_sub(1)?).ok()?;
        let chunk = self.chunks.last_mut()?;
        let start = u16::try_from(chunk.len()).ok()?;
        chunk.extend_from_slice(record);
        Some(u32::from(number) << 16 | u32::from(start))
    }

    /// From a place to the end of its chunk.
    pub(super) fn at(&self, status_index: u32) -> &[u8] {
        let chunk = self.chunks.get((status_index >> 16) as usize);
        chunk.and_then(|chunk| chunk.get((status_index & 0xFFFF) as usize..)).unwrap_or_default()
    }

    /// Writes over a record of the same length. Whether that could be done.
    pub(super) fn overwrite(&mut self, status_index: u32, record: &[u8]) -> bool {
        let start = (status_index & 0xFFFF) as usize;
        let chunk = self.chunks.get_mut((status_index >> 16) as usize);
        let old = chunk.and_then(|chunk| chunk.get_mut(start..start + record.len()));
        old.map(|old| old.copy_from_slice(record)).is_some()
    }

    /// A record of this length is not used any more.
    pub(super) const fn discard(&mut self, length: usize) {
        self.garbage += length;
    }

    /// Whether more than a fifth is of no use, and enough to be worth it.
    pub(super) const fn wants_compaction(&self) -> bool {
        self.garbage > 4_096 && self.garbage > self.held / 5
    }

    pub(super) const fn held(&self) -> usize {
        self.held
    }
}
