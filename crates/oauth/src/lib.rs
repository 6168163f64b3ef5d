//! The vocabulary of the RFCs: error codes, scopes, parameters, requests, replies.
//!
//! Of wire encodings it knows that of queries and forms ([`form`]), which all readers share; the
//! others are in `dialect`. It makes no decision (see `engine`) and stores nothing.

mod client_auth;
pub mod form;
mod grant_type;
mod introspection;
mod metadata;
mod operation;
mod parameter;
pub mod percent;
pub mod pkce;
mod problem;
mod redirect_uri;
mod reply;
mod request;
mod resource;
mod scope;

pub use client_auth::{BasicCredentials, ClientAuthMethod, ClientSecret};
pub use form::ParameterError;
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
pub use resource::{is_uri, same_resource};
pub use scope::{MAX_SCOPE_LENGTH, MAX_SCOPES, ParseScopeError, Scope, ScopeSet};
