//! Dialects: the wire format of a realm as data.
//!
//! A dialect is a TOML file. It says where each parameter is read from and how each response is
//! written. Every dialect reads to one canonical request ([`oauth::Request`]) and writes one
//! canonical reply ([`oauth::Reply`]). Loading ([`Dialect::builtin`], [`Dialect::parse`]) compiles
//! the file, so that decoding and encoding take one pass each.
//!
//! `crates/dialect/README.md` has every key and the recipe for adding one. The code names no
//! dialect: a feature that only one dialect needs is a key that any dialect may use.

mod agreement;
mod builtin;
mod claims;
mod compile;
mod decode;
mod dialect;
mod encode;
mod endpoint;
mod error;
mod pattern;
mod policy;
mod read;
mod route;
mod template;
mod wire;
mod write;

pub use claims::{Claims, ClaimsError, TokenFacts};
pub use dialect::{Dialect, Inherits};
pub use domain::Kind as IdentifierKind;
pub use endpoint::Endpoint;
pub use error::DialectError;
pub use policy::{
    AccessTokenPolicy, AuthorizationPolicy, BasicEncoding, Environment, Format, Lifetimes,
    OrganizationChoice, PkceRequired, PkceRule, Presentation, RedirectMatch, RedirectRule,
    Rotation, SecretFormat, SecretShape, StateRule,
};
pub use route::Route;
pub use wire::{Context, Incoming, Outgoing, PathValues};
