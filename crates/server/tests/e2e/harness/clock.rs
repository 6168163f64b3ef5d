//! The hour that budgets count in.

use std::time::Duration;

use base::{Clock as _, SystemClock};

/// How long a test that counts may take.
const NEEDED: i64 = 20;

/// Waits where the clock hour is about to end: a count that begins anew is no count.
pub(crate) fn calm() {
    let left = 3_600 - SystemClock.now().seconds() % 3_600;
    if left < NEEDED {
        std::thread::sleep(Duration::from_secs(left.unsigned_abs() + 1));
    }
}
