//! The grant types, as a table. To add one, add a file here and a row to [`GRANTS`].
//!
//! A handler answers one question: which grant does this request stand for? Client authentication
//! runs before it. Scope, budget and minting come after it, and are the same for all grant types.

mod authorization_code;
mod client_credentials;
mod code_exchange;
mod code_proof;
mod handler;
mod refresh_token;

pub(crate) use code_exchange::stays_connected;
pub use handler::{GrantDenial, GrantHandler, Identity, ResolvedGrant};

/// Every grant type that is supported.
pub static GRANTS: &[&dyn GrantHandler] = &[
    &authorization_code::AuthorizationCode,
    &client_credentials::ClientCredentials,
    &refresh_token::RefreshToken,
];
