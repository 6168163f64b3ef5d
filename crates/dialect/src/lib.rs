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
mod encode;
mod endpoint;
mod error;
mod policy;
mod read;
mod route;
mod template;
mod wire;

use std::time::Duration;

use domain::CredentialKind;
use oauth::{
    AuthorizationReply, ClientAuthMethod, ErrorResponse, GrantType, Operation, Problem,
    RedirectUri, Reply, Request, ScopeSet,
};

pub use claims::{Claims, ClaimsError, TokenFacts};
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

/// The wire format and the habits of a realm.
#[derive(Clone, Debug)]
pub struct Dialect {
    name: String,
    description: String,
    prefixes: Vec<String>,
    trailing_slash_issuer: bool,
    grant_types: Vec<GrantType>,
    endpoints: Vec<Endpoint>,
    routes: route::Routes,
    failures: encode::ErrorShapes,
    quota: encode::QuotaTemplate,
    identifiers: policy::Identifiers,
    secrets: policy::Secrets,
    access_token: AccessTokenPolicy,
    lifetimes: Lifetimes,
    rotation: Rotation,
    refresh_retry_window: Option<Duration>,
    redirect_rule: RedirectRule,
    state_rule: StateRule,
    pkce: PkceRule,
    authorization: AuthorizationPolicy,
    kept_from_personal_tokens: ScopeSet,
    presentation: Presentation,
}

impl Dialect {
    /// A dialect that ships inside the program; `None` for a name that none of them has.
    pub fn builtin(name: &str) -> Option<Self> {
        builtin::dialect(name)
    }

    /// The names of the dialects that ship inside the program; the first follows the RFCs.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        builtin::names()
    }

    /// Reads a dialect file. `file_name` appears in messages only.
    ///
    /// # Errors
    /// [`DialectError`] names the place, what was found there and what was expected.
    pub fn parse(file_name: &str, source: &str) -> Result<Self, DialectError> {
        compile::parse(file_name, source)
    }

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
        decode::decode(endpoint, incoming)
    }

    /// Writes a reply of `endpoint`.
    pub fn encode(&self, endpoint: &Endpoint, reply: &Reply, context: &Context<'_>) -> Outgoing {
        encode::reply(self, endpoint, reply, context)
    }

    /// Writes the outcome of an authorization request: the browser's way back to the app (RFC 6749
    /// §4.1.2). `endpoint` is one of [`Operation::Authorization`].
    pub fn encode_authorization(
        &self,
        endpoint: &Endpoint,
        reply: &AuthorizationReply,
        context: &Context<'_>,
    ) -> Outgoing {
        encode::authorization(self, endpoint, reply, context)
    }

    /// Writes where the browser of a person who has signed out goes (OpenID Connect RP-Initiated
    /// Logout §3). `endpoint` is one of [`Operation::EndSession`], `redirect_uri` checked to be the
    /// app's, `state` exactly as it was sent.
    pub fn encode_signed_out(
        &self,
        endpoint: &Endpoint,
        (redirect_uri, state): (&RedirectUri, Option<&str>),
        context: &Context<'_>,
    ) -> Outgoing {
        encode::signed_out(self, endpoint, (redirect_uri, state), context)
    }

    /// Writes a failure, in the words of `endpoint` where one was found.
    pub fn encode_error(
        &self,
        endpoint: Option<&Endpoint>,
        failure: &ErrorResponse,
        context: &Context<'_>,
    ) -> Outgoing {
        encode::error(self, endpoint, failure, context)
    }

    /// Writes the answer to [`Route::MethodNotAllowed`], with its `Allow` header (RFC 9110
    /// §15.5.6).
    pub fn encode_method_not_allowed(&self, allow: &[&str], context: &Context<'_>) -> Outgoing {
        let failure =
            ErrorResponse::new(Problem::MethodNotAllowed, "The method is not allowed here.");
        let mut outgoing = self.encode_error(None, &failure, context);
        outgoing.headers.push(("allow".into(), allow.join(", ").into()));
        outgoing
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

    pub(crate) const fn failures(&self) -> &encode::ErrorShapes {
        &self.failures
    }

    pub(crate) const fn quota(&self) -> &encode::QuotaTemplate {
        &self.quota
    }
}
