//! The contents of the store in memory, and how a batch changes them.
//!
//! Invariant: a batch with a conflict changes nothing: each write returns how it is undone.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, VecDeque};

use base::Timestamp;
use domain::{BudgetState, Entity, Event, Kind, RealmName, Refusal, Use};

use super::notes::Refusals;
use crate::{
    Batch, CHANGES_KEPT, Change, Committed, Conflict, IdempotencyRecord, Key, Stored, Version,
    Write,
};

/// All contents.
#[derive(Default)]
pub(super) struct State {
    pub(super) entities: BTreeMap<(Kind, u128), Stored>,
    /// Identifiers by public id and handle.
    pub(super) names: HashMap<Key, u128>,
    pub(super) budgets: HashMap<u128, BudgetState>,
    pub(super) revoked_tokens: HashMap<u128, Option<Timestamp>>,
    /// What was used once, with the time until which the entry is kept.
    pub(super) spent: HashMap<u128, Timestamp>,
    pub(super) answers: HashMap<(RealmName, [u8; 32]), IdempotencyRecord>,
    pub(super) events: Vec<Event>,
    pub(super) sequence: u64,
    pub(super) changes: VecDeque<Change>,
    /// The number of the newest change that is no longer kept.
    pub(super) swept: u64,
    /// The next status index of each realm.
    pub(super) status_indexes: HashMap<RealmName, u32>,
    pub(super) uses: HashMap<u128, Use>,
    pub(super) refusals: Refusals,
}

/// How a write is undone.
enum Undo {
    Entity { kind: Kind, id: u128, before: Option<Stored>, noted: Option<Use> },
    Budget { subject: u128, before: Option<BudgetState> },
    Token { token: u128, before: Option<Option<Timestamp>> },
    Spent { id: u128, before: Option<Timestamp> },
    IdempotencyRecord { key: (RealmName, [u8; 32]), before: Option<IdempotencyRecord> },
}

impl State {
    pub(super) fn commit(&mut self, batch: Batch) -> Result<Committed, Conflict> {
        let mut committed = Committed::default();
        let published = batch.published();
        let mut undo = Vec::with_capacity(batch.writes.len());
        for (index, write) in batch.writes.into_iter().enumerate() {
            match self.apply(index, write, &mut committed) {
                Ok(step) => undo.extend(step),
                Err(conflict) => {
                    undo.into_iter().rev().for_each(|step| self.undo(step));
                    return Err(conflict);
                }
            }
        }
        for draft in batch.events {
            self.sequence += 1;
            self.events.push(Event { sequence: self.sequence, draft });
            committed.sequence = Some(self.sequence);
        }
        // A published change without events gets its own sequence number.
        if let Some(effects) = published {
            if committed.sequence.is_none() {
                self.sequence += 1;
            }
            self.publish(Change { sequence: self.sequence, effects });
        }
        Ok(committed)
    }

    fn publish(&mut self, change: Change) {
        if self.changes.len() >= CHANGES_KEPT
            && let Some(oldest) = self.changes.pop_front()
        {
            self.swept = oldest.sequence;
        }
        self.changes.push_back(change);
    }

    fn apply(
        &mut self,
        index: usize,
        write: Write,
        committed: &mut Committed,
    ) -> Result<Option<Undo>, Conflict> {
        match write {
            Write::Insert(entity) => {
                if self.entities.contains_key(&(entity.kind(), entity.id())) {
                    return Err(Conflict::Exists(entity.kind()));
                }
                self.put(entity, Version(1)).map(Some)
            }
            Write::Replace { entity, expected } => {
                match self.entities.get(&(entity.kind(), entity.id())) {
                    Some(stored) if stored.version == expected => {}
                    _ => return Err(Conflict::Changed(entity.kind())),
                }
                self.put(entity, Version(expected.0 + 1)).map(Some)
            }
            Write::Remove { entity, expected } => {
                let (kind, id) = (entity.kind(), entity.id());
                match self.entities.get(&(kind, id)) {
                    Some(stored) if stored.version == expected => {}
                    _ => return Err(Conflict::Changed(kind)),
                }
                let before = self.set(kind, id, None);
                let noted = if kind == Kind::Credential { self.uses.remove(&id) } else { None };
                Ok(Some(Undo::Entity { kind, id, before, noted }))
            }
            Write::SpendBudget { subject, limits, now } => {
                let subject = subject.as_u128();
                let before = self.budgets.get(&subject).copied();
                let after = before
                    .unwrap_or_default()
                    .spend(&limits, now)
                    .map_err(|state| Conflict::BudgetSpent { write: index, state })?;
                self.budgets.insert(subject, after);
                committed.budgets.push(after);
                Ok(Some(Undo::Budget { subject, before }))
            }
            Write::RevokeToken { token, until, now } => {
                self.revoked_tokens.retain(|_, until| until.is_none_or(|until| until > now));
                let before = self.revoked_tokens.get(&token).copied();
                self.revoked_tokens.insert(token, later(before, until));
                Ok(Some(Undo::Token { token, before }))
            }
            Write::SpendOnce { id, until, now } => {
                self.spent.retain(|_, until| *until > now);
                if self.spent.contains_key(&id) {
                    return Err(Conflict::Spent);
                }
                let before = self.spent.insert(id, until);
                Ok(Some(Undo::Spent { id, before }))
            }
            Write::TakeNumber => Ok(None),
            Write::Remember(answer) => {
                self.answers.retain(|_, old| old.until > answer.at);
                let key = (answer.realm.clone(), answer.key);
                if self.answers.contains_key(&key) {
                    return Err(Conflict::Answered);
                }
                let before = self.answers.insert(key.clone(), answer);
                Ok(Some(Undo::IdempotencyRecord { key, before }))
            }
        }
    }

    /// Stores an entity if its names are free or already its own.
    fn put(&mut self, entity: Entity, version: Version) -> Result<Undo, Conflict> {
        let (kind, id) = (entity.kind(), entity.id());
        let taken = |name: &Key| self.names.get(name).is_some_and(|holder| *holder != id);
        if names(&entity).iter().any(taken) {
            return Err(Conflict::Exists(kind));
        }
        let before = self.set(kind, id, Some(Stored { entity, version }));
        Ok(Undo::Entity { kind, id, before, noted: None })
    }

    fn undo(&mut self, step: Undo) {
        match step {
            Undo::Entity { kind, id, before, noted } => {
                self.set(kind, id, before);
                self.uses.extend(noted.map(|noted| (id, noted)));
            }
            Undo::Budget { subject, before } => restore(&mut self.budgets, subject, before),
            Undo::Token { token, before } => restore(&mut self.revoked_tokens, token, before),
            Undo::Spent { id, before } => restore(&mut self.spent, id, before),
            Undo::IdempotencyRecord { key, before } => restore(&mut self.answers, key, before),
        }
    }

    /// Sets or removes an entity together with its names.
    fn set(&mut self, kind: Kind, id: u128, stored: Option<Stored>) -> Option<Stored> {
        let before = self.entities.remove(&(kind, id));
        for name in before.iter().flat_map(|stored| names(&stored.entity)) {
            self.names.remove(&name);
        }
        if let Some(stored) = stored {
            self.names.extend(names(&stored.entity).into_iter().map(|name| (name, id)));
            self.entities.insert((kind, id), stored);
        }
        before
    }
}

fn names(entity: &Entity) -> Vec<Key> {
    let (kind, realm) = (entity.kind(), entity.realm());
    let public_id = entity.public_id().map(|id| Key::PublicId(kind, realm.clone(), id.into()));
    let handle = entity.handle().map(|it| Key::Handle(kind, realm.clone(), it.into()));
    public_id.into_iter().chain(handle).collect()
}

/// Of two revocations of one token, the one that is kept longer. The inner `None` means forever.
fn later(before: Option<Option<Timestamp>>, until: Option<Timestamp>) -> Option<Timestamp> {
    match (before, until) {
        (Some(before), Some(until)) => before.map(|before| before.max(until)),
        (_, until) => until,
    }
}

fn restore<K: std::hash::Hash + Eq, V>(map: &mut HashMap<K, V>, key: K, before: Option<V>) {
    match before {
        Some(before) => map.insert(key, before),
        None => map.remove(&key),
    };
}

/// Notes that no batch needs.
impl State {
    pub(super) fn record_uses(&mut self, uses: Vec<Use>) {
        let is_kept =
            |it: &Use| self.entities.contains_key(&(Kind::Credential, it.credential.as_u128()));
        let uses: Vec<Use> = uses.into_iter().filter(is_kept).collect();
        for new in uses {
            match self.uses.entry(new.credential.as_u128()) {
                Entry::Vacant(entry) => {
                    entry.insert(new);
                }
                Entry::Occupied(mut entry) => {
                    let noted = entry.get_mut();
                    noted.count = noted.count.saturating_add(new.count);
                    if new.last_at >= noted.last_at {
                        (noted.last_at, noted.address) = (new.last_at, new.address);
                    }
                }
            }
        }
    }

    pub(super) fn record_refusals(&mut self, refusals: Vec<Refusal>) {
        refusals.into_iter().for_each(|refusal| self.refusals.push(refusal));
    }
}
