//! The result of a read: a record and its version.

use std::ops::Deref;
use std::sync::Arc;

use domain::{Entity, EntityRecord};

use crate::{Version, Write};

/// An entity and its version in the store.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The entity.
    pub entity: Entity,
    /// The version, to be used as the precondition of a change.
    pub version: Version,
}

/// A [`Stored`] of one type.
#[derive(Clone, Debug)]
pub struct Loaded<T> {
    /// The record.
    pub record: Arc<T>,
    /// The version, to be used as the precondition of a change.
    pub version: Version,
}

impl<T: EntityRecord> Loaded<T> {
    /// The write that replaces this record by `changed`. Its precondition is that the record is
    /// unchanged.
    pub fn replace_with(&self, changed: T) -> Write {
        Write::Replace { entity: Arc::new(changed).into_entity(), expected: self.version }
    }

    /// The write that removes this record. Its precondition is that the record is unchanged.
    pub fn remove(&self) -> Write {
        Write::Remove { entity: Arc::clone(&self.record).into_entity(), expected: self.version }
    }
}

impl<T> Deref for Loaded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.record
    }
}
