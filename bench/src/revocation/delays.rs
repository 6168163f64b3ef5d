//! Delays and their statistics.

/// Delays in milliseconds, in rising order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Delays(Vec<f64>);

impl Delays {
    /// Sorts these delays.
    pub(crate) fn of(mut millis: Vec<f64>) -> Self {
        millis.sort_by(f64::total_cmp);
        Self(millis)
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = f64> {
        self.0.iter().copied()
    }

    /// The percentile by nearest rank; zero where there are no delays.
    pub(crate) fn percentile(&self, hundredths: f64) -> f64 {
        let rank = (self.0.len() as f64 * hundredths / 100.0).ceil() as usize;
        self.0.get(rank.max(1) - 1).copied().unwrap_or_default()
    }

    /// The text for the table.
    pub(crate) fn in_words(&self) -> String {
        let of = |hundredths| millis(self.percentile(hundredths));
        let [p50, p90, p99, most] = [50.0, 90.0, 99.0, 100.0].map(of);
        format!("{p50} / {p90} / {p99} / {most}")
    }
}

/// `3.4 ms`, `120 ms`.
pub(crate) fn millis(delay: f64) -> String {
    if delay < 100.0 { format!("{delay:.1} ms") } else { format!("{delay:.0} ms") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_them() {
        let delays = Delays::of((1..=200).rev().map(f64::from).collect());
        assert_eq!(delays.percentile(50.0), 100.0);
        assert_eq!(delays.percentile(99.0), 198.0);
        assert_eq!(delays.percentile(100.0), 200.0);
        assert_eq!(delays.in_words(), "100 ms / 180 ms / 198 ms / 200 ms");
        assert_eq!(Delays::default().percentile(99.0), 0.0);
    }
}
