//! Replies in the terms of the RFCs, before a dialect encodes them.

use base::Secret;

use crate::{Introspection, Metadata, Problem, RedirectUri, ScopeSet};

/// Marks access tokens (RFC 6749 §1.4).
#[derive(Debug)]
pub enum AccessToken {}

/// Marks refresh tokens (RFC 6749 §1.5).
#[derive(Debug)]
pub enum RefreshToken {}

/// Marks authorization codes (RFC 6749 §1.3.1).
#[derive(Debug)]
pub enum AuthorizationCode {}

/// Marks ID tokens (OpenID Connect Core §2).
#[derive(Debug)]
pub enum IdToken {}

/// The issuer's answer to a request that succeeded.
#[derive(Debug)]
pub enum Reply {
    /// RFC 6749 §5.1.
    Token(Box<TokenReply>),
    /// RFC 7662 §2.2.
    Introspection(Box<Introspection>),
    /// RFC 7009 §2.2: also when there was nothing to revoke.
    Revoked,
    /// RFC 7517 §5: the serialized set.
    Jwks(String),
    /// RFC 8414 §3.2.
    Metadata(Box<Metadata>),
    /// OpenID Connect Core §5.3.2: the serialized claims.
    UserInfo(String),
}

/// The authorization response: what the browser carries back to the app (RFC 6749 §4.1.2).
#[derive(Debug)]
pub struct AuthorizationReply {
    /// The redirect URI. It was checked to be registered for the app.
    pub redirect_uri: RedirectUri,
    /// The `state`, exactly as it was sent.
    pub state: Option<String>,
    /// The code, or what went wrong.
    pub outcome: Result<Granted, ErrorResponse>,
}

/// What the user granted.
#[derive(Debug)]
pub struct Granted {
    /// The authorization code, to be exchanged once.
    pub code: Secret<AuthorizationCode>,
    /// What was granted.
    pub scope: ScopeSet,
}

/// A successful token response (RFC 6749 §5.1) and the facts a dialect may add to it.
#[derive(Debug)]
pub struct TokenReply {
    /// The token itself.
    pub access_token: Secret<AccessToken>,
    /// Lifetime in seconds; `None` when the token never expires.
    pub expires_in: Option<u64>,
    /// A new refresh token, where one was issued.
    pub refresh_token: Option<Secret<RefreshToken>>,
    /// The ID token (OpenID Connect Core §3.1.3.3), where `openid` was granted.
    pub id_token: Option<Secret<IdToken>>,
    /// The scope of the token.
    pub scope: ScopeSet,
    /// Public id of the client.
    pub client_id: String,
    /// Public id of the organization that the token acts for.
    pub organization: Option<String>,
    /// What is left of the client's budget, where it has one.
    pub client_quota: Option<Quota>,
    /// What is left of the organization's budget, where it has one.
    pub organization_quota: Option<Quota>,
}

/// The state of a budget after this request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    /// The current hour, where limited.
    pub per_hour: Option<QuotaWindow>,
    /// The current UTC day, where limited.
    pub per_day: Option<QuotaWindow>,
}

/// One window of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaWindow {
    /// Tokens allowed in the window.
    pub limit: u64,
    /// Tokens left in it.
    pub remaining: u64,
    /// Seconds until the next window starts.
    pub resets_in: u64,
}

/// The issuer's answer to a request that failed. It holds only what the client may know.
#[derive(Clone, Debug)]
pub struct ErrorResponse {
    /// What went wrong.
    pub problem: Problem,
    /// The `error_description` (RFC 6749 §5.2): public, no secret, no hint whether an account exists.
    pub description: String,
    /// The client's budget, where it is spent.
    pub client_quota: Option<Quota>,
    /// The organization's budget, where it is spent.
    pub organization_quota: Option<Quota>,
    /// The scopes that would be sufficient (RFC 6750 §3), for the challenge.
    pub scope: Option<String>,
    /// The address of the API's protected resource metadata (RFC 9728 §5.1), for the challenge.
    pub resource_metadata: Option<String>,
    /// Seconds to wait, where no budget determines it.
    pub wait: Option<u64>,
}

impl ErrorResponse {
    /// An error response without a budget.
    pub fn new(problem: Problem, description: impl Into<String>) -> Self {
        Self {
            problem,
            description: description.into(),
            client_quota: None,
            organization_quota: None,
            scope: None,
            resource_metadata: None,
            wait: None,
        }
    }

    /// Seconds after which the client may retry, where that is known: `Retry-After` (RFC 9110
    /// §10.2.3). The longest wait among the used-up windows.
    pub fn retry_after(&self) -> Option<u64> {
        [self.client_quota, self.organization_quota]
            .into_iter()
            .flatten()
            .flat_map(|quota| [quota.per_hour, quota.per_day])
            .flatten()
            .filter(|window| window.remaining == 0)
            .map(|window| window.resets_in)
            .chain(self.wait)
            .max()
    }
}
