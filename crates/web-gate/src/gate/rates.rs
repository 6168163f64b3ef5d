//! How often a credential, and an organization, may call: a leaky bucket each (the generic cell rate
//! algorithm), told as the RateLimit headers of the IETF's HTTPAPI group.
//!
//! Both limits are looked at before either is spent, under both locks, so that a request refused by
//! the one costs nothing of the other. (`governor`, else the crate for this, can only check by
//! spending.) Limits are per process. Only what was found good has a bucket, so nobody fills this
//! memory with strings of their own; beyond the cap, what is new shares one bucket.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::fmt::Write as _;
use std::hash::BuildHasher as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::HeaderValue;
use base::Timestamp;

use super::Rate;

const SHARDS: usize = 16;
/// The most buckets of a shard: a million of all, in some 40 MiB.
const MOST: usize = 65_536;
/// The bucket of all that find no room.
const SHARED: u128 = 0;
const CREDENTIAL: &str = "credential";
const ORGANIZATION: &str = "organization";

/// The limits of a gate.
#[derive(Debug)]
pub(super) struct Rates {
    credential: Option<Limiter>,
    organization: Option<Limiter>,
    /// The `RateLimit-Policy`.
    pub(super) policy: Option<HeaderValue>,
}

/// What came of one request.
#[derive(Debug)]
pub(super) struct Counted {
    /// The `RateLimit`.
    pub(super) left: Option<HeaderValue>,
    /// Whose limit is reached, and for how many seconds.
    pub(super) reached: Option<(&'static str, u64)>,
}

impl Rates {
    /// `None` where a rate lets nothing through, or has no length.
    pub(super) fn new(credential: Option<Rate>, organization: Option<Rate>) -> Option<Self> {
        let limiter = |rate: Option<Rate>| rate.map(|it| Limiter::new(it).ok_or(())).transpose();
        let mut policy = String::new();
        for (name, rate) in [(CREDENTIAL, credential), (ORGANIZATION, organization)] {
            let Some(Rate { requests, window }) = rate else { continue };
            let comma = if policy.is_empty() { "" } else { ", " };
            let _ = write!(policy, "{comma}\"{name}\";q={requests};w={}", rounded_up(window));
        }
        Some(Self {
            credential: limiter(credential).ok()?,
            organization: limiter(organization).ok()?,
            policy: HeaderValue::try_from(policy).ok().filter(|it| !it.is_empty()),
        })
    }

    /// Counts a request where both limits let it through, and neither where one does not. Where not
    /// `spend`, it only looks.
    pub(super) fn count(
        &self,
        (credential, organization): (u128, Option<u128>),
        now: Timestamp,
        spend: bool,
    ) -> Counted {
        let now = nanos(now);
        let mut of_credential = self.credential.as_ref().map(|it| it.bucket(credential, now));
        let of_organization = self.organization.as_ref().zip(organization);
        let mut of_organization = of_organization.map(|(it, key)| it.bucket(key, now));
        let mut reached: Option<(&'static str, u64)> = None;
        let both = [(CREDENTIAL, &of_credential), (ORGANIZATION, &of_organization)];
        for (name, bucket) in both {
            let wait = bucket.as_ref().map_or(0, Bucket::wait);
            if wait > reached.map_or(0, |(_, most)| most) {
                reached = Some((name, wait));
            }
        }
        if reached.is_none() && spend {
            of_credential.iter_mut().for_each(Bucket::spend);
            of_organization.iter_mut().for_each(Bucket::spend);
        }
        let mut left = String::new();
        for (name, bucket) in [(CREDENTIAL, &of_credential), (ORGANIZATION, &of_organization)] {
            let Some(bucket) = bucket else { continue };
            let comma = if left.is_empty() { "" } else { ", " };
            let (remaining, resets_in) = bucket.left();
            let _ = write!(left, "{comma}\"{name}\";r={remaining};t={resets_in}");
        }
        let reached = reached.map(|(name, wait)| (name, wait.div_ceil(SECOND)));
        Counted { left: HeaderValue::try_from(left).ok().filter(|it| !it.is_empty()), reached }
    }
}

const SECOND: u64 = 1_000_000_000;

fn nanos(at: Timestamp) -> u64 {
    u64::try_from(at.millis()).unwrap_or(0).saturating_mul(1_000_000)
}

fn rounded_up(window: Duration) -> u64 {
    window.as_secs() + u64::from(window.subsec_nanos() > 0)
}

/// One limit, for many keys. Times are nanoseconds since the epoch.
#[derive(Debug)]
struct Limiter {
    /// From one request to the next, at an even pace.
    apart: u64,
    window: u64,
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Debug, Default)]
struct Shard {
    /// When each bucket will be full again; what is full needs no place.
    full_at: HashMap<u128, u64>,
    /// When those that are full were last thrown out.
    swept: u64,
}

impl Shard {
    /// Whether there is a place for a new key. A full shard is swept once a second at most.
    fn has_room(&mut self, now: u64) -> bool {
        if self.full_at.len() >= MOST && now.abs_diff(self.swept) >= SECOND {
            self.swept = now;
            self.full_at.retain(|_, full_at| *full_at > now);
        }
        self.full_at.len() < MOST
    }
}

/// The bucket of a key, held fast.
struct Bucket<'a> {
    limiter: &'a Limiter,
    shard: MutexGuard<'a, Shard>,
    key: u128,
    now: u64,
    full_at: u64,
}

impl Limiter {
    fn new(rate: Rate) -> Option<Self> {
        let window = u64::try_from(rate.window.as_nanos()).ok().filter(|it| *it <= u64::MAX / 8)?;
        let apart = window.checked_div(u64::from(rate.requests)).filter(|it| *it > 0)?;
        let (hasher, shards) = (RandomState::new(), Default::default());
        Some(Self { apart, window, hasher, shards })
    }

    fn bucket(&self, key: u128, now: u64) -> Bucket<'_> {
        let place = self.hasher.hash_one(key) as usize % SHARDS;
        #[allow(clippy::indexing_slicing, reason = "a remainder of SHARDS indexes that many")]
        let mut shard = self.shards[place].lock().unwrap_or_else(PoisonError::into_inner);
        let known = shard.full_at.contains_key(&key);
        let key = if known || shard.has_room(now) { key } else { SHARED };
        let kept = shard.full_at.get(&key).copied().unwrap_or(0);
        // A clock that was set back must not keep anybody out for longer than a window.
        let full_at = kept.clamp(now, now.saturating_add(self.window));
        if kept > full_at {
            shard.full_at.insert(key, full_at);
        }
        Bucket { limiter: self, shard, key, now, full_at }
    }
}

impl Bucket<'_> {
    /// Nanoseconds until a request is let through; 0: now.
    fn wait(&self) -> u64 {
        let after = self.full_at.saturating_add(self.limiter.apart);
        after.saturating_sub(self.now.saturating_add(self.limiter.window))
    }

    fn spend(&mut self) {
        self.full_at = self.full_at.saturating_add(self.limiter.apart);
        self.shard.full_at.insert(self.key, self.full_at);
    }

    /// How many requests are left, and seconds until all of them are there again.
    fn left(&self) -> (u64, u64) {
        let missing = self.full_at - self.now;
        let left = self.limiter.window.saturating_sub(missing) / self.limiter.apart;
        (left, missing.div_ceil(SECOND))
    }
}

#[cfg(test)]
#[path = "rates_tests.rs"]
mod tests;
