//! Two bounded buffers between requests and the store: uses of credentials, and refusals.
//!
//! No request waits for them: a background task drains them and writes in batches. Uses are merged
//! per credential. Refusals beyond the bound are dropped and counted; those without a subject have
//! the smaller bound.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base::{Id, Timestamp};
use domain::{Credential, Refusal, Use};

/// The most credentials whose uses wait to be written.
const MAX_USES: usize = 100_000;
/// The most refusals with a subject that wait to be written.
const MAX_NAMED: usize = 4_096;
/// The most refusals without a subject that wait: a flood of them must not slow the one writer.
const MAX_NAMELESS: usize = 512;
/// The most refusals of one subject that keep their subject, per minute.
const MAX_OF_ONE: u32 = 100;
/// The most subjects that are counted in a minute. Refusals of further subjects lose their subject.
const MAX_NAMES: usize = 10_000;

/// Uses of credentials, merged per credential.
#[derive(Debug, Default)]
pub struct UseLog(Mutex<HashMap<Id<Credential>, MergedUse>>);

#[derive(Clone, Copy, Debug)]
struct MergedUse {
    last_at: Timestamp,
    address: Option<IpAddr>,
    count: u64,
}

impl UseLog {
    /// Makes an empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes one use. When the buffer is full, the use of a credential that is not in it is
    /// dropped.
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
                slot.insert(MergedUse { last_at: at, address, count: 1 });
            }
            Entry::Vacant(_) => {}
        }
    }

    /// Takes all uses out of the buffer.
    pub fn drain(&self) -> Vec<Use> {
        std::mem::take(&mut *lock(&self.0)).into_iter().map(use_of).collect()
    }

    /// Takes the uses of at most `most` credentials out of the buffer. The others stay.
    pub fn drain_some(&self, most: usize) -> Vec<Use> {
        lock(&self.0).extract_if(|_, _| true).take(most).map(use_of).collect()
    }

    /// The number of credentials in the buffer.
    pub fn len(&self) -> usize {
        lock(&self.0).len()
    }

    /// Whether the buffer is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn use_of((credential, noted): (Id<Credential>, MergedUse)) -> Use {
    Use {
        credential,
        last_at: noted.last_at,
        address: noted.address.map(|address| address.to_string()),
        count: noted.count,
    }
}

/// Refusals that wait to be written.
///
/// An attacker who knows a client's id can cause any number of refusals of this client. They must
/// not push out the refusals of other clients: after 100 in a minute, further ones lose their
/// subject. They are found by their request id alone, and share the bound of refusals without a
/// subject.
#[derive(Debug, Default)]
pub struct RefusalLog(Mutex<Waiting>, Mutex<Minute>);

/// The number of refusals of each subject in the current minute.
#[derive(Debug, Default)]
struct Minute {
    number: i64,
    names: HashMap<String, u32>,
}

impl Minute {
    /// Counts one refusal of `subject` at `at`. Returns whether the refusal keeps its subject.
    fn admits(&mut self, subject: &str, at: Timestamp) -> bool {
        let number = at.millis().div_euclid(60_000);
        if number != self.number {
            *self = Self { number, names: HashMap::new() };
        }
        if let Some(count) = self.names.get_mut(subject) {
            *count = count.saturating_add(1);
            return *count <= MAX_OF_ONE;
        }
        let room = self.names.len() < MAX_NAMES;
        if room {
            self.names.insert(subject.to_owned(), 1);
        }
        room
    }
}

#[derive(Debug, Default)]
struct Waiting {
    named: Vec<Refusal>,
    nameless: Vec<Refusal>,
    dropped: u64,
}

impl RefusalLog {
    /// Makes an empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes one refusal. Beyond the bound it is dropped and counted.
    pub fn note(&self, refusal: Refusal) {
        let named = self.keeps_name(&refusal);
        self.keep(refusal, named);
    }

    /// Whether a refusal keeps its subject. It counts the refusal, so it is called once for each.
    pub fn keeps_name(&self, refusal: &Refusal) -> bool {
        let admits = |subject: &String| lock(&self.1).admits(subject, refusal.at);
        refusal.subject.as_ref().is_some_and(admits)
    }

    /// As [`RefusalLog::note`], where [`RefusalLog::keeps_name`] has said whether the refusal keeps its subject.
    pub fn keep(&self, mut refusal: Refusal, named: bool) {
        refusal.subject = refusal.subject.filter(|_| named);
        let mut waiting = lock(&self.0);
        let (class, most) = match refusal.subject {
            Some(_) => (&mut waiting.named, MAX_NAMED),
            None => (&mut waiting.nameless, MAX_NAMELESS),
        };
        if class.len() < most {
            class.push(refusal);
        } else {
            waiting.dropped += 1;
        }
    }

    /// Takes all refusals, and the number of those dropped since the last call.
    pub fn drain(&self) -> (Vec<Refusal>, u64) {
        let waiting = std::mem::take(&mut *lock(&self.0));
        let mut refusals = waiting.named;
        refusals.extend(waiting.nameless);
        (refusals, waiting.dropped)
    }
}

/// Locks a buffer. Its content stays consistent even where a thread panicked while it held the
/// lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(subject: &str, seconds: i64) -> Refusal {
        Refusal {
            request_id: "r".into(),
            realm: "test".parse().unwrap(),
            at: Timestamp::from_seconds(seconds),
            request: "POST /token".into(),
            problem: "invalid_client".into(),
            reason: "secret_mismatch".into(),
            explanation: "the secret is wrong".into(),
            subject: Some(subject.into()),
            address: None,
        }
    }

    #[test]
    fn what_is_taken_little_by_little_is_taken_once() {
        let (log, now) = (UseLog::new(), Timestamp::EPOCH);
        (0..10).for_each(|id| log.note(Id::from_u128(id), now, None));
        let some = log.drain_some(3);
        assert_eq!((some.len(), log.len()), (3, 7));
        let mut all: Vec<u128> =
            some.iter().chain(&log.drain()).map(|it| it.credential.as_u128()).collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..10) && log.is_empty());
    }

    #[test]
    fn a_flood_in_one_name_does_not_push_out_what_is_kept_of_others() {
        let log = RefusalLog::new();
        for _ in 0..10 * MAX_OF_ONE {
            log.note(refusal("client_1", 0));
        }
        log.note(refusal("client_2", 59));
        log.note(refusal("client_1", 60));
        let (kept, dropped) = log.drain();
        let named =
            |name: &str| kept.iter().filter(|it| it.subject.as_deref() == Some(name)).count();
        assert_eq!((named("client_1"), named("client_2")), (MAX_OF_ONE as usize + 1, 1));
        let nameless = 9 * MAX_OF_ONE as usize;
        assert_eq!(kept.len(), MAX_OF_ONE as usize + 2 + MAX_NAMELESS);
        assert_eq!(dropped, (nameless - MAX_NAMELESS) as u64);
    }
}
