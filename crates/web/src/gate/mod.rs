//! The gate: answers a proxy's question whether a request may pass (forward authentication).

mod settings;

pub use settings::{Access, GateSettings, Identity, Rate, Route, Source, WhenUnsure};
