//! Typed reads over any store.

use async_trait::async_trait;
use base::Id;
use domain::{EntityRecord, RealmName};

use crate::{Key, ListQuery, Loaded, StoreError, StoreReader, Stored};

fn typed<T: EntityRecord>(stored: &Stored) -> Option<Loaded<T>> {
    let record = T::from_entity(&stored.entity)?;
    Some(Loaded { record, version: stored.version })
}

/// Typed reads over any [`StoreReader`].
#[async_trait]
pub trait StoreExt: StoreReader {
    /// The entity with this identifier.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn by_id<T: EntityRecord>(&self, id: Id<T>) -> Result<Option<Loaded<T>>, StoreError> {
        let found = self.fetch(&Key::Id(T::KIND, id.as_u128())).await?;
        Ok(found.as_ref().and_then(typed))
    }

    /// The entity with this public id.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn by_public_id<T: EntityRecord>(
        &self,
        realm: &RealmName,
        public_id: &str,
    ) -> Result<Option<Loaded<T>>, StoreError> {
        let found = self.fetch(&Key::PublicId(T::KIND, realm.clone(), public_id.into())).await?;
        Ok(found.as_ref().and_then(typed))
    }

    /// The entity with this handle.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn by_handle<T: EntityRecord>(
        &self,
        realm: &RealmName,
        handle: &str,
    ) -> Result<Option<Loaded<T>>, StoreError> {
        let found = self.fetch(&Key::Handle(T::KIND, realm.clone(), handle.into())).await?;
        Ok(found.as_ref().and_then(typed))
    }

    /// A page of entities, by rising identifier.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn page<T: EntityRecord>(
        &self,
        mut query: ListQuery,
    ) -> Result<Vec<Loaded<T>>, StoreError> {
        query.kind = T::KIND;
        Ok(self.list(&query).await?.iter().filter_map(typed).collect())
    }
}

impl<S: StoreReader + ?Sized> StoreExt for S {}
