//! The state of a budget as a client may know it.

use base::Timestamp;
use domain::{BudgetLimits, BudgetState};
use oauth::{Quota, QuotaWindow};

/// The limits of a budget, and how many tokens are left of each at `now`.
pub fn quota(limits: &BudgetLimits, state: &BudgetState, now: Timestamp) -> Quota {
    let state = state.at(now);
    let window = |limit: Option<u64>, used: u64, ends: i64| {
        limit.map(|limit| QuotaWindow {
            limit,
            remaining: limit.saturating_sub(used),
            resets_in: u64::try_from(ends - now.seconds()).unwrap_or(0),
        })
    };
    Quota {
        per_hour: window(limits.per_hour, state.used_in_hour, (state.hour + 1) * 3_600),
        per_day: window(limits.per_day, state.used_in_day, (state.day + 1) * 86_400),
    }
}
