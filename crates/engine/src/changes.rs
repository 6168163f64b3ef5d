//! A change in the making: its writes, and an event for each.

use std::sync::Arc;

use domain::{Actor, EntityRecord, EventDraft, Revocation, Target};
use serde_json::{Map, Value};
use store::{Batch, Loaded, Write};

use crate::{Context, Outcome};

/// What support may want to know beside the action; never a secret.
pub(crate) type Detail = Map<String, Value>;

/// Collects writes together with the events that tell of them.
#[derive(Debug)]
pub(crate) struct Changes<'a> {
    ctx: &'a Context<'a>,
    actor: &'a Actor,
    batch: Batch,
}

impl<'a> Changes<'a> {
    pub(crate) fn new(ctx: &'a Context<'a>, actor: &'a Actor) -> Self {
        Self { ctx, actor, batch: Batch::new() }
    }

    /// A new entity.
    pub(crate) fn insert<T: EntityRecord>(&mut self, record: &T, action: String, detail: Detail) {
        self.batch.writes.push(Write::Insert(Arc::new(record.clone()).into_entity()));
        self.tell(record, action, detail);
    }

    /// A new state of an entity.
    pub(crate) fn replace<T: EntityRecord>(
        &mut self,
        loaded: &Loaded<T>,
        changed: &T,
        action: String,
        detail: Detail,
    ) {
        self.batch.writes.push(loaded.replace_with(changed.clone()));
        self.tell(changed, action, detail);
    }

    fn tell<T: EntityRecord>(&mut self, record: &T, action: String, detail: Detail) {
        let id = record.id();
        self.batch.events.push(EventDraft {
            realm: self.ctx.issuer.realm().clone(),
            at: self.ctx.now,
            action,
            target: Target {
                kind: T::KIND,
                id: id.as_u128(),
                public_id: record.public_id().map_or_else(|| id.to_string(), str::to_owned),
            },
            origin: self.ctx.by(self.actor.clone()),
            detail,
        });
    }

    /// The writes and events of another decision, in the same breath.
    pub(crate) fn absorb(&mut self, other: Batch) {
        self.batch.writes.extend(other.writes);
        self.batch.events.extend(other.events);
    }

    /// The mark of having been taken back now.
    pub(crate) fn revocation(&self, reason: Option<String>) -> Revocation {
        Revocation { at: self.ctx.now, by: self.actor.clone(), reason }
    }

    /// The whole, with the answer to give once it is written.
    pub(crate) fn done<R>(self, reply: R) -> Outcome<R> {
        Outcome { batch: self.batch, reply }
    }
}

/// An empty detail.
pub(crate) fn nothing() -> Detail {
    Detail::new()
}

/// A detail of one or more members.
pub(crate) fn detail<const N: usize>(members: [(&str, Value); N]) -> Detail {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
