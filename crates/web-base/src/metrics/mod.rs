//! Counts what happens, for Prometheus.
//!
//! Invariant: counting a request is a few atomic additions at places known at start: no look-up by
//! label, no allocation, and nothing that grows with traffic.

mod histogram;
mod realm;
mod text;

use std::fmt;
use std::sync::Arc;

pub use histogram::Histogram;
pub use realm::{Part, RealmMetrics};
pub use text::MEDIA_TYPE;
pub use text::Page;

/// Something else that has figures to tell, such as the store.
pub trait Source: Send + Sync + fmt::Debug {
    /// Adds its families to the page.
    fn write(&self, page: &mut Page);
}

/// Everything that is counted.
#[derive(Debug, Default)]
pub struct Metrics {
    realms: Vec<Arc<RealmMetrics>>,
    sources: Vec<Arc<dyn Source>>,
}

impl Metrics {
    /// The figures of these realms and sources.
    pub const fn new(realms: Vec<Arc<RealmMetrics>>, sources: Vec<Arc<dyn Source>>) -> Self {
        Self { realms, sources }
    }

    /// The page that Prometheus reads (text exposition format 0.0.4).
    pub fn page(&self) -> String {
        let mut page = Page::default();
        page.family("postern_build_info", "gauge", "The program that runs.");
        page.sample("postern_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
        realm::write(&self.realms, &mut page);
        for source in &self.sources {
            source.write(&mut page);
        }
        page.into_text()
    }
}
