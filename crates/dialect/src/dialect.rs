//! The wire format and the habits of a realm: what a dialect file came to.
//!
//! It is read in `compile.rs`; what it writes to a client is in `write.rs`.

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

/// The wire format and the habits of a realm.
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
}

impl Dialect {
    /// Its name: that of the realm's wire format.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// One sentence for people.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What may stand before every path, the empty prefix included: an API served beside the
    /// endpoints follows it too.
    pub fn prefixes(&self) -> &[String] {
        &self.prefixes
    }

    /// The issuer identifier of a realm at `base` (RFC 8414 §2): with or without a slash at its
    /// end, as the dialect has it.
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

    /// The first endpoint of an operation: the one to advertise. `None` where it has none.
    pub fn endpoint(&self, operation: Operation) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.operation() == operation)
    }

    /// Where a request goes. `path` is the part of the target before the query, relative to the
    /// realm.
    pub fn route<'a>(&'a self, method: &str, path: &'a str) -> Route<'a> {
        self.routes.find(&self.endpoints, method, path)
    }

    /// Reads a request to `endpoint`.
    ///
    /// # Errors
    /// [`ErrorResponse`]: what the client did wrong, in words it may see.
    pub fn decode(
        &self,
        endpoint: &Endpoint,
        incoming: &Incoming<'_>,
    ) -> Result<Request, ErrorResponse> {
        decode::decode(endpoint.operation(), &endpoint.rules, incoming)
    }

    /// How secrets of a kind look.
    pub fn secret(&self, kind: CredentialKind, environment: Environment) -> &SecretFormat {
        self.secrets.format(kind, environment)
    }

    /// What public identifiers of a kind begin with.
    pub fn identifier_prefix(&self, kind: IdentifierKind) -> &str {
        self.identifiers.prefix(kind)
    }

    /// How access tokens are made.
    pub const fn access_token(&self) -> &AccessTokenPolicy {
        &self.access_token
    }

    /// How clients may authenticate at the token endpoint; empty where there is none.
    pub fn client_auth_methods(&self) -> &[ClientAuthMethod] {
        self.endpoint(Operation::Token).map_or(&[], Endpoint::client_auth_methods)
    }

    /// How long things live.
    pub const fn lifetimes(&self) -> &Lifetimes {
        &self.lifetimes
    }

    /// What happens to a refresh token that is used.
    pub const fn rotation(&self) -> Rotation {
        self.rotation
    }

    /// How long a retry of a rotation gets the same successor; `None`: it is a replay.
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

    /// How callers present a credential at the API itself.
    pub const fn presentation(&self) -> &Presentation {
        &self.presentation
    }

    /// What the `state` of an authorization request must be.
    pub const fn state_rule(&self) -> &StateRule {
        &self.state_rule
    }

    /// What an app must prove when it brings a code.
    pub const fn pkce(&self) -> &PkceRule {
        &self.pkce
    }

    /// How people are asked.
    pub const fn authorization(&self) -> &AuthorizationPolicy {
        &self.authorization
    }
}
