//! The hour in which budgets count.

use std::time::Duration;

use base::{Clock as _, SystemClock};

/// How long a counting test may take.
const NEEDED: i64 = 20;

/// Waits if the clock hour is about to end, because a new hour would reset the count.
pub(crate) fn calm() {
    let left = 3_600 - SystemClock.now().seconds() % 3_600;
    if left < NEEDED {
        std::thread::sleep(Duration::from_secs(left.unsigned_abs() + 1));
    }
}
