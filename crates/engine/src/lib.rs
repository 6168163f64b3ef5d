//! The engine decides requests. From a request, the store, the time and randomness it determines
//! what to write and what to answer. Only `settle` commits. The engine has no HTTP and no SQL.
//!
//! A token request: [`authenticate`] the client, find the handler of its grant type in [`grants`],
//! let the handler resolve the grant, then narrow the scope, spend the budget and [`mint`]. The
//! last three are the same for every grant type. A presented credential of any form is checked by
//! [`present`]. Every refusal is a [`Denial`] with a private reason; the tables of [`denial`]
//! decide what a client learns of it.

pub mod access_requests;
pub mod account;
pub mod admin;
pub mod attempts;
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
pub mod retention;
pub mod revoke;
pub mod secrets;
pub mod token;

mod answer;
mod audience;
pub mod budget;
mod caller;
mod chain;
mod changes;
mod code;
mod context;
pub mod denial;
mod family;
mod fields;
mod guesses;
mod key_ring;
mod new_families;
mod normal_form;
mod outcome;
mod page;
mod record;
mod redact;
mod refusal;
mod seen;
mod settle;
mod status_indexes;
mod weak_secret;

pub use answer::{Answered, answer};
pub use chain::Chain;
pub use context::{Context, RequestOrigin};
pub use denial::{
    AccessTokenReason, AdminReason, AuthorizationReason, ClientReason, ConsentReason,
    CredentialReason, Denial, DeniedAt, ExchangeReason, GateReason, GrantReason, Level, LinkReason,
    PublicText, Reason, ReasonRow, RequestReason, ScopeReason, ServerReason, SignInReason, Subject,
};
pub use issuer::{Issuer, IssuerSettings};
pub use new_families::NewFamilies;
pub use normal_form::email_address;
pub use outcome::Outcome;
pub use record::{RefusalLog, UseLog};
pub use redact::redact;
pub use secrets::{GrantCredential, IssuedSecret};
pub use settle::{WriteContext, settle};
