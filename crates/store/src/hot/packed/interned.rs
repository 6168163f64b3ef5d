//! Values that many records share, such as a realm or a set of scopes. Each is kept once.
//!
//! Invariant: the value of a number never changes.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock};

/// The largest number of shared values. Further values are written in full in their records.
const MAX_VALUES: usize = 16_384;

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
    /// The number of `value`, if it has one already.
    pub(super) fn known(&self, value: &T) -> Option<u32> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).numbers.get(value).copied()
    }

    /// The number of `value`; `None` where there are too many values already.
    pub(super) fn number(&self, value: &T) -> Option<u32> {
        if let Some(known) = self.known(value) {
            return Some(known);
        }
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = table.numbers.get(value) {
            return Some(*number);
        }
        let next = table.values.len();
        if next >= MAX_VALUES {
            return None;
        }
        let number = u32::try_from(next).ok()?;
        table.values.push(value.clone());
        table.numbers.insert(value.clone(), number);
        Some(number)
    }

    /// The value of `number`.
    pub(super) fn value(&self, number: u64) -> Option<T> {
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        table.values.get(usize::try_from(number).ok()?).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_keeps_its_number_and_their_count_is_limited() {
        let interned = Interned::default();
        for value in 0..MAX_VALUES as u64 {
            assert_eq!(interned.number(&value), Some(value as u32));
        }
        assert_eq!(interned.number(&(MAX_VALUES as u64)), None);
        assert_eq!((interned.number(&7), interned.value(7)), (Some(7), Some(7)));
        assert_eq!(interned.value(MAX_VALUES as u64), None);
    }
}
