//! What memory answers by itself, and when it asks the store.
//!
//! - What is in doubt ([`super::doubt`]) is asked.
//! - What is held is the answer. With several writers, when nobody followed them for
//!   [`STALE_AFTER`], the store is asked first, and held is what counts only if it cannot be reached;
//!   and a credential that seems to have expired is looked at again, since its time may have been
//!   extended by a use that the feed does not tell of.
//! - What is not held does not exist where a sole writer's memory is filled. Otherwise the store is
//!   asked; with several writers not more often than [`Bucket`] says, and what it did not find is
//!   remembered for [`MISSING_FOR`]. Beyond the bucket it does not exist, as far as memory was followed
//!   within [`CLOSE`].
//! - "There is none" is never a guess of a node in the dark, since callers take it for final: where the
//!   store cannot be read, or memory lags and the bucket is empty, the answer is that nobody knows
//!   ([`StoreError::Unavailable`]).

use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use base::Timestamp;
use domain::Entity;

use super::Shared;
use super::figures::count;
use super::packed::{Put, bears};
use super::ready;
use crate::{Key, StoreError, Stored};

/// Memory that was followed longer ago than this is believed only while the store is away.
pub(super) const STALE_AFTER: Duration = Duration::from_secs(10);
/// How long a name counts as missing: some that appear elsewhere are not told of.
const MISSING_FOR: Duration = Duration::from_secs(10);
/// Memory that was followed longer ago than this cannot say that something does not exist.
const CLOSE: Duration = Duration::from_secs(1);
/// How often a credential that has expired is looked at again.
const EXPIRED_EVERY: Duration = Duration::from_secs(1);
/// How long a read may take that memory could stand in for.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long nobody tries to read what memory can stand in for, once the store was away.
const AWAY_FOR: Duration = Duration::from_secs(1);
/// A longer name is no honest one, and is not remembered.
const LONGEST_NAME: usize = 512;

enum Look {
    Known(Option<Stored>),
    /// Only the store can tell.
    Ask,
    /// The store; if it is away, what is held.
    Try(Option<Stored>),
    /// Nobody can tell.
    Unknown,
}

fn unknown() -> StoreError {
    StoreError::Unavailable("it is not in memory, and the store cannot be asked".to_owned())
}

impl Shared {
    pub(super) async fn fetch(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        match self.look(key) {
            Look::Known(known) => Ok(known),
            Look::Ask => self.read(key).await,
            Look::Try(known) => match self.unless_away(self.read(key)).await {
                Some(read) => read,
                None => known.map(Some).ok_or_else(unknown),
            },
            Look::Unknown => Err(unknown()),
        }
    }

    fn look(&self, key: &Key) -> Look {
        if self.doubts.has(key) {
            return Look::Ask;
        }
        let ended = self.manner.ended.load(SeqCst);
        let Some(held) = self.packed.find(key) else {
            let settled = self.manner.begun.load(SeqCst) == ended;
            return if settled { self.missing(key) } else { Look::Ask };
        };
        if ready::name(key).is_some()
            && self.doubts.has(&Key::Id(held.entity.kind(), held.entity.id()))
        {
            return Look::Ask;
        }
        if !self.options.sole_writer {
            let now = self.options.clock.now();
            if self.is_stale(now) || self.seems_expired(&held, now) {
                return Look::Try(Some(held));
            }
        }
        count(&self.counters.hits);
        Look::Known(Some(held))
    }

    fn missing(&self, key: &Key) -> Look {
        let (sole, filled) = (self.options.sole_writer, self.is_filled());
        if sole {
            if filled || self.manner.missing.get(key).is_some() {
                count(&self.counters.known_missing);
                return Look::Known(None);
            }
            return Look::Ask;
        }
        if !filled {
            return Look::Ask;
        }
        let now = self.options.clock.now();
        let follows = now.apart(self.followed.as_of()) <= CLOSE;
        let good_for = if follows { MISSING_FOR } else { CLOSE };
        let since = self.manner.missing.get(key);
        if since.is_some_and(|since| now.apart(since) < good_for) {
            count(&self.counters.known_missing);
            return Look::Known(None);
        }
        if self.manner.bucket.take(now) {
            return Look::Try(None);
        }
        count(&self.counters.refused);
        if follows { Look::Known(None) } else { Look::Unknown }
    }

    pub(super) fn is_stale(&self, now: Timestamp) -> bool {
        !self.options.sole_writer && now.apart(self.followed.as_of()) > STALE_AFTER
    }

    fn seems_expired(&self, held: &Stored, now: Timestamp) -> bool {
        let Entity::Credential(it) = &held.entity else { return false };
        if it.revoked.is_some() || it.expires_at.is_none_or(|end| end > now) {
            return false;
        }
        let seen = self.manner.expired.get(&it.id.as_u128());
        if seen.is_some_and(|seen| now.apart(seen) < EXPIRED_EVERY) {
            return false;
        }
        self.manner.expired.insert(it.id.as_u128(), now);
        self.manner.bucket.take(now)
    }

    /// What `read` gives; `None` where the store is away, or was a moment ago.
    pub(super) async fn unless_away<T>(
        &self,
        read: impl Future<Output = Result<T, StoreError>>,
    ) -> Option<Result<T, StoreError>> {
        let (away, now) = (&self.manner.away_until, self.options.clock.now());
        let until = away.load(SeqCst);
        let again = now.plus(AWAY_FOR).millis();
        // Further off than it is ever put, it is from before the clock was set back.
        if now.millis() < until && until <= again {
            return None;
        }
        // Of all that come once it may be back, one tries.
        let first =
            until == i64::MIN || away.compare_exchange(until, again, SeqCst, SeqCst).is_ok();
        if !first {
            return None;
        }
        match tokio::time::timeout(PATIENCE, read).await {
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

    /// Asks the store, and keeps what it says.
    pub(super) async fn read(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        count(&self.counters.reads);
        let doubt = self.doubts.since(key);
        let read = self.inner.fetch(key).await?;
        let newest = read.as_ref().map(|read| self.keep(key, read));
        if let Some(doubt) = doubt {
            self.doubts.settle(key, doubt);
        } else if read.is_none() && ready::name(key).is_none_or(|it| it.len() <= LONGEST_NAME) {
            self.manner.missing.insert(key.clone(), self.options.clock.now());
        }
        Ok(newest)
    }

    /// Of what was read and what memory knows, the newer.
    fn keep(&self, key: &Key, read: &Stored) -> Stored {
        self.packed.put(read, Put::Used);
        let held = self.packed.by_id(read.entity.kind(), read.entity.id());
        let newer = held.filter(|it| it.version > read.version && bears(&it.entity, key));
        newer.unwrap_or_else(|| read.clone())
    }

    /// Takes in what was read by the way.
    pub(super) fn keep_all(&self, read: &[Stored]) {
        read.iter().for_each(|it| self.packed.put(it, Put::Used));
    }
}
