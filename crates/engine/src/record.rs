//! Two bounded buffers between requests and the store: uses of credentials, and refusals.
//!
//! Neither is on the way of a request: whoever drains them writes in batches. Both are finite: uses
//! coalesce per credential, refusals beyond the bound are dropped and counted, nameless ones first.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base::{Id, Timestamp};
use domain::{Credential, Refusal, Use};

/// The most credentials whose use waits to be written.
const MAX_USES: usize = 100_000;
/// The most refusals that wait to be written, of each class.
const MAX_REFUSALS: usize = 4_096;

/// Uses of credentials, coalesced.
#[derive(Debug, Default)]
pub struct UseLog(Mutex<HashMap<Id<Credential>, Noted>>);

#[derive(Clone, Copy, Debug)]
struct Noted {
    last_at: Timestamp,
    address: Option<IpAddr>,
    count: u64,
}

impl UseLog {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes one use.
    pub fn note(&self, credential: Id<Credential>, at: Timestamp, address: Option<IpAddr>) {
        let mut uses = lock(&self.0);
        let full = uses.len() >= MAX_USES;
        match uses.entry(credential) {
            Entry::Occupied(mut slot) => {
                let noted = slot.get_mut();
                noted.count += 1;
                noted.last_at = noted.last_at.max(at);
                noted.address = address;
            }
            Entry::Vacant(slot) if !full => {
                slot.insert(Noted { last_at: at, address, count: 1 });
            }
            Entry::Vacant(_) => {}
        }
    }

    /// Takes what was noted.
    pub fn drain(&self) -> Vec<Use> {
        let taken = std::mem::take(&mut *lock(&self.0));
        let uses = taken.into_iter().map(|(credential, noted)| Use {
            credential,
            last_at: noted.last_at,
            address: noted.address.map(|address| address.to_string()),
            count: noted.count,
        });
        uses.collect()
    }
}

/// Refusals waiting to be written.
#[derive(Debug, Default)]
pub struct RefusalLog(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    named: Vec<Refusal>,
    nameless: Vec<Refusal>,
    dropped: u64,
}

impl RefusalLog {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes one. Past the bound it is dropped: it was logged anyway.
    pub fn note(&self, refusal: Refusal) {
        let mut waiting = lock(&self.0);
        let class =
            if refusal.subject.is_some() { &mut waiting.named } else { &mut waiting.nameless };
        if class.len() < MAX_REFUSALS {
            class.push(refusal);
        } else {
            waiting.dropped += 1;
        }
    }

    /// Takes what was noted, and how many were dropped since the last time.
    pub fn drain(&self) -> (Vec<Refusal>, u64) {
        let waiting = std::mem::take(&mut *lock(&self.0));
        let mut refusals = waiting.named;
        refusals.extend(waiting.nameless);
        (refusals, waiting.dropped)
    }
}

/// What these buffers hold is good even where a holder of the lock panicked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
