//! The revoked status indexes: bits in chunks of 65 536. A chunk is a list of a few numbers or a
//! bitmap of 8 KiB. Owns the two forms. Invariant: no chunk is empty.

use std::collections::BTreeMap;

use crate::INDEXES_PER_LIST;

/// The largest list in a chunk. Beyond that, a bitmap is no larger, and the chunk becomes one.
const MAX_LISTED: usize = 4_096;
/// A bitmap with fewer bits set becomes a list again.
const MIN_BITMAP: usize = 1_024;

const WORDS: usize = 1_024;
const CHUNKS_PER_LIST: u32 = INDEXES_PER_LIST >> 16;
const CHUNK_BYTES: usize = WORDS * 8;

#[derive(Clone, Debug)]
enum Chunk {
    Listed(Vec<u16>),
    Bits { words: Box<[u64; WORDS]>, count: usize },
}

#[derive(Clone, Debug, Default)]
pub(crate) struct StatusIndexes {
    chunks: BTreeMap<u16, Chunk>,
    count: usize,
}

impl StatusIndexes {
    pub(crate) const fn len(&self) -> usize {
        self.count
    }

    /// The approximate memory on the heap, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.chunks.values().map(|chunk| size_of::<(u16, Chunk)>() + chunk.heap()).sum()
    }

    pub(crate) fn contains(&self, status_index: u32) -> bool {
        let (chunk, low) = divide(status_index);
        self.chunks.get(&chunk).is_some_and(|chunk| chunk.contains(low))
    }

    pub(crate) fn set(&mut self, status_index: u32) {
        let (chunk, low) = divide(status_index);
        let chunk = self.chunks.entry(chunk).or_insert_with(|| Chunk::Listed(Vec::new()));
        if chunk.set(low) {
            self.count += 1;
        }
    }

    pub(crate) fn clear(&mut self, status_index: u32) {
        let (number, low) = divide(status_index);
        let Some(chunk) = self.chunks.get_mut(&number) else { return };
        if chunk.clear(low) {
            self.count -= 1;
        }
        if chunk.len() == 0 {
            self.chunks.remove(&number);
        }
    }

    /// All revoked indexes, in rising order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.chunks.iter().flat_map(|(number, chunk)| {
            chunk.lows().map(move |low| u32::from(*number) << 16 | u32::from(low))
        })
    }

    /// The numbers of the status lists that have a bit set, in rising order.
    pub(crate) fn lists(&self) -> impl Iterator<Item = u32> + '_ {
        let mut last = None;
        self.chunks.keys().filter_map(move |chunk| {
            let list = u32::from(*chunk) / CHUNKS_PER_LIST;
            (last.replace(list) != Some(list)).then_some(list)
        })
    }

    /// Status list `number`, one bit per index. The first index is the lowest bit of the first
    /// byte.
    pub(crate) fn list(&self, number: u32) -> Vec<u8> {
        let first = number * CHUNKS_PER_LIST;
        let mut bytes = Vec::with_capacity(INDEXES_PER_LIST as usize / 8);
        for chunk in first..first + CHUNKS_PER_LIST {
            let from = bytes.len();
            let chunk = u16::try_from(chunk).ok().and_then(|chunk| self.chunks.get(&chunk));
            match chunk {
                Some(Chunk::Bits { words, .. }) => {
                    bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
                }
                Some(Chunk::Listed(lows)) => {
                    bytes.resize(from + CHUNK_BYTES, 0);
                    for low in lows {
                        if let Some(byte) = bytes.get_mut(from + usize::from(*low) / 8) {
                            *byte |= 1 << (low % 8);
                        }
                    }
                }
                None => bytes.resize(from + CHUNK_BYTES, 0),
            }
        }
        bytes
    }

    /// Adds the bits of a status list. It works on whole words, so that its cost depends on the length of the list
    /// and hardly on how many bits are set.
    pub(crate) fn set_list(&mut self, number: u32, bytes: &[u8]) {
        let first = number * CHUNKS_PER_LIST;
        for (at, piece) in (0..CHUNKS_PER_LIST).zip(bytes.chunks(CHUNK_BYTES)) {
            let Ok(chunk) = u16::try_from(first + at) else { return };
            let mut words = words_of(piece);
            let before = self.chunks.remove(&chunk);
            if let Some(before) = &before {
                before.add_to(&mut words);
            }
            self.count -= before.map_or(0, |before| before.len());
            if let Some(made) = Chunk::of(words) {
                self.count += made.len();
                self.chunks.insert(chunk, made);
            }
        }
    }
}

impl Chunk {
    /// The smaller form of these bits; `None` where none is set.
    fn of(words: Box<[u64; WORDS]>) -> Option<Self> {
        let count = words.iter().map(|word| word.count_ones() as usize).sum();
        let bits = Self::Bits { words, count };
        match count {
            0 => None,
            1..=MAX_LISTED => Some(Self::Listed(bits.lows().collect())),
            _ => Some(bits),
        }
    }

    /// Sets its bits in `to`, too.
    fn add_to(&self, to: &mut [u64; WORDS]) {
        match self {
            Self::Listed(lows) => lows.iter().for_each(|low| {
                if let Some(word) = to.get_mut(word(*low)) {
                    *word |= bit(*low);
                }
            }),
            Self::Bits { words, .. } => {
                to.iter_mut().zip(words.iter()).for_each(|(to, word)| *to |= word);
            }
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Listed(lows) => lows.len(),
            Self::Bits { count, .. } => *count,
        }
    }

    fn heap(&self) -> usize {
        match self {
            Self::Listed(lows) => lows.capacity() * size_of::<u16>(),
            Self::Bits { .. } => CHUNK_BYTES,
        }
    }

    fn contains(&self, low: u16) -> bool {
        match self {
            Self::Listed(lows) => lows.binary_search(&low).is_ok(),
            Self::Bits { words, .. } => {
                words.get(word(low)).is_some_and(|word| word & bit(low) != 0)
            }
        }
    }

    /// Sets the bit. Returns whether it was not set before.
    fn set(&mut self, low: u16) -> bool {
        match self {
            Self::Listed(lows) => {
                let Err(gap) = lows.binary_search(&low) else { return false };
                lows.insert(gap, low);
                if lows.len() > MAX_LISTED {
                    *self = bits(lows);
                }
                true
            }
            Self::Bits { words, count } => {
                let Some(word) = words.get_mut(word(low)) else { return false };
                let new = *word & bit(low) == 0;
                *word |= bit(low);
                *count += usize::from(new);
                new
            }
        }
    }

    /// Clears the bit. Returns whether it was set before.
    fn clear(&mut self, low: u16) -> bool {
        match self {
            Self::Listed(lows) => {
                let found = lows.binary_search(&low);
                found.map(|at| lows.remove(at)).is_ok()
            }
            Self::Bits { words, count } => {
                let Some(word) = words.get_mut(word(low)) else { return false };
                let old = *word & bit(low) != 0;
                *word &= !bit(low);
                *count -= usize::from(old);
                if *count < MIN_BITMAP {
                    *self = Self::Listed(self.lows().collect());
                }
                old
            }
        }
    }

    fn lows(&self) -> Box<dyn Iterator<Item = u16> + '_> {
        match self {
            Self::Listed(lows) => Box::new(lows.iter().copied()),
            Self::Bits { words, .. } => {
                Box::new((0_u16..).zip(words.iter()).flat_map(|(number, word)| {
                    let rest = |left: &u64| Some(left & (left - 1)).filter(|left| *left != 0);
                    let left = std::iter::successors(Some(*word).filter(|word| *word != 0), rest);
                    left.map(move |left| number * 64 + left.trailing_zeros() as u16)
                }))
            }
        }
    }
}

fn bits(lows: &[u16]) -> Chunk {
    let mut words = Box::new([0; WORDS]);
    for low in lows {
        if let Some(word) = words.get_mut(word(*low)) {
            *word |= bit(*low);
        }
    }
    Chunk::Bits { words, count: lows.len() }
}

/// The words of at most [`CHUNK_BYTES`] bytes; the rest is zero.
fn words_of(bytes: &[u8]) -> Box<[u64; WORDS]> {
    let mut words = Box::new([0; WORDS]);
    for (word, bytes) in words.iter_mut().zip(bytes.chunks(8)) {
        let mut eight = [0; 8];
        eight.iter_mut().zip(bytes).for_each(|(to, byte)| *to = *byte);
        *word = u64::from_le_bytes(eight);
    }
    words
}

const fn divide(status_index: u32) -> (u16, u16) {
    ((status_index >> 16) as u16, status_index as u16)
}

const fn word(low: u16) -> usize {
    (low / 64) as usize
}

const fn bit(low: u16) -> u64 {
    1 << (low % 64)
}
