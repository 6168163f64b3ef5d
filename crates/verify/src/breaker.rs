//! A circuit breaker for requests to an issuer that does not answer. Without it, while the feed is
//! away, each JWT would wait seconds for the issuer before the status lists decide.
//!
//! After two failures in a row, no request is sent for a second, then one alone. Each time that
//! this one fails, the pause doubles, up to ten seconds. Any answer ends the pause. Invariant:
//! while the issuer does not answer, only the first few callers and one per pause have to wait.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::{Clock, Timestamp};

/// How many failures in a row start a pause.
const FAILURES_BEFORE_PAUSE: u32 = 2;
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(10);
/// A caller that goes away after waiting this long counts as a failure.
const ABANDONED_AFTER: Duration = Duration::from_secs(1);

/// The state of the issuer's answers.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    away: Option<Away>,
}

#[derive(Debug)]
struct Away {
    since: Timestamp,
    pause: Duration,
    /// Whether a caller is testing if the issuer is back.
    tried: bool,
}

/// Permission to ask the issuer. Dropping it without a result means that the caller went away.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    breaker: &'a Breaker,
    clock: &'a dyn Clock,
    began: Timestamp,
    alone: bool,
    reported: bool,
}

impl Breaker {
    /// Permission to ask now; `None` during a pause.
    pub(crate) fn enter<'a>(&'a self, clock: &'a dyn Clock) -> Option<Permit<'a>> {
        let now = clock.now();
        let mut state = self.state();
        let alone = match &mut state.away {
            None => false,
            Some(away) => {
                // The absolute difference: a clock that was set back must not prolong a pause.
                let pausing =
                    now.since(away.since) < away.pause && away.since.since(now) < away.pause;
                if away.tried || pausing {
                    return None;
                }
                away.tried = true;
                true
            }
        };
        Some(Permit { breaker: self, clock, began: now, alone, reported: false })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// Records that the issuer answered, whatever the answer was.
    pub(crate) fn answered(mut self) {
        self.reported = true;
        *self.breaker.state() = State::default();
    }

    /// Records that the issuer did not answer.
    pub(crate) fn failed(mut self) {
        self.fail();
    }

    fn fail(&mut self) {
        self.reported = true;
        let now = self.clock.now();
        let mut state = self.breaker.state();
        state.failures = state.failures.saturating_add(1);
        let many = state.failures >= FAILURES_BEFORE_PAUSE;
        match &mut state.away {
            Some(away) if self.alone => {
                let pause = (away.pause * 2).min(LONGEST);
                *away = Away { since: now, pause, tried: false };
            }
            // A caller that began to ask before the pause changes nothing.
            Some(_) => {}
            None if many => state.away = Some(Away { since: now, pause: SHORTEST, tried: false }),
            None => {}
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.reported {
            return;
        }
        if self.clock.now().since(self.began) >= ABANDONED_AFTER {
            self.fail();
        } else if let (true, Some(away)) = (self.alone, &mut self.breaker.state().away) {
            away.tried = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use base::FixedClock;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn clock() -> FixedClock {
        FixedClock::new(Timestamp::from_seconds(1_800_000_000))
    }

    fn fail(breaker: &Breaker, clock: &FixedClock) {
        breaker.enter(clock).unwrap().failed();
    }

    #[test]
    fn after_two_failures_one_caller_asks_after_longer_and_longer_pauses() {
        let (breaker, clock) = (Breaker::default(), clock());
        fail(&breaker, &clock);
        breaker.enter(&clock).unwrap().answered();
        fail(&breaker, &clock);
        assert!(breaker.enter(&clock).is_some(), "not in a row");
        fail(&breaker, &clock);
        for pause in [1, 2, 4, 8, 10, 10] {
            clock.advance(Duration::from_millis(pause * 1_000 - 1));
            assert!(breaker.enter(&clock).is_none(), "{pause}");
            clock.advance(Duration::from_millis(1));
            let alone = breaker.enter(&clock).unwrap();
            assert!(breaker.enter(&clock).is_none(), "one at a time");
            alone.failed();
        }
        clock.advance(10 * SECOND);
        breaker.enter(&clock).unwrap().answered();
        let (one, other) = (breaker.enter(&clock).unwrap(), breaker.enter(&clock).unwrap());
        one.failed();
        other.failed();
        clock.advance(SECOND);
        assert!(breaker.enter(&clock).is_some(), "it begins with the shortest pause again");
    }

    #[test]
    fn a_request_from_before_the_pause_may_end_but_not_prolong_it() {
        let (breaker, clock) = (Breaker::default(), clock());
        let (early, happy) = (breaker.enter(&clock).unwrap(), breaker.enter(&clock).unwrap());
        fail(&breaker, &clock);
        fail(&breaker, &clock);
        clock.advance(SECOND / 2);
        early.failed();
        clock.advance(SECOND / 2);
        drop(breaker.enter(&clock).unwrap());
        assert!(breaker.enter(&clock).is_some(), "who went away at once leaves it to the next");
        happy.answered();
        assert!(breaker.enter(&clock).is_some() && breaker.enter(&clock).is_some());
    }

    #[test]
    fn callers_who_go_away_after_a_while_count_as_failures() {
        let (breaker, clock) = (Breaker::default(), clock());
        for _ in 0..2 {
            let permit = breaker.enter(&clock).unwrap();
            clock.advance(SECOND);
            drop(permit);
        }
        assert!(breaker.enter(&clock).is_none());
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_prolong_a_pause() {
        let (breaker, clock) = (Breaker::default(), clock());
        fail(&breaker, &clock);
        fail(&breaker, &clock);
        let set_back = FixedClock::new(Timestamp::from_seconds(1_700_000_000));
        assert!(breaker.enter(&set_back).is_some());
    }
}
