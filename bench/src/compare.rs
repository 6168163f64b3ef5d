//! Compares two servers: alternating rounds in one run, medians over the rounds.

use crate::load::wrk::Sample;

/// One side of a comparison: measures it for this number of seconds.
pub(crate) type Side<'a> = &'a mut dyn FnMut(u32) -> Result<Sample, String>;

/// The length and number of rounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// The length of each round.
    pub(crate) seconds: u32,
    /// The number of rounds for each side.
    pub(crate) rounds: usize,
}

/// Two servers measured with the same work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compared {
    pub(crate) ours: Sample,
    pub(crate) probe: Sample,
    /// Our rate divided by the probe's: the median over pairs of neighbouring rounds. Temporary
    /// load on the machine disturbs it least.
    pub(crate) ratio: f64,
}

/// Measures `ours` and `probe` in turns, after a second of warming up each.
///
/// # Errors
/// When a run fails.
pub(crate) fn alternate(ours: Side<'_>, probe: Side<'_>, plan: Plan) -> Result<Compared, String> {
    ours(1)?;
    probe(1)?;
    let (mut of_ours, mut of_probe) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        of_ours.push(ours(plan.seconds)?);
        of_probe.push(probe(plan.seconds)?);
    }
    Ok(compare(&of_ours, &of_probe))
}

fn compare(ours: &[Sample], probe: &[Sample]) -> Compared {
    let pairs = ours.iter().zip(probe);
    let ratio = median(pairs.map(|(ours, probe)| ours.rate / probe.rate).collect());
    Compared { ours: medians(ours), probe: medians(probe), ratio }
}

fn medians(samples: &[Sample]) -> Sample {
    let of = |field: fn(&Sample) -> f64| median(samples.iter().map(field).collect());
    let requests = samples.iter().map(|sample| sample.requests).sum();
    Sample { requests, rate: of(|s| s.rate), p50: of(|s| s.p50), p99: of(|s| s.p99) }
}

/// The median; the upper of the two middle values for an even number, zero for none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_pair_of_rounds_does_not_change_the_ratio() {
        let at = |rate| Sample { requests: 1, rate, p50: 1.0, p99: 1.0 };
        let ours = [at(80.0), at(8.0), at(79.0)];
        let probe = [at(100.0), at(10.0), at(20.0)];
        assert_eq!(compare(&ours, &probe).ratio, 0.8);
    }

    #[test]
    fn a_median_does_not_follow_the_outlier() {
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![5.0]), 5.0);
        assert_eq!(median(vec![]), 0.0);
    }
}
