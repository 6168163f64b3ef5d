//! Rate limits of companies and partners: fixed windows of one minute.
//!
//! Invariant: there is at most one row per name, names come from verified tokens only, and rows of
//! past windows are dropped before the table exceeds its limit.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Instant;

/// The length of a window, in seconds.
const WINDOW: u64 = 60;
/// The largest number of names that are counted at a time.
const MAX_NAMES: usize = 10_000;

/// The remaining calls, for the headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allowance {
    /// Calls per window.
    pub(super) limit: u64,
    /// Calls left in this window.
    pub(super) remaining: u64,
    /// Seconds until the next window.
    pub(super) reset: u64,
}

/// The calls of one window.
#[derive(Clone, Copy, Debug)]
struct Calls {
    window: u64,
    made: u64,
}

/// Counts calls by name.
#[derive(Debug)]
pub(super) struct Limit {
    limit: u64,
    calls: Mutex<HashMap<String, Calls>>,
}

impl Limit {
    /// Allows `limit` calls a minute to each name.
    pub(super) fn per_minute(limit: u64) -> Self {
        Self { limit, calls: Mutex::default() }
    }

    /// Counts a call of `name`, `now` seconds after the start.
    ///
    /// # Errors
    /// The allowance, with no calls left. The call is refused and was not counted.
    pub(super) fn call(&self, name: &str, now: u64) -> Result<Allowance, Allowance> {
        let window = now / WINDOW;
        let reset = WINDOW - now % WINDOW;
        let mut calls = self.calls.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if calls.len() >= MAX_NAMES {
            calls.retain(|_, calls| calls.window == window);
        }
        let full = calls.len() >= MAX_NAMES && !calls.contains_key(name);
        let fresh = Calls { window, made: 0 };
        let mut made = calls.get(name).copied().filter(|c| c.window == window).unwrap_or(fresh);
        if full || made.made >= self.limit {
            return Err(Allowance { limit: self.limit, remaining: 0, reset });
        }
        made.made += 1;
        calls.insert(name.to_owned(), made);
        Ok(Allowance { limit: self.limit, remaining: self.limit - made.made, reset })
    }
}

/// Calls per minute of one company.
const BY_COMPANY: u64 = 50;
/// Calls per minute of one partner, for all its companies together.
const BY_PARTNER: u64 = 250;

/// The counts of companies and partners.
#[derive(Debug)]
pub(super) struct Limits {
    start: Instant,
    companies: Limit,
    partners: Limit,
}

impl Limits {
    pub(super) fn new() -> Self {
        Self {
            start: Instant::now(),
            companies: Limit::per_minute(BY_COMPANY),
            partners: Limit::per_minute(BY_PARTNER),
        }
    }

    /// Counts a call of `company` by `partner`. Returns the smaller allowance of the two.
    pub(super) fn call(&self, company: &str, partner: &str) -> Result<Allowance, Allowance> {
        let now = self.start.elapsed().as_secs();
        let by_partner = self.partners.call(partner, now)?;
        let by_company = self.companies.call(company, now)?;
        let scarcer =
            if by_partner.remaining < by_company.remaining { by_partner } else { by_company };
        Ok(scarcer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_51st_call_of_a_minute_is_refused_and_the_next_minute_starts_anew() {
        let limit = Limit::per_minute(50);
        for made in 1..=50 {
            assert_eq!(limit.call("a", 5).map(|left| left.remaining), Ok(50 - made));
        }
        let refused = limit.call("a", 59).unwrap_err();
        assert_eq!(refused, Allowance { limit: 50, remaining: 0, reset: 1 });
        assert!(limit.call("b", 59).is_ok(), "another name has its own count");
        assert_eq!(limit.call("a", 60).map(|left| left.remaining), Ok(49));
    }

    #[test]
    fn past_windows_make_room() {
        let limit = Limit::per_minute(1);
        for name in 0..MAX_NAMES {
            limit.call(&name.to_string(), 0).unwrap();
        }
        assert!(limit.call("one more", 0).is_err(), "full");
        assert!(limit.call("one more", 60).is_ok(), "the window is over");
    }
}
