//! The storage of one shard's records: chunks that are filled one after another and never move, so
//! that growth copies nothing. Unused bytes are counted and removed by a compaction.

/// Sizes of the first and the largest chunk.
const CHUNK_SIZES: std::ops::RangeInclusive<usize> = 512..=65_536;
/// A new chunk is this part of what is held already, so that little space stays unused at the end.
const GROWTH_DIVISOR: usize = 16;

#[derive(Debug, Default)]
pub(super) struct Arena {
    chunks: Vec<Vec<u8>>,
    /// Bytes of all chunks, used or not.
    held: usize,
    garbage: usize,
}

impl Arena {
    /// Stores a record and returns its offset. `None`: the four gigabytes that an offset can
    /// address are full.
    pub(super) fn push(&mut self, record: &[u8]) -> Option<u32> {
        let fits = |chunk: &Vec<u8>| {
            chunk.len() < *CHUNK_SIZES.end() && chunk.capacity() - chunk.len() >= record.len()
        };
        if !self.chunks.last().is_some_and(fits) {
            let share = (self.held / GROWTH_DIVISOR).next_power_of_two();
            let size = share.clamp(*CHUNK_SIZES.start(), *CHUNK_SIZES.end()).max(record.len());
            self.chunks.push(Vec::with_capacity(size));
            self.held += size;
        }
        let number = u16::try_from(self.chunks.len().checked_sub(1)?).ok()?;
        let chunk = self.chunks.last_mut()?;
        let start = u16::try_from(chunk.len()).ok()?;
        chunk.extend_from_slice(record);
        Some(u32::from(number) << 16 | u32::from(start))
    }

    /// The bytes from an offset to the end of its chunk.
    pub(super) fn at(&self, offset: u32) -> &[u8] {
        let chunk = self.chunks.get((offset >> 16) as usize);
        chunk.and_then(|chunk| chunk.get((offset & 0xFFFF) as usize..)).unwrap_or_default()
    }

    /// Overwrites a record with one of the same length. Returns whether that was possible.
    pub(super) fn overwrite(&mut self, offset: u32, record: &[u8]) -> bool {
        let start = (offset & 0xFFFF) as usize;
        let chunk = self.chunks.get_mut((offset >> 16) as usize);
        let old = chunk.and_then(|chunk| chunk.get_mut(start..start + record.len()));
        old.map(|old| old.copy_from_slice(record)).is_some()
    }

    /// Counts a record of this length as unused.
    pub(super) const fn discard(&mut self, length: usize) {
        self.garbage += length;
    }

    /// Whether more than a fifth is unused, and enough bytes that compaction is worth it.
    pub(super) const fn wants_compaction(&self) -> bool {
        self.garbage > 4_096 && self.garbage > self.held / 5
    }

    pub(super) const fn held(&self) -> usize {
        self.held
    }
}
