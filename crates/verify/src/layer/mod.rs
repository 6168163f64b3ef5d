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

/// Puts a [`Verifier`] in front of a service. It is cheap to clone: each route can take a clone and
/// require its own scopes.
#[derive(Clone)]
pub struct VerifyLayer {
    verifier: Arc<Verifier>,
    policy: Arc<Policy>,
}

impl VerifyLayer {
    /// Accepts Bearer tokens, requires no scope, and answers rejections in JSON as `{"error",
    /// "error_description", "request_id"}`.
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

    /// Also accepts Basic credentials (RFC 7617): an id and a secret, presented directly at the
    /// API. Needs a verifier that asks the issuer.
    #[must_use]
    pub fn basic(self, encoding: BasicEncoding) -> Self {
        self.with(|policy| policy.schemes.basic = Some(encoding))
    }

    /// Also accepts a token without a scheme.
    #[must_use]
    pub fn bare_token(self) -> Self {
        self.with(|policy| policy.schemes.bare = true)
    }

    /// Accepts requests without credentials, which then have no principal. Invalid credentials are
    /// still refused.
    #[must_use]
    pub fn optional(self) -> Self {
        self.with(|policy| policy.optional = true)
    }

    /// Requires all of these scopes. Replaces the scopes required before.
    #[must_use]
    pub fn scopes(self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let scopes = scopes.into_iter().map(Into::into).collect();
        self.with(|policy| policy.scopes = scopes)
    }

    /// The protection space in `WWW-Authenticate` (RFC 9110 §11.5). Default: `api`.
    #[must_use]
    pub fn realm(self, realm: impl Into<String>) -> Self {
        let realm = realm.into();
        self.with(|policy| policy.realm = realm)
    }

    /// What happens to a token when its revocation state is unknown. Default: as the verifier says.
    #[must_use]
    pub fn when_stale(self, when_stale: WhenStale) -> Self {
        self.with(|policy| policy.when_stale = Some(when_stale))
    }

    /// Writes rejections in the API's own format.
    #[must_use]
    pub fn on_rejection(self, body: RejectionBody) -> Self {
        self.with(|policy| policy.body = body)
    }

    fn with(mut self, change: impl FnOnce(&mut Policy)) -> Self {
        change(Arc::make_mut(&mut self.policy));
        self
    }

    /// The complete response to a rejection, in the same format and with the same challenge as the
    /// layer's. For a handler that rejects a request itself.
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
