//! A beside B: alternating rounds in one run, medians over the rounds.

use crate::load::wrk::{Load, Sample};

/// How long and how often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Of each round.
    pub(crate) seconds: u32,
    /// Of each side.
    pub(crate) rounds: usize,
}

/// Measures `ours` and `probe` by turns, after a second of warming up each.
///
/// # Errors
/// When a run fails.
pub(crate) fn alternate(ours: &Load, probe: &Load, plan: Plan) -> Result<(Sample, Sample), String> {
    ours.run(1)?;
    probe.run(1)?;
    let (mut of_ours, mut of_probe) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        of_ours.push(ours.run(plan.seconds)?);
        of_probe.push(probe.run(plan.seconds)?);
    }
    Ok((medians(&of_ours), medians(&of_probe)))
}

fn medians(samples: &[Sample]) -> Sample {
    let of = |field: fn(&Sample) -> f64| median(samples.iter().map(field).collect());
    let requests = samples.iter().map(|sample| sample.requests).sum();
    Sample { requests, rate: of(|s| s.rate), p50: of(|s| s.p50), p99: of(|s| s.p99) }
}

/// The middle value; of an even number the upper of the two, of none zero.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_does_not_follow_the_outlier() {
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![5.0]), 5.0);
        assert_eq!(median(vec![]), 0.0);
    }
}
