//! A distribution in fixed buckets.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::Page;

/// Upper bounds in microseconds, and as Prometheus wants them: in seconds.
const BOUNDS: [(u64, &str); 14] = [
    (100, "0.0001"),
    (250, "0.00025"),
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (1_000_000, "1"),
    (2_500_000, "2.5"),
    (10_000_000, "10"),
];

/// How long things took.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl Histogram {
    /// Notes one duration.
    pub fn record(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let place = BOUNDS.iter().position(|(bound, _)| micros <= *bound).unwrap_or(BOUNDS.len());
        if let Some(bucket) = self.buckets.get(place) {
            bucket.fetch_add(1, Relaxed);
        }
        self.micros.fetch_add(micros, Relaxed);
    }

    /// How many were noted.
    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.load(Relaxed)).sum()
    }

    /// Adds its lines to the page.
    pub fn write(&self, name: &str, labels: &[(&str, &str)], page: &mut Page) {
        let bucket_name = format!("{name}_bucket");
        let bounds = BOUNDS.iter().map(|(_, text)| *text).chain(["+Inf"]);
        let mut sum = 0;
        for (bucket, bound) in self.buckets.iter().zip(bounds) {
            sum += bucket.load(Relaxed);
            let labels: Vec<_> = labels.iter().copied().chain([("le", bound)]).collect();
            page.sample(&bucket_name, &labels, sum);
        }
        let seconds = Duration::from_micros(self.micros.load(Relaxed)).as_secs_f64();
        page.sample(&format!("{name}_sum"), labels, seconds);
        page.sample(&format!("{name}_count"), labels, sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_the_last_holds_all() {
        let histogram = Histogram::default();
        for micros in [50, 100, 101, 20_000_000] {
            histogram.record(Duration::from_micros(micros));
        }
        let mut page = Page::default();
        histogram.write("t", &[("a", "b")], &mut page);
        let text = page.into_text();
        assert!(text.contains("t_bucket{a=\"b\",le=\"0.0001\"} 2\n"), "{text}");
        assert!(text.contains("t_bucket{a=\"b\",le=\"0.00025\"} 3\n"), "{text}");
        assert!(text.contains("t_bucket{a=\"b\",le=\"+Inf\"} 4\n"), "{text}");
        assert!(text.contains("t_count{a=\"b\"} 4\n"), "{text}");
    }
}
