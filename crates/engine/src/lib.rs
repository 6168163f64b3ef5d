//! Decides. Given a request, what the store knows, the time and randomness, it says what to write
//! and what to answer; it never writes, and it knows no HTTP and no SQL.
//!
//! The way of a token request: [`authenticate`] the client, find its grant type in the table of
//! [`grants`], let that file find the right, then scope, budget and mint, the same for every grant.
//! A presented credential of any form goes through [`present`]. Every refusal is a [`Denial`] with
//! a precise private reason; the tables of [`denial`] alone say what the outside sees of it.

pub mod access_requests;
pub mod account;
pub mod admin;
pub mod authenticate;
pub mod authorize;
pub mod gate;
pub mod grants;
pub mod idempotency;
pub mod identity;
pub mod introspect;
pub mod issuer;
pub mod keys;
pub mod marks;
pub mod mint;
pub mod oidc;
pub mod people;
pub mod present;
pub mod revoke;
pub mod secrets;
pub mod token;

mod answer;
pub mod budget;
mod caller;
mod chain;
mod changes;
mod code;
mod context;
pub mod denial;
mod family;
mod fields;
mod key_ring;
mod outcome;
mod page;
mod record;
mod redact;
mod refusal;
mod seen;
mod settle;
mod status_indexes;

pub use answer::{Answered, answer};
pub use chain::Chain;
pub use context::{Context, RequestOrigin};
pub use denial::{
    AccessTokenReason, AdminReason, AuthorizationReason, ClientReason, ConsentReason,
    CredentialReason, Denial, DeniedAt, ExchangeReason, GateReason, GrantReason, Level, LinkReason,
    PublicText, Reason, ReasonRow, RequestReason, ScopeReason, ServerReason, SignInReason, Subject,
};
pub use issuer::{Issuer, IssuerSettings};
pub use outcome::Outcome;
pub use record::{RefusalLog, UseLog};
pub use redact::redact;
pub use secrets::{GrantCredential, IssuedSecret};
pub use settle::{WriteContext, settle};
