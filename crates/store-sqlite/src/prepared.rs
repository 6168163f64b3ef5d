//! Batches prepared by the caller, so that the single writer only executes SQL.

use base::Timestamp;
use domain::{BudgetLimits, BudgetSubject, Entity, EventDraft, Kind, Refusal};
use store::{Batch, Effect, IdempotencyRecord, StoreError, Version, Write};

use crate::error::damaged;
use crate::event_month::EventMonth;

/// One prepared write.
pub(crate) enum Step {
    Insert { entity: Entity, body: String },
    Replace { entity: Entity, body: String, expected: Version },
    Remove { kind: Kind, id: u128, expected: Version },
    SpendBudget { subject: BudgetSubject, limits: BudgetLimits, now: Timestamp },
    RevokeToken { token: u128, until: Option<Timestamp>, now: Timestamp },
    SpendOnce { id: u128, until: Timestamp, now: Timestamp },
    TakeNumber,
    Remember(IdempotencyRecord),
}

/// A prepared batch.
pub(crate) struct Prepared {
    pub(crate) steps: Vec<Step>,
    pub(crate) events: Vec<EventRow>,
    /// What the change feed publishes ([`Effect::pack`]), if anything. Events are published in any
    /// case.
    pub(crate) effects: Option<Vec<u8>>,
}

/// An event without its sequence number.
pub(crate) struct EventRow {
    pub(crate) month: EventMonth,
    pub(crate) realm: String,
    pub(crate) target: String,
    pub(crate) request_id: Option<String>,
    pub(crate) actor: String,
    pub(crate) body: String,
}

/// A refusal without its number.
pub(crate) struct RefusalRow {
    pub(crate) refusal: Refusal,
    pub(crate) body: String,
}

impl Prepared {
    pub(crate) fn new(batch: Batch) -> Result<Self, StoreError> {
        Ok(Self {
            effects: batch.published().map(|effects| Effect::pack(&effects)),
            steps: batch.writes.into_iter().map(step).collect::<Result<_, _>>()?,
            events: batch.events.into_iter().map(event).collect::<Result<_, _>>()?,
        })
    }

    /// Whether it writes rows at once. A batch that only spends budgets does not: see
    /// `writer::budgets`.
    pub(crate) fn writes_rows(&self) -> bool {
        let is_row = |step: &Step| !matches!(step, Step::SpendBudget { .. });
        !self.events.is_empty() || self.steps.iter().any(is_row)
    }
}

fn step(write: Write) -> Result<Step, StoreError> {
    Ok(match write {
        Write::Insert(entity) => Step::Insert { body: body(&entity)?, entity },
        Write::Replace { entity, expected } => {
            Step::Replace { body: body(&entity)?, entity, expected }
        }
        Write::Remove { entity, expected } => {
            Step::Remove { kind: entity.kind(), id: entity.id(), expected }
        }
        Write::SpendBudget { subject, limits, now } => Step::SpendBudget { subject, limits, now },
        Write::RevokeToken { token, until, now } => Step::RevokeToken { token, until, now },
        Write::SpendOnce { id, until, now } => Step::SpendOnce { id, until, now },
        Write::TakeNumber => Step::TakeNumber,
        Write::Remember(answer) => Step::Remember(answer),
    })
}

fn body(entity: &Entity) -> Result<String, StoreError> {
    entity.to_json().map_err(damaged)
}

fn event(draft: EventDraft) -> Result<EventRow, StoreError> {
    Ok(EventRow {
        month: EventMonth::of(draft.at),
        realm: draft.realm.as_str().to_owned(),
        body: serde_json::to_string(&draft).map_err(damaged)?,
        actor: store::actor_key(&draft.origin.actor),
        target: draft.target.public_id,
        request_id: draft.origin.request_id,
    })
}

pub(crate) fn refusal(refusal: Refusal) -> Result<RefusalRow, StoreError> {
    Ok(RefusalRow { body: serde_json::to_string(&refusal).map_err(damaged)?, refusal })
}
