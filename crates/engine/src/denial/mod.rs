//! The private reason why a request is denied, where it is denied, and the answer that follows.
//!
//! - [`Reason`] says why: one small enum per topic, each in its own file, with its table. The table
//!   has one [`ReasonRow`] per reason: code, level, problem, public text, and the hint for support.
//! - [`DeniedAt`] says where. It changes the problem and the public text by one rule, and nothing else.
//!
//! Invariants: the tables are exhaustive, so a new reason does not compile without its row, and a row
//! cannot stand for "all others". Public texts hold no secret and do not say whether an account exists:
//! all reasons that depend on whether a name or secret is known share one text. `Display` is for support
//! and logs. It may name what was asked for, never a secret: what may be one is cut ([`crate::redact()`]).

#[macro_use]
mod row;

mod access_token;
mod admin;
mod at;
mod authorization;
mod client;
mod consent;
mod credential;
mod exchange;
mod gate;
mod grant;
mod link;
mod public;
mod reason;
mod request;
mod scope;
mod server;
mod sign_in;
mod text;

pub use access_token::AccessTokenReason;
pub use admin::AdminReason;
pub use at::{DeniedAt, Subject};
pub use authorization::AuthorizationReason;
pub use client::ClientReason;
pub use consent::ConsentReason;
pub use credential::CredentialReason;
pub use exchange::ExchangeReason;
pub use gate::GateReason;
pub use grant::GrantReason;
pub use link::LinkReason;
pub use reason::{Denial, Reason, TOPICS, hint};
pub use request::RequestReason;
pub use row::{Level, ReasonRow};
pub use scope::ScopeReason;
pub use server::ServerReason;
pub use sign_in::SignInReason;
pub use text::PublicText;
