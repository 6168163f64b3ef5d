//! What is bad in a realm, as told by everything that is written or read: raw, each mark by itself.
//!
//! Invariant: a mark is what the newest version of its entity says. A change is noted once, and what
//! is told of a noted mark is what it is by then, so that whoever hears it late hears no less.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::Timestamp;
use domain::{CredentialKind, Entity, RealmName};
use status::{Gone, Mark, Marks, Snapshot};
use store::Watch;

use super::entity::{marks_of, of_credential};

/// What is bad in one realm.
#[derive(Debug, Default)]
pub struct Ledger {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    bad: Marks,
    noted: Noted,
    /// Client secrets that stop by themselves, by when: an older one may have been let end after
    /// tokens were minted from it.
    ending: BTreeSet<(Timestamp, Mark)>,
    /// One more than the largest place that was seen.
    status_indexes: u32,
    /// Rises with every change.
    changes: u64,
}

/// What became another since it was asked for last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// The marks, each with when it does not matter any more if it is bad (seconds since the Unix
    /// epoch).
    pub marks: BTreeMap<Mark, Option<i64>>,
    /// Whether a signing key is another.
    pub keys: bool,
}

impl Noted {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty() && !self.keys
    }

    /// Adds what is in `other`.
    pub fn absorb(&mut self, other: Self) {
        self.marks.extend(other.marks);
        self.keys |= other.keys;
    }
}

impl Ledger {
    /// Takes in an entity of this realm as it is now.
    pub fn entity(&self, entity: &Entity) {
        let marks = marks_of(entity);
        // What was taken back stays so: word of it that comes late does not make it good again.
        let is_final = matches!(entity, Entity::Grant(_) | Entity::Credential(_));
        let mut state = self.state();
        for (mark, bad) in marks {
            state.see(mark);
            if bad || !is_final {
                state.put(mark, bad);
            }
        }
        match entity {
            Entity::SigningKey(_) => state.noted.keys = true,
            Entity::Credential(it) if it.kind() == CredentialKind::ClientSecret => {
                if let (Some(at), None) = (it.expires_at, &it.revoked) {
                    state.ending.insert((at, of_credential(it)));
                }
            }
            _ => {}
        }
    }

    /// Takes in that an access token was revoked by itself.
    pub fn token(&self, token: u128, until: Option<Timestamp>) {
        // Whoever holds it may forget it then, and not a moment sooner.
        let until = until.map(|until| until.seconds().saturating_add(1));
        let (mut state, mark) = (self.state(), Mark::id(token));
        if !state.bad.contains(mark) {
            state.bad.set(mark, until);
            state.note(mark, until);
        }
    }

    /// What became another since this was asked last.
    pub fn take(&self) -> Noted {
        std::mem::take(&mut self.state().noted)
    }

    /// Gives back what was taken and not told.
    pub fn restore(&self, noted: Noted) {
        self.state().noted.absorb(noted);
    }

    /// What the time brings: forgets what is over, and notes what ended by itself. Whether anything
    /// did: no commit tells of that, so it has no sequence number of its own.
    pub fn tick(&self, now: Timestamp) -> bool {
        let mut state = self.state();
        state.bad.expire(now);
        let before = state.changes;
        while let Some((at, mark)) = state.ending.first().copied().filter(|(at, _)| *at <= now) {
            state.ending.remove(&(at, mark));
            state.put(mark, true);
        }
        state.changes != before
    }

    /// What these marks are now: those that are bad, and those that are good.
    pub fn tell(&self, noted: &Noted) -> (Vec<Gone>, Vec<Mark>) {
        let state = self.state();
        let mut changed = (Vec::new(), Vec::new());
        for (mark, until) in &noted.marks {
            if state.bad.contains(*mark) {
                changed.0.push(Gone { mark: *mark, until: *until });
            } else {
                changed.1.push(*mark);
            }
        }
        changed
    }

    /// Whether a mark is bad.
    pub fn is_bad(&self, mark: Mark) -> bool {
        self.state().bad.contains(mark)
    }

    /// Everything that is bad, to go on from `sequence`: read that before.
    pub fn snapshot(&self, iss: &str, sequence: u64, as_of: Timestamp) -> Snapshot {
        Snapshot::of(&self.bad(), iss, sequence, as_of.millis())
    }

    /// One more than the largest place that was seen.
    pub fn status_indexes(&self) -> u32 {
        self.state().status_indexes
    }

    /// Rises whenever anything becomes another.
    pub fn changes(&self) -> u64 {
        self.state().changes
    }

    /// A copy of what is bad.
    pub fn bad(&self) -> Marks {
        self.state().bad.clone()
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

    fn put(&mut self, mark: Mark, bad: bool) {
        if self.bad.contains(mark) == bad {
            return;
        }
        if bad {
            self.bad.set(mark, None);
        } else {
            self.bad.clear(mark);
        }
        self.note(mark, None);
    }

    fn note(&mut self, mark: Mark, until: Option<i64>) {
        self.noted.marks.insert(mark, until);
        self.changes += 1;
    }
}

/// The ledgers of all realms of a process: what the store's memory tells of its entities.
#[derive(Debug, Default)]
pub struct Ledgers(BTreeMap<RealmName, Arc<Ledger>>);

impl Ledgers {
    /// These.
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

    fn token(&self, token: u128, until: Option<Timestamp>) {
        // A token is known by its number alone, which no two realms share.
        for ledger in self.0.values() {
            ledger.token(token, until);
        }
    }
}
