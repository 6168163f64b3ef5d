//! The revoked marks of a realm, collected from every entity that is written or read. Each mark is
//! by itself, without what depends on it.
//!
//! Invariant: a mark has the state of the newest version of its entity. A change is noted once.
//! When a noted mark is published, it is published with its state at that moment, so a late reader
//! misses nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::Timestamp;
use domain::{CredentialKind, Entity, RealmName};
use status::{Mark, Marks, RevokedMark, Snapshot};
use store::Watch;

use super::entity::{marks_of, of_credential};

/// The revoked marks of one realm.
#[derive(Debug, Default)]
pub struct Ledger {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    revoked: Marks,
    noted: LedgerChanges,
    /// Client secrets that expire, by time. An older secret may get an expiry after tokens were
    /// minted from it.
    expiring: BTreeSet<(Timestamp, Mark)>,
    /// One more than the largest status index that was seen.
    status_indexes: u32,
    /// A counter that rises with every change.
    changes: u64,
}

/// What changed since the last call of [`Ledger::take`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerChanges {
    /// The marks that changed. A revoked mark has the time when it no longer matters, if there is
    /// one (seconds since the Unix epoch).
    pub marks: BTreeMap<Mark, Option<i64>>,
    /// Whether a signing key changed.
    pub keys: bool,
}

impl LedgerChanges {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty() && !self.keys
    }

    /// Adds the changes in `other`.
    pub fn absorb(&mut self, other: Self) {
        self.marks.extend(other.marks);
        self.keys |= other.keys;
    }
}

impl Ledger {
    /// Records an entity of this realm in its present version.
    pub fn entity(&self, entity: &Entity) {
        let marks = marks_of(entity);
        // A revoked grant or credential stays revoked: a late, older version does not make it
        // active again.
        let is_final = matches!(entity, Entity::Grant(_) | Entity::Credential(_));
        let mut state = self.state();
        for (mark, revoked) in marks {
            state.see(mark);
            if revoked || !is_final {
                state.set(mark, revoked);
            }
        }
        match entity {
            Entity::SigningKey(_) => state.noted.keys = true,
            Entity::Credential(it) if it.kind() == CredentialKind::ClientSecret => {
                if let (Some(at), None) = (it.expires_at, &it.revoked) {
                    state.expiring.insert((at, of_credential(it)));
                }
            }
            _ => {}
        }
    }

    /// Records that an entity of this realm was removed. That is done when no token depends on it any
    /// more, so that nobody needs to hear of it.
    pub fn removed(&self, entity: &Entity) {
        if let Entity::Grant(_) | Entity::Credential(_) = entity {
            let mut state = self.state();
            marks_of(entity).into_iter().for_each(|(mark, _)| state.revoked.clear(mark));
        }
    }

    /// Records that an access token was revoked by itself. `until` is when it expires.
    pub fn token(&self, token: u128, until: Option<Timestamp>) {
        // One second is added, because seconds are rounded down: the mark must not be forgotten too
        // early.
        let until = until.map(|until| until.seconds().saturating_add(1));
        let (mut state, mark) = (self.state(), Mark::id(token));
        if !state.revoked.contains(mark) {
            state.revoked.set(mark, until);
            state.note(mark, until);
        }
    }

    /// Returns what changed since the last call.
    pub fn take(&self) -> LedgerChanges {
        std::mem::take(&mut self.state().noted)
    }

    /// Puts back changes that were taken and not published.
    pub fn restore(&self, noted: LedgerChanges) {
        self.state().noted.absorb(noted);
    }

    /// Applies the passing of time: forgets expired marks, and notes client secrets that have
    /// expired. Returns whether anything changed. No commit caused such a change, so it has no
    /// sequence number.
    pub fn tick(&self, now: Timestamp) -> bool {
        let mut state = self.state();
        state.revoked.expire(now);
        let before = state.changes;
        while let Some((at, mark)) = state.expiring.first().copied().filter(|(at, _)| *at <= now) {
            state.expiring.remove(&(at, mark));
            state.set(mark, true);
        }
        state.changes != before
    }

    /// The present state of these marks: the revoked ones, and the active ones.
    pub fn states(&self, noted: &LedgerChanges) -> (Vec<RevokedMark>, Vec<Mark>) {
        let state = self.state();
        let mut changed = (Vec::new(), Vec::new());
        for (mark, until) in &noted.marks {
            if state.revoked.contains(*mark) {
                changed.0.push(RevokedMark { mark: *mark, until: *until });
            } else {
                changed.1.push(*mark);
            }
        }
        changed
    }

    /// Whether a mark is revoked.
    pub fn is_revoked(&self, mark: Mark) -> bool {
        self.state().revoked.contains(mark)
    }

    /// A snapshot of all revoked marks. Readers continue from `sequence`, which must be read before
    /// this call.
    pub fn snapshot(&self, iss: &str, sequence: u64, as_of: Timestamp) -> Snapshot {
        Snapshot::of(&self.revoked(), iss, sequence, as_of.millis())
    }

    /// One more than the largest status index that was seen.
    pub fn status_indexes(&self) -> u32 {
        self.state().status_indexes
    }

    /// A counter that rises with every change.
    pub fn changes(&self) -> u64 {
        self.state().changes
    }

    /// A copy of the revoked marks.
    pub fn revoked(&self) -> Marks {
        self.state().revoked.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn see(&mut self, mark: Mark) {
        if let Some(status_index) = mark.as_status_index() {
            self.status_indexes = self.status_indexes.max(status_index.saturating_add(1));
        }
    }

    fn set(&mut self, mark: Mark, revoked: bool) {
        if self.revoked.contains(mark) == revoked {
            return;
        }
        if revoked {
            self.revoked.set(mark, None);
        } else {
            self.revoked.clear(mark);
        }
        self.note(mark, None);
    }

    fn note(&mut self, mark: Mark, until: Option<i64>) {
        self.noted.marks.insert(mark, until);
        self.changes += 1;
    }
}

/// The ledgers of all realms of a process. They watch the entities of the store's memory.
#[derive(Debug, Default)]
pub struct Ledgers(BTreeMap<RealmName, Arc<Ledger>>);

impl Ledgers {
    /// Makes a set of these ledgers.
    pub fn new(ledgers: impl IntoIterator<Item = (RealmName, Arc<Ledger>)>) -> Self {
        Self(ledgers.into_iter().collect())
    }
}

impl Watch for Ledgers {
    fn entity(&self, entity: &Entity) {
        if let Some(ledger) = self.0.get(entity.realm()) {
            ledger.entity(entity);
        }
    }

    fn removed(&self, entity: &Entity) {
        if let Some(ledger) = self.0.get(entity.realm()) {
            ledger.removed(entity);
        }
    }

    fn token(&self, token: u128, until: Option<Timestamp>) {
        // A token is known by its number alone, and the numbers are unique across realms.
        for ledger in self.0.values() {
            ledger.token(token, until);
        }
    }
}
