//! The tokens that were revoked by themselves: usually few, so all of them are known.
//!
//! Invariant: once loaded the set holds every token whose revocation was acknowledged. It may
//! still hold one that has expired and that the store has swept; that one is refused either way.

use std::collections::HashSet;
use std::sync::{PoisonError, RwLock, RwLockWriteGuard};

use crate::{Store, StoreError};

/// Beyond so many the set is read anew, without what was swept meanwhile. 2 MiB.
const MOST: usize = 65_536;
/// A set that is read has room to grow, lest each revocation has it read anew.
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
    All(HashSet<u128>),
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
                Known::All(tokens) => return Ok(tokens.contains(&token)),
                Known::Unread => Some(state.generation),
                Known::Not => None,
            }
        };
        let Some(as_of) = as_of else { return store.token_revoked(token).await };
        let Some(tokens) = store.revoked_tokens(MOST_AT_FIRST).await? else {
            self.write().known = Known::Not;
            return store.token_revoked(token).await;
        };
        let tokens: HashSet<u128> = tokens.into_iter().collect();
        let contained = tokens.contains(&token);
        let mut state = self.write();
        if state.generation == as_of {
            state.known = Known::All(tokens);
        }
        Ok(contained)
    }

    /// These were revoked.
    pub(super) fn add(&self, revoked: &[u128]) {
        let mut state = self.write();
        state.generation += 1;
        if let Known::All(tokens) = &mut state.known {
            tokens.extend(revoked);
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
