//! The vocabulary of the RFCs: error codes, scopes, parameters, requests, replies.
//!
//! This crate knows no wire encoding (see `dialect`), makes no decision (see `engine`) and stores
//! nothing.

mod client_auth;
mod grant_type;
mod introspection;
mod metadata;
mod operation;
mod parameter;
pub mod pkce;
mod problem;
mod redirect_uri;
mod reply;
mod request;
mod scope;

pub use client_auth::{BasicCredentials, ClientAuthMethod, ClientSecret};
pub use grant_type::GrantType;
pub use introspection::Introspection;
pub use metadata::Metadata;
pub use operation::Operation;
pub use parameter::{Parameter, Parameters, RepeatedParameterError};
pub use problem::{ErrorCode, Problem};
pub use redirect_uri::{MAX_REDIRECT_URI, RedirectUri, RedirectUriError};
pub use reply::{
    AccessToken, AuthorizationCode, AuthorizationReply, ErrorResponse, Granted, IdToken, Quota,
    QuotaWindow, RefreshToken, Reply, TokenReply,
};
pub use request::Request;
pub use scope::{MAX_SCOPE_LENGTH, MAX_SCOPES, ParseScopeError, Scope, ScopeSet};
