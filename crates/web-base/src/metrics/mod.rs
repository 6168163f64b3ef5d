//! Counts what happens, for Prometheus.
//!
//! Counters, histograms and the text format are those of the crate `prometheus-client`.
//!
//! Invariant: counting a request is a few atomic additions on handles that are found by an index:
//! no look-up by label, no allocation, and nothing that grows with traffic.

mod realm;

use std::fmt::{self, Write as _};
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, prometheus_text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

pub use realm::{Part, RealmMetrics};

/// The media type of the page: the text exposition format of Prometheus, version 0.0.4.
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The upper bounds of the buckets of every duration, in seconds.
const DURATION_BUCKETS: [f64; 14] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// A histogram of durations in seconds, with the same buckets everywhere.
pub fn duration_histogram() -> Histogram {
    Histogram::new(DURATION_BUCKETS)
}

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
}

impl Metrics {
    /// The metrics of these realms, and of other parts of the process, such as the store.
    pub fn new(realms: Vec<Arc<RealmMetrics>>, others: Vec<Box<dyn Collector>>) -> Self {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(BuildInfo));
        registry.register_collector(Box::new(realm::RealmCollector(realms)));
        for other in others {
            registry.register_collector(other);
        }
        Self { registry }
    }

    /// The page that Prometheus reads.
    pub fn page(&self) -> String {
        let mut page = String::new();
        if prometheus_text::encode(&mut page, &self.registry).is_err() {
            // Writing to a string does not fail; a collector that does is seen by whoever reads.
            let _ = writeln!(page, "# a collector failed");
        }
        page
    }
}

/// The version of the program that runs.
#[derive(Debug)]
struct BuildInfo;

impl Collector for BuildInfo {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let help = "The program that runs.";
        let kind = MetricType::Gauge;
        let mut metric = encoder.encode_descriptor("postern_build_info", help, None, kind)?;
        metric.encode_family(&[("version", env!("CARGO_PKG_VERSION"))])?.encode_gauge(&1_i64)
    }
}
