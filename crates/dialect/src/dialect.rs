//! A loaded dialect: the wire format and the settings of a realm.
//!
//! `compile.rs` reads it from a file. `write.rs` encodes responses with it.

use std::time::Duration;

use domain::CredentialKind;
use domain::Kind as IdentifierKind;
use oauth::{ClientAuthMethod, ErrorResponse, GrantType, Operation, Request, ScopeSet};

use crate::policy::{
    AccessTokenPolicy, AuthorizationPolicy, Environment, Lifetimes, PkceRule, Presentation,
    RedirectRule, Rotation, SecretFormat, StateRule,
};
use crate::route::{Route, Routes};
use crate::{Endpoint, Incoming, decode, encode, policy};

/// The wire format and the settings of a realm.
#[derive(Clone, Debug)]
pub struct Dialect {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) prefixes: Vec<String>,
    pub(crate) trailing_slash_issuer: bool,
    pub(crate) grant_types: Vec<GrantType>,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) routes: Routes,
    pub(crate) failures: encode::ErrorShapes,
    pub(crate) quota: encode::QuotaTemplate,
    pub(crate) identifiers: policy::Identifiers,
    pub(crate) secrets: policy::Secrets,
    pub(crate) access_token: AccessTokenPolicy,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) rotation: Rotation,
    pub(crate) refresh_retry_window: Option<Duration>,
    pub(crate) redirect_rule: RedirectRule,
    pub(crate) state_rule: StateRule,
    pub(crate) pkce: PkceRule,
    pub(crate) authorization: AuthorizationPolicy,
    pub(crate) kept_from_personal_tokens: ScopeSet,
    pub(crate) presentation: Presentation,
    pub(crate) inherits: Inherits,
}

/// Settings that a file takes over from `rfc.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inherits {
    /// Whether refresh tokens rotate.
    pub rotation: bool,
    /// Who must use PKCE.
    pub pkce: bool,
}

impl Dialect {
    /// The name of the dialect.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A description in one sentence.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The allowed path prefixes, the empty one included. An API served beside the endpoints uses
    /// them, too.
    pub fn prefixes(&self) -> &[String] {
        &self.prefixes
    }

    /// The issuer identifier of a realm at `base` (RFC 8414 §2). The dialect decides whether it
    /// ends with a slash.
    pub fn issuer(&self, base: &str) -> String {
        let slash = if self.trailing_slash_issuer { "/" } else { "" };
        format!("{}{slash}", base.trim_end_matches('/'))
    }

    /// The grant types of its token endpoint.
    pub fn grant_types(&self) -> &[GrantType] {
        &self.grant_types
    }

    /// Every endpoint.
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// The first endpoint of an operation, which is advertised. `None` where there is none.
    pub fn endpoint(&self, operation: Operation) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.operation() == operation)
    }

    /// Finds the endpoint of a request. `path` is the request target before the query, relative to
    /// the realm.
    pub fn route<'a>(&'a self, method: &str, path: &'a str) -> Route<'a> {
        self.routes.find(&self.endpoints, method, path)
    }

    /// Decodes a request to `endpoint`.
    ///
    /// # Errors
    /// [`ErrorResponse`] with the client's mistake, as far as the client may know it.
    pub fn decode(
        &self,
        endpoint: &Endpoint,
        incoming: &Incoming<'_>,
    ) -> Result<Request, ErrorResponse> {
        decode::decode(endpoint.operation(), &endpoint.rules, incoming)
    }

    /// The format of secrets of a kind.
    pub fn secret(&self, kind: CredentialKind, environment: Environment) -> &SecretFormat {
        self.secrets.format(kind, environment)
    }

    /// The prefix of public identifiers of a kind.
    pub fn identifier_prefix(&self, kind: IdentifierKind) -> &str {
        self.identifiers.prefix(kind)
    }

    /// The rules for access tokens.
    pub const fn access_token(&self) -> &AccessTokenPolicy {
        &self.access_token
    }

    /// The client authentication methods of the token endpoint; empty where there is none.
    pub fn client_auth_methods(&self) -> &[ClientAuthMethod] {
        self.endpoint(Operation::Token).map_or(&[], Endpoint::client_auth_methods)
    }

    /// The lifetimes of codes, refresh tokens and keys.
    pub const fn lifetimes(&self) -> &Lifetimes {
        &self.lifetimes
    }

    /// Whether a refresh token is replaced when it is used.
    pub const fn rotation(&self) -> Rotation {
        self.rotation
    }

    /// How long a retry of a rotation gets the same successor; `None`: a retry counts as a replay.
    pub const fn refresh_retry_window(&self) -> Option<Duration> {
        self.refresh_retry_window
    }

    /// Which redirect URIs a client may use.
    pub const fn redirect_rule(&self) -> RedirectRule {
        self.redirect_rule
    }

    /// The scopes that users cannot give to a personal access token.
    pub const fn kept_from_personal_tokens(&self) -> &ScopeSet {
        &self.kept_from_personal_tokens
    }

    /// How callers present a credential at the API.
    pub const fn presentation(&self) -> &Presentation {
        &self.presentation
    }

    /// The rules for the `state` of an authorization request.
    pub const fn state_rule(&self) -> &StateRule {
        &self.state_rule
    }

    /// The PKCE rules for apps.
    pub const fn pkce(&self) -> &PkceRule {
        &self.pkce
    }

    /// What the file does not set itself, so that it changes with the defaults.
    pub const fn inherits(&self) -> Inherits {
        self.inherits
    }

    /// The rules for the consent of users.
    pub const fn authorization(&self) -> &AuthorizationPolicy {
        &self.authorization
    }
}
