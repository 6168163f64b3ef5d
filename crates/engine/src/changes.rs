//! The writes of a change that is being decided, and an event for each of them.

use std::sync::Arc;

use domain::{Actor, EntityRecord, EventDraft, Revocation, Target};
use serde_json::{Map, Value};
use store::{Batch, Loaded, Write};

use crate::{Context, Outcome};

/// The detail of an event: facts beside the action that help support. It holds no secret.
pub(crate) type Detail = Map<String, Value>;

/// Collects writes, and the events that record them.
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

    /// Adds a new entity and its event.
    pub(crate) fn insert<T: EntityRecord>(&mut self, record: &T, action: String, detail: Detail) {
        self.batch.writes.push(Write::Insert(Arc::new(record.clone()).into_entity()));
        self.add_event(record, action, detail);
    }

    /// Replaces an entity with a new state, and adds the event.
    pub(crate) fn replace<T: EntityRecord>(
        &mut self,
        loaded: &Loaded<T>,
        changed: &T,
        action: String,
        detail: Detail,
    ) {
        self.batch.writes.push(loaded.replace_with(changed.clone()));
        self.add_event(changed, action, detail);
    }

    /// Replaces an entity with a new state, and adds each of these events. Without an event nothing is
    /// written.
    pub(crate) fn replace_by<T: EntityRecord>(
        &mut self,
        loaded: &Loaded<T>,
        changed: &T,
        events: impl IntoIterator<Item = (String, Detail)>,
    ) {
        let mut events = events.into_iter();
        if let Some((action, detail)) = events.next() {
            self.replace(loaded, changed, action, detail);
        }
        for (action, detail) in events {
            self.add_event(changed, action, detail);
        }
    }

    /// Adds a write that needs no event of its own, if there is one.
    pub(crate) fn write(&mut self, write: Option<Write>) {
        self.batch.writes.extend(write);
    }

    /// Adds an event about a record.
    pub(crate) fn add_event<T: EntityRecord>(
        &mut self,
        record: &T,
        action: String,
        detail: Detail,
    ) {
        self.batch.events.push(event(self.ctx, self.actor.clone(), record, action, detail));
    }

    /// Adds the writes and events of another decision to the same batch.
    pub(crate) fn absorb(&mut self, other: Batch) {
        self.batch.writes.extend(other.writes);
        self.batch.events.extend(other.events);
    }

    /// The record of a revocation at this moment by the actor.
    pub(crate) fn revocation(&self, reason: Option<String>) -> Revocation {
        Revocation { at: self.ctx.now, by: self.actor.clone(), reason }
    }

    /// Returns the batch, with the reply to send after the commit.
    pub(crate) fn done<R>(self, reply: R) -> Outcome<R> {
        Outcome { batch: self.batch, reply }
    }
}

/// An event about a record.
pub(crate) fn event<T: EntityRecord>(
    ctx: &Context<'_>,
    actor: Actor,
    record: &T,
    action: String,
    detail: Detail,
) -> EventDraft {
    let id = record.id();
    EventDraft {
        realm: ctx.issuer.realm().clone(),
        at: ctx.now,
        action,
        target: Target {
            kind: T::KIND,
            id: id.as_u128(),
            public_id: record.public_id().map_or_else(|| id.to_string(), str::to_owned),
        },
        origin: ctx.by(actor),
        detail,
    }
}

/// An empty detail.
pub(crate) fn no_detail() -> Detail {
    Detail::new()
}

/// A detail with these members.
pub(crate) fn detail<const N: usize>(members: [(&str, Value); N]) -> Detail {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
