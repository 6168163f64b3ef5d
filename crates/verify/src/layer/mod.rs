//! The verifier as a tower layer. Invariant: behind a layer that is not optional, every request
//! has a [`crate::Principal`] with all required scopes in its extensions.

mod answer;
mod policy;
mod service;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use tower_layer::Layer;

use crate::{BasicEncoding, Rejection, RequestId, Schemes, Verifier, WhenStale};

use policy::Policy;
pub use policy::RejectionBody;
pub use service::VerifyService;

/// Puts a [`Verifier`] in front of a service. Cheap to clone: each route can take a clone and
/// require scopes of its own.
#[derive(Clone)]
pub struct VerifyLayer {
    verifier: Arc<Verifier>,
    policy: Arc<Policy>,
}

impl VerifyLayer {
    /// Accepts Bearer tokens, requires no particular scope, and answers refusals in JSON as
    /// `{"error", "error_description", "request_id"}`.
    pub fn new(verifier: Arc<Verifier>) -> Self {
        let policy = Policy {
            schemes: Schemes::default(),
            optional: false,
            scopes: Vec::new(),
            realm: "api".to_owned(),
            when_stale: None,
            body: Arc::new(answer::default_body),
        };
        Self { verifier, policy: Arc::new(policy) }
    }

    /// Also accepts Basic credentials (RFC 7617): an id and a secret straight on the API. Needs a
    /// verifier that asks the issuer.
    #[must_use]
    pub fn basic(self, encoding: BasicEncoding) -> Self {
        self.with(|policy| policy.schemes.basic = Some(encoding))
    }

    /// Also accepts a token with no scheme before it.
    #[must_use]
    pub fn bare_token(self) -> Self {
        self.with(|policy| policy.schemes.bare = true)
    }

    /// Lets requests without credentials through, with no principal. Bad ones are still refused.
    #[must_use]
    pub fn optional(self) -> Self {
        self.with(|policy| policy.optional = true)
    }

    /// Requires all of these scopes, in place of those required before.
    #[must_use]
    pub fn scopes(self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let scopes = scopes.into_iter().map(Into::into).collect();
        self.with(|policy| policy.scopes = scopes)
    }

    /// The protection space named in `WWW-Authenticate` (RFC 9110 §11.5); `api` unless said.
    #[must_use]
    pub fn realm(self, realm: impl Into<String>) -> Self {
        let realm = realm.into();
        self.with(|policy| policy.realm = realm)
    }

    /// What becomes of a token when it is not known whether it was revoked; as the verifier says
    /// unless said.
    #[must_use]
    pub fn when_stale(self, when_stale: WhenStale) -> Self {
        self.with(|policy| policy.when_stale = Some(when_stale))
    }

    /// Writes refusals in the API's own format.
    #[must_use]
    pub fn on_rejection(self, body: RejectionBody) -> Self {
        self.with(|policy| policy.body = body)
    }

    fn with(mut self, change: impl FnOnce(&mut Policy)) -> Self {
        change(Arc::make_mut(&mut self.policy));
        self
    }

    /// The complete answer to a refusal, for a handler that refuses on its own, with the same
    /// format and challenge as the layer's.
    pub fn reject(&self, rejection: &Rejection, request_id: Option<&RequestId>) -> Response<Bytes> {
        let id = request_id.map_or("", |id| &id.0);
        self.policy.answer(rejection, None, id)
    }
}

impl<S> Layer<S> for VerifyLayer {
    type Service = VerifyService<S>;

    fn layer(&self, inner: S) -> VerifyService<S> {
        VerifyService::new(inner, Arc::clone(&self.verifier), Arc::clone(&self.policy))
    }
}

impl fmt::Debug for VerifyLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyLayer")
            .field("schemes", &self.policy.schemes)
            .field("optional", &self.policy.optional)
            .field("scopes", &self.policy.scopes)
            .finish_non_exhaustive()
    }
}
