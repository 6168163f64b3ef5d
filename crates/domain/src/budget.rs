//! Budgets: how many tokens may be issued per hour and per UTC day.

use base::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Client, Organization};

/// The limits; `None` is unlimited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetLimits {
    /// Tokens per clock hour (UTC).
    pub per_hour: Option<u64>,
    /// Tokens per UTC day.
    pub per_day: Option<u64>,
}

impl BudgetLimits {
    /// Whether any limit is set.
    pub const fn is_limited(&self) -> bool {
        self.per_hour.is_some() || self.per_day.is_some()
    }
}

/// The client or organization that a budget limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BudgetSubject {
    /// The budget of a client.
    Client(Id<Client>),
    /// The budget of an organization: all tokens issued on its behalf, by any client.
    Organization(Id<Organization>),
}

impl BudgetSubject {
    /// The identifier's bits: unique across both kinds, as identifiers are.
    pub const fn as_u128(self) -> u128 {
        match self {
            Self::Client(id) => id.as_u128(),
            Self::Organization(id) => id.as_u128(),
        }
    }
}

/// Tokens issued in the current hour and the current day. Each subject has one row, which is
/// overwritten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetState {
    /// The hour that `used_in_hour` belongs to, in hours since the Unix epoch.
    pub hour: i64,
    /// Tokens issued in that hour.
    pub used_in_hour: u64,
    /// The UTC day that `used_in_day` belongs to, in days since the Unix epoch.
    pub day: i64,
    /// Tokens issued in that day.
    pub used_in_day: u64,
}

impl BudgetState {
    /// The state at `now`. A window that has passed counts zero. If the clock was set back, the
    /// later window stays, so that no budget is spent twice.
    #[must_use]
    pub const fn at(self, now: Timestamp) -> Self {
        let (hour, day) = (now.hour(), now.day());
        Self {
            hour: if hour > self.hour { hour } else { self.hour },
            used_in_hour: if hour > self.hour { 0 } else { self.used_in_hour },
            day: if day > self.day { day } else { self.day },
            used_in_day: if day > self.day { 0 } else { self.used_in_day },
        }
    }

    /// Counts one token at `now`.
    ///
    /// # Errors
    /// Returns the unchanged state at `now` when a limit is reached.
    pub const fn spend(self, limits: &BudgetLimits, now: Timestamp) -> Result<Self, Self> {
        let current = self.at(now);
        let hour_spent = matches!(limits.per_hour, Some(limit) if current.used_in_hour >= limit);
        let day_spent = matches!(limits.per_day, Some(limit) if current.used_in_day >= limit);
        if hour_spent || day_spent {
            return Err(current);
        }
        Ok(Self {
            used_in_hour: current.used_in_hour + 1,
            used_in_day: current.used_in_day + 1,
            ..current
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_ends_and_starts_anew_with_its_window() {
        let limits = BudgetLimits { per_hour: Some(2), per_day: Some(3) };
        let at = |seconds| Timestamp::from_seconds(seconds);
        let state = BudgetState::default().spend(&limits, at(0)).unwrap();
        let state = state.spend(&limits, at(3_599)).unwrap();
        assert!(state.spend(&limits, at(3_599)).is_err(), "the hour is spent");
        let state = state.spend(&limits, at(3_600)).unwrap();
        assert!(state.spend(&limits, at(7_200)).is_err(), "the day is spent");
        assert!(state.spend(&limits, at(86_400)).is_ok(), "a new day");
        assert!(state.spend(&limits, at(0)).is_err(), "a clock stepping back frees nothing");
    }
}
