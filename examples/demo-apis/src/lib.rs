//! Five demo APIs, one for each published access system. Each is a router over an
//! [`Arc<Verifier>`](verify::Verifier) and sample data, and knows its caller through `verify`
//! alone. Your own API would do the same.
//!
//! Invariant: no handler reads the `Authorization` header, and nothing grows without a limit.

pub mod fyma;
pub mod speckle;
pub mod speculo;
pub mod spendesk;
pub mod spiko;

mod kinds;
mod query;
mod reply;
#[cfg(test)]
mod testing;

pub use reply::ScopeText;
