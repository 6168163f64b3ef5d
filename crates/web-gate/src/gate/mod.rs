//! The gate: a proxy asks whether a request may pass to the API behind it, before it passes it on.
//!
//! The way of a question: what was asked for (`original`, `path`), which line of the route table
//! it falls under (`routes`), what the caller presents (`credential`), whether that is good
//! ([`engine::gate`]), whether it comes too often (`rates`). The answer is 200 with who calls
//! (`identity`), or a refusal in the dialect's words (`refuse`).
//!
//! Invariant: whatever is not understood, not listed or not known is refused. The body of a question
//! is never read, and of its headers only those that its [`Source`] names and those that carry a
//! credential.

mod answer;
mod compile;
mod credential;
mod error;
mod identity;
mod known;
mod log_limiter;
mod metadata;
mod original;
mod path;
mod rates;
mod refuse;
mod resources;
mod routes;
mod settings;

pub use compile::Gate;
pub use error::GateError;
pub use settings::{Access, GateSettings, Identity, Rate, Route, Source, WhenUnsure};

pub use answer::answer;
pub use metadata::answer as resource;
#[doc(hidden)]
pub use path::plain as plain_path;
pub use resources::WELL_KNOWN;
pub use routes::normal_host;
