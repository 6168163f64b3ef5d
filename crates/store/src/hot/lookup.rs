//! Decides what memory answers, and when it asks the store.
//!
//! - An uncertain key ([`super::uncertain`]) is read from the store.
//! - An entity in memory is the answer, with two exceptions where there are several writers. If the
//!   memory was not advanced for [`STALE_AFTER`], the store is asked first, and the memory is used
//!   only when the store cannot be reached. And a credential that seems to have expired is read
//!   again, because a use that is not published may have extended it.
//! - An entity that is not in memory does not exist, if a sole writer's memory is filled. Otherwise
//!   the store is asked. Where there are several writers, [`Bucket`] limits how often, and what the
//!   store did not find is remembered for [`MISSING_FOR`]. Beyond the limit the entity does not
//!   exist, provided that memory was advanced within [`MISSING_MAX_LAG`].
//! - "It does not exist" is never a guess, because callers take it as final. Where the store cannot
//!   be read, or memory lags and the rate limit is reached, the answer is
//!   [`StoreError::Unavailable`].

use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use base::Timestamp;
use domain::{Entity, Kind};

use super::Shared;
use super::figures::count;
use super::packed::{Put, bears};
use super::ready;
use crate::{Key, StoreError, Stored};

/// A memory that was last advanced longer ago than this is used only while the store is away.
pub(super) const STALE_AFTER: Duration = Duration::from_secs(10);
/// How long a name counts as missing. Some new names are not published.
const MISSING_FOR: Duration = Duration::from_secs(10);
/// A memory that was last advanced longer ago than this cannot say that something does not exist.
const MISSING_MAX_LAG: Duration = Duration::from_secs(1);
/// The interval between two reads of the same expired credential.
const EXPIRED_REREAD_INTERVAL: Duration = Duration::from_secs(1);
/// How long a read may take before memory answers instead.
const READ_TIMEOUT: Duration = Duration::from_secs(1);
/// After the store was away, it is not asked for this time where memory can answer instead.
const AWAY_PAUSE: Duration = Duration::from_secs(1);
/// Longer names are not remembered as missing. No valid name is so long.
const MAX_NAME_LENGTH: usize = 512;

enum Lookup {
    Known(Option<Stored>),
    /// Only the store knows.
    AskStore,
    /// The store is asked. If it is away, this is the answer.
    TryStore(Option<Stored>),
    /// The store cannot be asked, and memory does not know.
    Unknown,
}

fn unknown() -> StoreError {
    StoreError::Unavailable("it is not in memory, and the store cannot be asked".to_owned())
}

impl Shared {
    pub(super) async fn fetch(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        match self.lookup(key) {
            Lookup::Known(known) => Ok(known),
            Lookup::AskStore => self.read(key).await,
            Lookup::TryStore(known) => match self.unless_store_is_away(self.read(key)).await {
                Some(read) => read,
                None => known.map(Some).ok_or_else(unknown),
            },
            Lookup::Unknown => Err(unknown()),
        }
    }

    fn lookup(&self, key: &Key) -> Lookup {
        if self.uncertain.has(key) {
            return Lookup::AskStore;
        }
        let puts_ended = self.lookup_state.puts_ended.load(SeqCst);
        let Some(held) = self.packed.find(key) else {
            let settled = self.lookup_state.puts_begun.load(SeqCst) == puts_ended;
            return if settled { self.missing(key) } else { Lookup::AskStore };
        };
        if ready::name(key).is_some()
            && self.uncertain.has(&Key::Id(held.entity.kind(), held.entity.id()))
        {
            return Lookup::AskStore;
        }
        if !self.options.sole_writer {
            let now = self.options.clock.now();
            if self.is_stale(now) || self.seems_expired(&held, now) {
                return Lookup::TryStore(Some(held));
            }
        }
        count(&self.counters.hits);
        Lookup::Known(Some(held))
    }

    fn missing(&self, key: &Key) -> Lookup {
        let (sole, filled) = (self.options.sole_writer, self.is_filled());
        if sole {
            if filled || self.lookup_state.missing.get(key).is_some() {
                count(&self.counters.known_missing);
                return Lookup::Known(None);
            }
            return Lookup::AskStore;
        }
        if !filled {
            return Lookup::AskStore;
        }
        let now = self.options.clock.now();
        let follows = now.apart(self.followed.as_of()) <= MISSING_MAX_LAG;
        let missing_for = if follows { MISSING_FOR } else { MISSING_MAX_LAG };
        let since = self.lookup_state.missing.get(key);
        if since.is_some_and(|since| now.apart(since) < missing_for) {
            count(&self.counters.known_missing);
            return Lookup::Known(None);
        }
        if self.lookup_state.bucket.take(now) {
            return Lookup::TryStore(None);
        }
        count(&self.counters.refused);
        if follows { Lookup::Known(None) } else { Lookup::Unknown }
    }

    pub(super) fn is_stale(&self, now: Timestamp) -> bool {
        !self.options.sole_writer && now.apart(self.followed.as_of()) > STALE_AFTER
    }

    fn seems_expired(&self, held: &Stored, now: Timestamp) -> bool {
        let Entity::Credential(it) = &held.entity else { return false };
        if it.revoked.is_some() || it.expires_at.is_none_or(|end| end > now) {
            return false;
        }
        let seen = self.lookup_state.expired.get(&it.id.as_u128());
        if seen.is_some_and(|seen| now.apart(seen) < EXPIRED_REREAD_INTERVAL) {
            return false;
        }
        self.lookup_state.expired.insert(it.id.as_u128(), now);
        self.lookup_state.bucket.take(now)
    }

    /// The result of `read`; `None` where the store is away, or was away a moment ago.
    pub(super) async fn unless_store_is_away<T>(
        &self,
        read: impl Future<Output = Result<T, StoreError>>,
    ) -> Option<Result<T, StoreError>> {
        let (away, now) = (&self.lookup_state.away_until, self.options.clock.now());
        let until = away.load(SeqCst);
        let again = now.plus(AWAY_PAUSE).millis();
        // A later time than ever set is from before the clock was set back.
        if now.millis() < until && until <= again {
            return None;
        }
        // When the store may be back, only one of the waiting callers tries it.
        let first =
            until == i64::MIN || away.compare_exchange(until, again, SeqCst, SeqCst).is_ok();
        if !first {
            return None;
        }
        match tokio::time::timeout(READ_TIMEOUT, read).await {
            Err(_) | Ok(Err(StoreError::Unavailable(_))) => {
                away.store(again, SeqCst);
                None
            }
            Ok(read) => {
                away.store(i64::MIN, SeqCst);
                Some(read)
            }
        }
    }

    /// Reads from the store and keeps the result in memory.
    pub(super) async fn read(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        count(&self.counters.reads);
        let uncertain = self.uncertain.since(key);
        let held = self.held(key);
        let read = self.inner.fetch(key).await?;
        let newest = read.as_ref().and_then(|read| self.keep(key, read));
        if let (Some((kind, id)), None) = (held, &read) {
            self.packed.remove(kind, id, self.options.clock.now());
        }
        if let Some(uncertain) = uncertain {
            self.uncertain.settle(key, uncertain);
        } else if read.is_none() && ready::name(key).is_none_or(|it| it.len() <= MAX_NAME_LENGTH) {
            self.lookup_state.missing.insert(key.clone(), self.options.clock.now());
        }
        Ok(newest)
    }

    /// The entity that this identifier names in memory. Where a later read does not find it in the
    /// store, it was removed: it had been there, and no identifier is used twice.
    fn held(&self, key: &Key) -> Option<(Kind, u128)> {
        match key {
            Key::Id(kind, id) if self.packed.holds(*kind, *id) => Some((*kind, *id)),
            _ => None,
        }
    }

    /// The newer one of what was read and what memory holds; `None`: it was removed meanwhile.
    fn keep(&self, key: &Key, read: &Stored) -> Option<Stored> {
        let (kind, id) = (read.entity.kind(), read.entity.id());
        self.packed.put(read, Put::Used);
        let held = self.packed.by_id(kind, id);
        if held.is_none() && self.packed.is_removed(kind, id) {
            return None;
        }
        let newer = held.filter(|it| it.version > read.version && bears(&it.entity, key));
        Some(newer.unwrap_or_else(|| read.clone()))
    }

    /// Keeps entities that were read for another purpose.
    pub(super) fn keep_all(&self, read: &[Stored]) {
        read.iter().for_each(|it| self.packed.put(it, Put::Used));
    }
}
