//! How much of the processor hashing may take.
//!
//! A low priority alone does not keep hashing out of the way of requests that wait for a disk: they
//! are woken by a thread of the kernel, and that one waits for its turn behind whoever runs. So the
//! thread that hashes watches what the rest of the program needs, and rests.
//!
//! Invariant: while the rest of the program is busy, hashing takes a tenth of a core; otherwise it
//! takes what is there.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// Work and rest while the rest of the program is busy: so many times as long as was worked.
const REST: u32 = 9;
/// The longest rest: a hash that took unusually long is no reason to keep everybody waiting.
const LONGEST: Duration = Duration::from_millis(300);

/// Watches the thread that it was made on.
#[derive(Debug)]
pub(super) struct CpuThrottle {
    cores: u32,
    at: Instant,
    of_process: Duration,
    of_thread: Duration,
}

impl CpuThrottle {
    /// For a program that has so many cores.
    pub(super) fn new(cores: usize) -> Self {
        let cores = u32::try_from(cores).unwrap_or(u32::MAX);
        let (of_process, of_thread) = processor_time();
        Self { cores, at: Instant::now(), of_process, of_thread }
    }

    /// Rests as long as what happened since the last time asks for.
    pub(super) fn rest(&mut self) {
        let now = Self::new(self.cores as usize);
        let own = now.of_thread.saturating_sub(self.of_thread);
        let others = now.of_process.saturating_sub(self.of_process).saturating_sub(own);
        let rest = rest_after(own, others, now.at.saturating_duration_since(self.at), self.cores);
        if !rest.is_zero() {
            std::thread::sleep(rest);
        }
        *self = Self::new(self.cores as usize);
    }
}

/// How long to rest after `own` work, while all others worked for `others` in `time` on the clock.
fn rest_after(own: Duration, others: Duration, time: Duration, cores: u32) -> Duration {
    // On several cores, the others have a tenth to spare beside a thread that never rests.
    let spare = (time * cores * 9 / 10).saturating_sub(time).max(time / 10);
    if others > spare { (own * REST).min(LONGEST) } else { Duration::ZERO }
}

/// What the process and this thread have used of processors.
fn processor_time() -> (Duration, Duration) {
    let of = |clock| {
        let time = clock_gettime(clock);
        Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
    };
    (of(ClockId::ProcessCPUTime), of(ClockId::ThreadCPUTime))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn hashing_rests_while_the_rest_of_the_program_needs_the_core() {
        assert_eq!(rest_after(ms(25), ms(2), ms(25), 1), ms(0), "it is quiet");
        assert_eq!(rest_after(ms(25), ms(25), ms(50), 1), ms(225));
        assert_eq!(rest_after(ms(100), ms(100), ms(200), 1), LONGEST);
        assert_eq!(rest_after(ms(25), ms(200), ms(250), 1), ms(225), "after a rest, too");
    }

    #[test]
    fn with_cores_to_spare_it_does_not_rest() {
        assert_eq!(rest_after(ms(25), ms(15), ms(25), 2), ms(0));
        assert_eq!(rest_after(ms(25), ms(25), ms(25), 2), ms(225));
        assert_eq!(rest_after(ms(25), ms(50), ms(25), 8), ms(0));
        assert_eq!(rest_after(ms(25), ms(170), ms(25), 8), ms(225));
    }

    #[test]
    fn the_clocks_tell_own_work_from_that_of_others() {
        let (before_process, before_thread) = processor_time();
        let other = std::thread::spawn(|| {
            let start = processor_time().1;
            while processor_time().1.saturating_sub(start) < ms(30) {
                std::hint::spin_loop();
            }
        });
        other.join().unwrap();
        let (process, thread) = processor_time();
        assert!(process.saturating_sub(before_process) >= ms(30));
        assert!(thread.saturating_sub(before_thread) < ms(30));
    }
}
