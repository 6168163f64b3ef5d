//! A page of marks that are not a status index: up to 256, sorted. Each mark is stored as its
//! distance from the first, in as few bytes as the largest distance needs. Owns the packing.
//! Invariant: marks rise and are distinct.
//!
//! Layout: all distances, then all expiries, little-endian; then 7 bytes of padding, so that each
//! number can be read as one word.

/// The expiry of a mark that does not expire, in minutes.
pub(crate) const NEVER: u32 = u32::MAX;

/// The largest number of marks in a page.
pub(crate) const MAX_PAGE_SIZE: usize = 256;

const PADDING: usize = 7;

/// A mark's bits, and the minute since the Unix epoch at which it expires.
pub(crate) type Entry = (u64, u32);

#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// The earliest expiry in the page, in minutes; [`NEVER`] where no mark expires.
    earliest_expiry: u32,
    count: u16,
    /// Bytes per distance.
    distance_width: u8,
    /// Bytes per expiry. An expiry is stored relative to the earliest: 0 for never, then 1 and up.
    expiry_width: u8,
    bytes: Box<[u8]>,
}

impl Page {
    /// Packs `entries`, which are sorted and start with `first`.
    pub(crate) fn pack(first: u64, entries: &[Entry]) -> Self {
        let earliest_expiry = entries.iter().map(|(_, until)| *until).min().unwrap_or(NEVER);
        let end =
            |until: u32| if until == NEVER { 0 } else { u64::from(until - earliest_expiry) + 1 };
        let farthest = entries.last().map_or(0, |(mark, _)| mark - first);
        let latest = entries.iter().map(|(_, until)| end(*until)).max().unwrap_or(0);
        let (distance_width, expiry_width) = (width(farthest), width(latest));
        let length = entries.len() * usize::from(distance_width + expiry_width) + PADDING;
        let mut bytes = Vec::with_capacity(length);
        for (mark, _) in entries {
            push(&mut bytes, mark - first, distance_width);
        }
        for (_, until) in entries {
            push(&mut bytes, end(*until), expiry_width);
        }
        bytes.resize(length, 0);
        let count = u16::try_from(entries.len()).unwrap_or(u16::MAX);
        Self {
            earliest_expiry,
            count,
            distance_width,
            expiry_width,
            bytes: bytes.into_boxed_slice(),
        }
    }

    /// The entries of a page that was packed with `first`.
    pub(crate) fn entries(&self, first: u64) -> impl Iterator<Item = Entry> + '_ {
        (0..self.len()).map(move |index| (first + self.distance(index), self.end(index)))
    }

    /// Whether the page contains `mark`; `first` is its first mark.
    pub(crate) fn find(&self, first: u64, mark: u64) -> bool {
        let Some(wanted) = mark.checked_sub(first) else { return false };
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.distance(middle) < wanted {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low < self.len() && self.distance(low) == wanted
    }

    pub(crate) fn len(&self) -> usize {
        usize::from(self.count)
    }

    /// The earliest expiry in the page, in minutes; [`NEVER`] where no mark expires.
    pub(crate) const fn earliest_expiry(&self) -> u32 {
        self.earliest_expiry
    }

    /// The memory on the heap, in bytes, without the struct itself.
    pub(crate) const fn heap(&self) -> usize {
        self.bytes.len()
    }

    fn distance(&self, index: usize) -> u64 {
        self.word(index * usize::from(self.distance_width), self.distance_width)
    }

    fn end(&self, index: usize) -> u32 {
        let at =
            self.len() * usize::from(self.distance_width) + index * usize::from(self.expiry_width);
        match self.word(at, self.expiry_width) {
            0 => NEVER,
            end => {
                u32::try_from(end - 1).map_or(NEVER, |end| self.earliest_expiry.saturating_add(end))
            }
        }
    }

    /// The number of `width` bytes that begins at byte `at`.
    fn word(&self, at: usize, width: u8) -> u64 {
        let word = self.bytes.get(at..).and_then(|rest| rest.first_chunk::<8>());
        let word = word.map_or(0, |bytes| u64::from_le_bytes(*bytes));
        match width {
            0 => 0,
            8 => word,
            width => word & ((1 << (u32::from(width) * 8)) - 1),
        }
    }
}

/// How many bytes `number` needs.
const fn width(number: u64) -> u8 {
    (u64::BITS - number.leading_zeros()).div_ceil(8) as u8
}

fn push(bytes: &mut Vec<u8>, number: u64, width: u8) {
    bytes.extend(number.to_le_bytes().into_iter().take(usize::from(width)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_out_whatever_the_widths() {
        let top = u64::MAX;
        for entries in [
            vec![(5, NEVER)],
            vec![(5, 7)],
            vec![(5, 7), (6, NEVER), (5 + (1 << 40), 7 + (1 << 30))],
            vec![(0, 1), (top - 1, NEVER), (top, NEVER - 1)],
            vec![(1 << 63, NEVER), (top, NEVER)],
        ] {
            let first = entries[0].0;
            let page = Page::pack(first, &entries);
            assert_eq!(page.entries(first).collect::<Vec<_>>(), entries);
            for (mark, _) in &entries {
                assert!(page.find(first, *mark));
                let next = mark.wrapping_add(1);
                let also = entries.iter().any(|(mark, _)| *mark == next);
                assert_eq!(page.find(first, next), also);
            }
        }
    }
}
