//! The tokens that were revoked by themselves: usually few, so all of them are known.
//!
//! Invariant: once loaded the map holds every token whose revocation was acknowledged, and what has
//! expired is swept from it by the way, as stores do.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockWriteGuard};

use base::Timestamp;

use crate::{Store, StoreError};

/// A [`crate::Write::RevokeToken`].
#[derive(Debug)]
pub(super) struct Revocation {
    pub(super) token: u128,
    pub(super) until: Option<Timestamp>,
    pub(super) now: Timestamp,
}

/// Beyond so many they are read anew, or given up. 3 MiB.
const MOST: usize = 65_536;
/// What is read has room to grow, lest each revocation has it read anew.
const MOST_AT_FIRST: usize = MOST / 2;

#[derive(Debug, Default)]
pub(super) struct Revoked(RwLock<State>);

#[derive(Debug, Default)]
struct State {
    /// Counts what may have changed the set in the store.
    generation: u64,
    known: Known,
}

#[derive(Debug, Default)]
enum Known {
    /// Not yet, or not any more.
    #[default]
    Unread,
    All(HashMap<u128, Option<Timestamp>>),
    /// Too many to keep, or the store does not list them: each is asked for.
    Not,
}

impl Revoked {
    pub(super) async fn contains(
        &self,
        token: u128,
        store: &dyn Store,
    ) -> Result<bool, StoreError> {
        let as_of = {
            let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
            match &state.known {
                Known::All(tokens) => return Ok(tokens.contains_key(&token)),
                Known::Unread => Some(state.generation),
                Known::Not => None,
            }
        };
        let Some(as_of) = as_of else { return store.token_revoked(token).await };
        let Some(tokens) = store.revoked_tokens(MOST_AT_FIRST).await? else {
            self.write().known = Known::Not;
            return store.token_revoked(token).await;
        };
        let tokens: HashMap<u128, Option<Timestamp>> = tokens.into_iter().collect();
        let contained = tokens.contains_key(&token);
        let mut state = self.write();
        if state.generation == as_of {
            state.known = Known::All(tokens);
        }
        Ok(contained)
    }

    /// These were revoked.
    pub(super) fn add(&self, revoked: &[Revocation]) {
        let mut state = self.write();
        state.generation += 1;
        if let Known::All(tokens) = &mut state.known {
            for Revocation { token, until, now } in revoked {
                tokens.retain(|_, until| until.is_none_or(|until| until > *now));
                let kept = tokens.entry(*token).or_insert(*until);
                *kept = kept.zip(*until).map(|(one, other)| one.max(other));
            }
            if tokens.len() > MOST {
                state.known = Known::Unread;
            }
        }
    }

    /// Some may have been revoked.
    pub(super) fn forget(&self) {
        let mut state = self.write();
        state.generation += 1;
        if matches!(state.known, Known::All(_)) {
            state.known = Known::Unread;
        }
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
