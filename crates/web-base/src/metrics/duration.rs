//! Histograms of durations.

use prometheus_client::metrics::histogram::Histogram;

/// The upper bounds of the buckets of every duration, in seconds.
const DURATION_BUCKETS: [f64; 14] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// A histogram of durations in seconds, with the same buckets everywhere.
pub fn duration_histogram() -> Histogram {
    Histogram::new(DURATION_BUCKETS)
}
