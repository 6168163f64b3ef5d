//! Rate limits per credential and per organization. Each has a leaky bucket (the generic cell rate algorithm). The
//! answer reports both limits in the `RateLimit` headers of the IETF's HTTPAPI working group.
//!
//! Both limits are checked before one of them is spent, under both locks. So a request that one limit refuses does
//! not count against the other. (The crate `governor` cannot check without spending.) Limits are per process. Only
//! a valid credential has a bucket, so a caller cannot fill the memory with invented keys. When a shard is full,
//! all new keys share one bucket.

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
/// The most buckets of a shard. All shards together hold about a million, in some 40 MiB.
const MAX_BUCKETS: usize = 65_536;
/// The key of the bucket that all keys without room share.
const SHARED_KEY: u128 = 0;
const CREDENTIAL: &str = "credential";
const ORGANIZATION: &str = "organization";

/// The limits of a gate.
#[derive(Debug)]
pub(super) struct Rates {
    credential: Option<Limiter>,
    organization: Option<Limiter>,
    /// The value of the header `RateLimit-Policy`; `None` without a limit.
    pub(super) policy: Option<HeaderValue>,
}

/// The result of counting one request.
#[derive(Debug)]
pub(super) struct Counted {
    /// The value of the header `RateLimit`; `None` without a limit.
    pub(super) rate_limit: Option<HeaderValue>,
    /// The name of the limit that is reached, and the seconds until a request is let through again.
    pub(super) reached: Option<(&'static str, u64)>,
}

impl Rates {
    /// The limits. Returns `None` where a rate allows no request, or its window is empty or too long.
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

    /// Counts a request against both limits if both allow it, else against neither. Without `spend` it only
    /// checks.
    pub(super) fn count(
        &self,
        (credential, organization): (u128, Option<u128>),
        now: Timestamp,
        spend: bool,
    ) -> Counted {
        let now = nanos(now);
        let mut credential_bucket = self.credential.as_ref().map(|it| it.bucket(credential, now));
        let limited = self.organization.as_ref().zip(organization);
        let mut organization_bucket = limited.map(|(it, key)| it.bucket(key, now));
        let mut reached: Option<(&'static str, u64)> = None;
        let both = [(CREDENTIAL, &credential_bucket), (ORGANIZATION, &organization_bucket)];
        for (name, bucket) in both {
            let wait = bucket.as_ref().map_or(0, Bucket::wait);
            if wait > reached.map_or(0, |(_, most)| most) {
                reached = Some((name, wait));
            }
        }
        if reached.is_none() && spend {
            credential_bucket.iter_mut().for_each(Bucket::spend);
            organization_bucket.iter_mut().for_each(Bucket::spend);
        }
        let mut left = String::new();
        for (name, bucket) in
            [(CREDENTIAL, &credential_bucket), (ORGANIZATION, &organization_bucket)]
        {
            let Some(bucket) = bucket else { continue };
            let comma = if left.is_empty() { "" } else { ", " };
            let (remaining, resets_in) = bucket.left();
            let _ = write!(left, "{comma}\"{name}\";r={remaining};t={resets_in}");
        }
        let reached = reached.map(|(name, wait)| (name, wait.div_ceil(SECOND)));
        Counted {
            rate_limit: HeaderValue::try_from(left).ok().filter(|it| !it.is_empty()),
            reached,
        }
    }
}

const SECOND: u64 = 1_000_000_000;

fn nanos(at: Timestamp) -> u64 {
    u64::try_from(at.millis()).unwrap_or(0).saturating_mul(1_000_000)
}

fn rounded_up(window: Duration) -> u64 {
    window.as_secs() + u64::from(window.subsec_nanos() > 0)
}

/// One limit for many keys. Times are nanoseconds since 1970, durations are nanoseconds.
#[derive(Debug)]
struct Limiter {
    /// The time from one request to the next when they come evenly.
    interval: u64,
    window: u64,
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Debug, Default)]
struct Shard {
    /// The time at which each bucket is full again. A full bucket needs no entry.
    full_at: HashMap<u128, u64>,
    /// The time at which full buckets were last removed.
    swept: u64,
}

impl Shard {
    /// Whether there is room for a new key. Removes full buckets first, at most once a second.
    fn has_room(&mut self, now: u64) -> bool {
        if self.full_at.len() >= MAX_BUCKETS && now.abs_diff(self.swept) >= SECOND {
            self.swept = now;
            self.full_at.retain(|_, full_at| *full_at > now);
        }
        self.full_at.len() < MAX_BUCKETS
    }
}

/// The bucket of a key. It holds the lock of its shard.
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
        let interval = window.checked_div(u64::from(rate.requests)).filter(|it| *it > 0)?;
        let (hasher, shards) = (RandomState::new(), Default::default());
        Some(Self { interval, window, hasher, shards })
    }

    fn bucket(&self, key: u128, now: u64) -> Bucket<'_> {
        let index = self.hasher.hash_one(key) as usize % SHARDS;
        #[allow(clippy::indexing_slicing, reason = "a remainder of SHARDS indexes that many")]
        let mut shard = self.shards[index].lock().unwrap_or_else(PoisonError::into_inner);
        let known = shard.full_at.contains_key(&key);
        let key = if known || shard.has_room(now) { key } else { SHARED_KEY };
        let kept = shard.full_at.get(&key).copied().unwrap_or(0);
        // When the clock is set back, a caller must not wait for longer than a window.
        let full_at = kept.clamp(now, now.saturating_add(self.window));
        if kept > full_at {
            shard.full_at.insert(key, full_at);
        }
        Bucket { limiter: self, shard, key, now, full_at }
    }
}

impl Bucket<'_> {
    /// The nanoseconds until a request is let through; 0 means now.
    fn wait(&self) -> u64 {
        let after = self.full_at.saturating_add(self.limiter.interval);
        after.saturating_sub(self.now.saturating_add(self.limiter.window))
    }

    fn spend(&mut self) {
        self.full_at = self.full_at.saturating_add(self.limiter.interval);
        self.shard.full_at.insert(self.key, self.full_at);
    }

    /// The requests that are left, and the seconds until the bucket is full again.
    fn left(&self) -> (u64, u64) {
        let missing = self.full_at - self.now;
        let left = self.limiter.window.saturating_sub(missing) / self.limiter.interval;
        (left, missing.div_ceil(SECOND))
    }
}

#[cfg(test)]
#[path = "rates_tests.rs"]
mod tests;
