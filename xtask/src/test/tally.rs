//! Reads how many tests passed and failed out of what the test runners print.

/// Tests and steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

impl Tally {
    pub(super) const fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// The summary of cargo-nextest, such as
/// `Summary [ 1.2s] 5/6 tests run: 3 passed (1 slow), 1 failed, 1 timed out, 2 skipped`.
///
/// A test that was to run and did not, after an interrupt, counts as failed.
pub(super) fn nextest(output: &str) -> Tally {
    let summary = output.lines().rev().find(|line| line.trim_start().starts_with("Summary ["));
    let Some((head, counts)) = summary.and_then(|line| line.split_once("run:")) else {
        return Tally::default();
    };
    let mut tally = Tally::default();
    for part in counts.split(',') {
        match labelled(part) {
            Some((count, "passed")) => tally.passed += count,
            Some((_, "skipped")) | None => {}
            Some((count, _)) => tally.failed += count,
        }
    }
    let planned = head.rsplit_once(']').and_then(|(_, run)| run.split_once('/'));
    let ran_and_planned = planned.and_then(|(ran, rest)| {
        Some((ran.trim().parse::<u64>().ok()?, rest.split(' ').next()?.parse::<u64>().ok()?))
    });
    if let Some((ran, planned)) = ran_and_planned {
        tally.failed += planned.saturating_sub(ran);
    }
    tally
}

/// The sum over `test result: ok. 3 passed; 0 failed; …`, a line a test binary.
///
/// A binary that was started and ended without such a line, as after a signal, is one that failed.
pub(super) fn libtest(output: &str) -> Tally {
    let mut tally = Tally::default();
    let mut waiting = false;
    for line in output.lines().map(str::trim) {
        if let Some(result) = line.strip_prefix("test result: ") {
            waiting = false;
            tally.add(of_binary(result));
        } else if starts_binary(line) {
            tally.failed += u64::from(waiting);
            waiting = true;
        }
    }
    tally.failed += u64::from(waiting);
    tally
}

/// Whether cargo says with `line` that it starts the tests of a target.
fn starts_binary(line: &str) -> bool {
    let of_target = line.starts_with("Running unittests ") || line.starts_with("Running tests/");
    line.starts_with("Doc-tests ") || of_target && line.ends_with(')')
}

fn of_binary(result: &str) -> Tally {
    let mut tally = Tally::default();
    for part in result.split(['.', ';']) {
        match labelled(part) {
            Some((count, "passed")) => tally.passed += count,
            Some((count, "failed")) => tally.failed += count,
            _ => {}
        }
    }
    tally
}

/// `" 3 passed (1 slow)"` is 3 and `"passed"`.
fn labelled(part: &str) -> Option<(u64, &str)> {
    let (count, label) = part.trim().split_once(' ')?;
    Some((count.parse().ok()?, label.split('(').next()?.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextest_all_passed() {
        let output =
            "   PASS x\n     Summary [   0.004s] 31 tests run: 31 passed (1 slow), 2 skipped\n";
        assert_eq!(nextest(output), Tally { passed: 31, failed: 0 });
    }

    #[test]
    fn nextest_one_test_is_singular() {
        let output = "     Summary [   0.004s] 1 test run: 1 passed, 0 skipped\n";
        assert_eq!(nextest(output), Tally { passed: 1, failed: 0 });
    }

    #[test]
    fn nextest_every_way_to_fail_counts() {
        let output = "  Summary [ 9.1s] 9/10 tests run: 4 passed (1 flaky), 2 failed (1 due to being \
                      leaky), 1 exec failed, 2 timed out, 3 skipped\n  FAIL x\n";
        assert_eq!(nextest(output), Tally { passed: 4, failed: 6 });
    }

    #[test]
    fn nextest_without_a_summary_counts_nothing() {
        assert_eq!(nextest("error: could not compile"), Tally::default());
    }

    #[test]
    fn libtest_sums_over_binaries() {
        let output = "test result: ok. 3 passed; 0 failed; 0 ignored; finished in 0.1s\n\
                      test result: FAILED. 1 passed; 2 failed; 0 ignored; finished in 0.1s\n";
        assert_eq!(libtest(output), Tally { passed: 4, failed: 2 });
    }

    #[test]
    fn libtest_a_binary_that_ends_without_a_result_failed() {
        let output = "     Running unittests src/lib.rs (target/debug/deps/a-1)\n\
                      test result: ok. 3 passed; 0 failed; 0 ignored; finished in 0.1s\n     \
                      Running tests/b.rs (target/debug/deps/b-1)\nrunning 2 tests\n\
                      error: test failed, to rerun pass `-p a --test b`\n   Doc-tests a\n\
                      test result: ok. 1 passed; 0 failed; 0 ignored; finished in 0.1s\n\
                      test result: ok. 2 passed; 0 failed; 0 ignored; finished in 0.1s\n     \
                      Running tests/c.rs (target/debug/deps/c-1)\nrunning 2 tests\n";
        assert_eq!(libtest(output), Tally { passed: 6, failed: 2 });
    }
}
