//! Five demo APIs, one for each published access system. Each is a router over an
//! [`Arc<Verifier>`](verify::Verifier) and sample data, and knows who is calling from `verify`
//! alone: what they do is what an API of your own would do.
//!
//! Invariant: no handler reads the `Authorization` header, and nothing here grows without bound.

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
