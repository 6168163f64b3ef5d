//! The metrics of the process, for Prometheus.
//!
//! Counters, histograms and the text format are those of the crate `prometheus-client`.
//!
//! Invariant: counting a request takes a few atomic additions on counters that are found by an index. It needs no
//! look-up by label and no allocation, and the metrics do not grow with traffic.

mod duration;
mod realm;

use std::fmt::{self, Write as _};
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, prometheus_text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

pub use duration::duration_histogram;
pub use realm::{Part, RealmMetrics};

/// The media type of the page: the text exposition format of Prometheus, version 0.0.4.
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics of the process.
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
            // Writing to a string does not fail. If a collector fails, the page says so.
            let _ = writeln!(page, "# a collector failed");
        }
        page
    }
}

/// The metric `postern_build_info`: the version of the program.
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
