//! Whether an issuer that did not answer is asked again: while the feed is away each JWT would wait
//! for it, seconds each time, only to be judged by a status list in the end.
//!
//! After two failures in a row nobody asks for a second, then one alone; each time that one fails
//! the pause doubles, up to ten seconds. Any answer ends it. Invariant: of the time in which it
//! does not answer, all but the first few askers and one a pause are spared the waiting.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::{Clock, Timestamp};

/// Failures in a row before nobody asks.
const FAILURES: u32 = 2;
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(10);
/// Whoever went away after waiting so long is taken to have waited in vain.
const IN_VAIN: Duration = Duration::from_secs(1);

/// What is known of the issuer's answering.
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
    /// Whether somebody is asking if it is back.
    tried: bool,
}

/// Leave to ask. Dropped without a word, it says that the asker went away.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    breaker: &'a Breaker,
    clock: &'a dyn Clock,
    began: Timestamp,
    alone: bool,
    told: bool,
}

impl Breaker {
    /// Leave to ask now; `None` where there would be no answer.
    pub(crate) fn enter<'a>(&'a self, clock: &'a dyn Clock) -> Option<Permit<'a>> {
        let now = clock.now();
        let mut state = self.state();
        let alone = match &mut state.away {
            None => false,
            Some(away) => {
                // Both ways: a clock that was set back must not make a pause last.
                let rests =
                    now.since(away.since) < away.pause && away.since.since(now) < away.pause;
                if away.tried || rests {
                    return None;
                }
                away.tried = true;
                true
            }
        };
        Some(Permit { breaker: self, clock, began: now, alone, told: false })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// The issuer answered, whatever it said.
    pub(crate) fn answered(mut self) {
        self.told = true;
        *self.breaker.state() = State::default();
    }

    /// It did not.
    pub(crate) fn failed(mut self) {
        self.fail();
    }

    fn fail(&mut self) {
        self.told = true;
        let now = self.clock.now();
        let mut state = self.breaker.state();
        state.failures = state.failures.saturating_add(1);
        let many = state.failures >= FAILURES;
        match &mut state.away {
            Some(away) if self.alone => {
                let pause = (away.pause * 2).min(LONGEST);
                *away = Away { since: now, pause, tried: false };
            }
            // Who began to ask before is no news.
            Some(_) => {}
            None if many => state.away = Some(Away { since: now, pause: SHORTEST, tried: false }),
            None => {}
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.told {
            return;
        }
        if self.clock.now().since(self.began) >= IN_VAIN {
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
    fn after_two_failures_in_a_row_one_alone_asks_after_ever_longer_pauses() {
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
    fn who_asked_before_it_was_given_up_prolongs_nothing_and_may_end_it() {
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
    fn a_clock_that_is_set_back_makes_no_pause_last() {
        let (breaker, clock) = (Breaker::default(), clock());
        fail(&breaker, &clock);
        fail(&breaker, &clock);
        let set_back = FixedClock::new(Timestamp::from_seconds(1_700_000_000));
        assert!(breaker.enter(&set_back).is_some());
    }
}
