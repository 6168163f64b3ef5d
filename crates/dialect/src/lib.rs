//! Dialects: the wire format of a realm as data.
//!
//! A dialect is a TOML file. It says where each parameter is read from and how each answer looks;
//! underneath there is one canonical request ([`oauth::Request`]) and one canonical reply
//! ([`oauth::Reply`]). Loading one ([`Dialect::builtin`], [`Dialect::parse`]) compiles it, so that
//! reading and writing are single passes.
//!
//! `crates/dialect/README.md` has every key and the recipe for adding one. No dialect is named in
//! the code: what only one of them needs is a key that any of them may use.

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
pub use dialect::Dialect;
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
