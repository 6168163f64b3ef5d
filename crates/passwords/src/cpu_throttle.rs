//! Limits the processor time of hashing.
//!
//! A low priority is not enough for requests that wait for a disk: a kernel thread wakes them, and it must wait for
//! the thread that runs. So the hashing thread measures the processor time of the rest of the program, and sleeps.
//!
//! Invariant: while the rest of the program is busy, hashing takes a tenth of a core. Otherwise it takes a whole core.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// While the rest of the program is busy, work and rest together take this many times as long as the work.
const REST: u32 = 9;
/// The longest rest, so that one slow hash does not make all requests wait.
const LONGEST: Duration = Duration::from_millis(300);

/// Throttles the thread that it was created on.
#[derive(Debug)]
pub(super) struct CpuThrottle {
    cores: u32,
    at: Instant,
    of_process: Duration,
    of_thread: Duration,
}

impl CpuThrottle {
    /// A throttle for a program with this number of cores.
    pub(super) fn new(cores: usize) -> Self {
        let cores = u32::try_from(cores).unwrap_or(u32::MAX);
        let (of_process, of_thread) = processor_time();
        Self { cores, at: Instant::now(), of_process, of_thread }
    }

    /// Sleeps as long as needed, after the work since the last call.
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

/// The time to rest. `own` is the processor time of this thread, `others` that of all other threads, `time` the
/// elapsed time.
fn rest_after(own: Duration, others: Duration, time: Duration, cores: u32) -> Duration {
    // With several cores, the others are not busy while they leave a tenth of theirs unused.
    let spare = (time * cores * 9 / 10).saturating_sub(time).max(time / 10);
    if others > spare { (own * REST).min(LONGEST) } else { Duration::ZERO }
}

/// The processor time of the process, and of this thread.
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
    fn the_clocks_separate_own_work_from_that_of_others() {
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
