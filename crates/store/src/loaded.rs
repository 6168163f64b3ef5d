//! What a read gives back: a record, and the version it was at.

use std::ops::Deref;
use std::sync::Arc;

use domain::{Entity, EntityRecord};

use crate::{Version, Write};

/// An entity as it stands in the store.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The entity.
    pub entity: Entity,
    /// The version to name as precondition of a change.
    pub version: Version,
}

/// A typed [`Stored`].
#[derive(Clone, Debug)]
pub struct Loaded<T> {
    /// The record.
    pub record: Arc<T>,
    /// The version to name as precondition of a change.
    pub version: Version,
}

impl<T: EntityRecord> Loaded<T> {
    /// The write that puts `changed` in place of this record, if it is still as it was read.
    pub fn replace_with(&self, changed: T) -> Write {
        Write::Replace { entity: Arc::new(changed).into_entity(), expected: self.version }
    }
}

impl<T> Deref for Loaded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.record
    }
}
