//! Values that many records share, such as a realm or a set of scopes, each kept once.
//!
//! Invariant: a number once given means the same value for ever.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock};

/// No more values than these are shared: what comes later is written out in its record.
const MOST: usize = 16_384;

pub(super) struct Interned<T>(RwLock<Table<T>>);

struct Table<T> {
    numbers: HashMap<T, u32>,
    values: Vec<T>,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Self(RwLock::new(Table { numbers: HashMap::new(), values: Vec::new() }))
    }
}

impl<T> fmt::Debug for Interned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interned")
    }
}

impl<T: Clone + Eq + Hash> Interned<T> {
    /// The number that stands for `value` already.
    pub(super) fn known(&self, value: &T) -> Option<u32> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).numbers.get(value).copied()
    }

    /// The number that stands for `value`; `None` where there are too many already.
    pub(super) fn number(&self, value: &T) -> Option<u32> {
        if let Some(known) = self.known(value) {
            return Some(known);
        }
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = table.numbers.get(value) {
            return Some(*number);
        }
        let next = table.values.len();
        if next >= MOST {
            return None;
        }
        let number = u32::try_from(next).ok()?;
        table.values.push(value.clone());
        table.numbers.insert(value.clone(), number);
        Some(number)
    }

    /// The value that `number` stands for.
    pub(super) fn value(&self, number: u64) -> Option<T> {
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        table.values.get(usize::try_from(number).ok()?).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_keeps_its_number_and_there_is_an_end_to_them() {
        let interned = Interned::default();
        for value in 0..MOST as u64 {
            assert_eq!(interned.number(&value), Some(value as u32));
        }
        assert_eq!(interned.number(&(MOST as u64)), None);
        assert_eq!((interned.number(&7), interned.value(7)), (Some(7), Some(7)));
        assert_eq!(interned.value(MOST as u64), None);
    }
}
