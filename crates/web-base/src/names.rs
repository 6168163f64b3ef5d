//! Finds the public ids of the entities that a response refers to.

use std::collections::HashMap;

use base::Id;
use domain::{Entity, EntityRecord};
use engine::{Context, Denial};
use store::{Batch, StoreExt as _, Write};

/// The entities that a response refers to. Each is read at most once.
#[derive(Debug)]
pub struct Names<'a> {
    ctx: &'a Context<'a>,
    known: HashMap<u128, Option<Entity>>,
}

impl<'a> Names<'a> {
    /// Names that are looked up in the store.
    pub fn new(ctx: &'a Context<'a>) -> Self {
        Self { ctx, known: HashMap::new() }
    }

    /// Names that are looked up in the store, and in the entities that `batch` is about to write.
    pub fn with(ctx: &'a Context<'a>, batch: &Batch) -> Self {
        let mut names = Self::new(ctx);
        for write in &batch.writes {
            if let Write::Insert(entity) | Write::Replace { entity, .. } = write {
                names.known.insert(entity.id(), Some(entity.clone()));
            }
        }
        names
    }

    /// An entity; `None` when it does not exist any more.
    pub async fn entity<T: EntityRecord>(
        &mut self,
        id: Id<T>,
    ) -> Result<Option<std::sync::Arc<T>>, Denial> {
        if !self.known.contains_key(&id.as_u128()) {
            let found = self.ctx.store.by_id(id).await?.map(|found| found.record.into_entity());
            self.known.insert(id.as_u128(), found);
        }
        let known = self.known.get(&id.as_u128()).and_then(Option::as_ref);
        Ok(known.and_then(T::from_entity))
    }

    /// The public id of an entity; the internal id where it has no public one. `None` without an `id`.
    pub async fn of<T: EntityRecord>(
        &mut self,
        id: Option<Id<T>>,
    ) -> Result<Option<String>, Denial> {
        let Some(id) = id else { return Ok(None) };
        let found = self.entity(id).await?;
        let public_id = found.as_deref().and_then(EntityRecord::public_id).map(str::to_owned);
        Ok(Some(public_id.unwrap_or_else(|| id.to_string())))
    }
}
