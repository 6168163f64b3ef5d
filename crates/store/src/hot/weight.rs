//! How many bytes an entry takes, roughly: the measure by which the memory is bounded.

use domain::Entity;
use quick_cache::Weighter;

use super::entities::name;
use crate::Key;

/// An entry's key, value and place in the table.
const ENTRY: u64 = 192;
/// A record itself, beside its texts.
const RECORD: u64 = 384;
/// A common entry: sizes the tables, bounds nothing.
pub(super) const TYPICAL: u64 = 768;

/// Knows what it takes beside its entry.
pub(super) trait Weighs {
    /// Bytes.
    fn weight(&self) -> u64;
}

/// Weighs an entry by its value and the length of its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct ByWeight;

impl<V: Weighs> Weighter<Key, V> for ByWeight {
    fn weight(&self, key: &Key, value: &V) -> u64 {
        ENTRY + value.weight() + name(key).map_or(0, |name| name.len() as u64)
    }
}

/// What a record takes. Its JSON form is as long as its texts, give or take the field names.
pub(super) fn of(entity: &Entity) -> u64 {
    RECORD + entity.to_json().map_or(0, |json| json.len() as u64)
}
