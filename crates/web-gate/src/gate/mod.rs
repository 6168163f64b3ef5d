//! The gate: a proxy in front of an API asks, for each request of a caller, whether the request may pass.
//!
//! A request of the proxy goes through these steps:
//!
//! 1. `original` reads the method, host and path that the caller asked for.
//! 2. `routes` finds the route of the route table; `path` decodes the path, and refuses what can be read in two ways.
//! 3. `credential` reads the credential that the caller presents.
//! 4. [`engine::gate`] checks that the credential is active and may be used for this route.
//! 5. `rates` checks the rate limits.
//!
//! The answer is 200 with the caller's identity (`identity`), or a refusal in the format of the dialect (`refuse`). A
//! proxy that can use a status only fetches the refusal by a second request (`fetched`).
//!
//! Invariant: a request that cannot be read, or has no route, is refused. So is an unknown credential. The gate
//! never reads the body of the proxy's request. It reads only the headers that the realm's [`Source`] names, and
//! those that carry a credential.

mod answer;
mod compile;
mod credential;
mod error;
mod fetched;
mod identity;
mod known;
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
pub use settings::{
    Access, GateSettings, Identity, NoValue, Preflights, Rate, Route, Source, WhenUnsure,
};

pub use answer::{answer, earlier_refusal};
pub use metadata::answer as resource;
#[doc(hidden)]
pub use path::plain as plain_path;
pub use resources::WELL_KNOWN;
#[doc(hidden)]
pub use routes::Table as RouteTable;
pub use routes::normal_host;
