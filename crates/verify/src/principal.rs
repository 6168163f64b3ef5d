//! The verified caller. Invariant: the layer puts a [`Principal`] into a request only after its
//! credential was verified.

use std::ops::Deref;
use std::sync::Arc;

use oauth::ScopeSet;
use serde_json::{Map, Value};

use crate::Rejection;
use crate::claims::Claims;

/// The verified caller of a request: a handle that is cheap to clone and dereferences to a
/// [`Caller`].
#[derive(Clone, Debug, PartialEq)]
pub struct Principal(Arc<Caller>);

/// The facts about a verified caller.
#[derive(Clone, Debug, PartialEq)]
pub struct Caller {
    /// The subject (RFC 7519 §4.1.2): a user, or a client that acts for itself.
    pub subject: String,
    /// Public id of the client.
    pub client: Option<String>,
    /// Public id of the organization that the credential acts for.
    pub organization: Option<String>,
    /// Public id of the user that the credential acts for.
    pub user: Option<String>,
    /// The scopes.
    pub scopes: ScopeSet,
    /// The APIs that the credential is for.
    pub audience: Vec<String>,
    /// The kind of credential, such as `access_token` or `api_key`.
    pub kind: Option<String>,
    /// When it was issued, in seconds since the Unix epoch.
    pub issued_at: Option<i64>,
    /// When it expires, in seconds since the Unix epoch; `None` when it never does.
    pub expires_at: Option<i64>,
    /// All other claims of the token or of the issuer's answer.
    pub claims: Map<String, Value>,
}

impl Caller {
    /// Returns an error unless `scope` was granted: for checks inside a handler.
    ///
    /// # Errors
    /// [`Rejection::InsufficientScope`].
    pub fn require(&self, scope: &str) -> Result<(), Rejection> {
        if self.scopes.contains(scope) {
            Ok(())
        } else {
            Err(Rejection::InsufficientScope { required: scope.to_owned() })
        }
    }
}

impl Principal {
    /// `None` where the claims name neither a subject nor a client.
    pub(crate) fn from_claims(claims: Claims) -> Option<Self> {
        Some(Self(Arc::new(Caller {
            subject: claims.subject.or_else(|| claims.client.clone())?,
            client: claims.client,
            organization: claims.organization,
            user: claims.user,
            scopes: claims.scopes.unwrap_or_default(),
            audience: claims.audience,
            kind: claims.kind,
            issued_at: claims.issued_at,
            expires_at: claims.expires_at,
            claims: claims.extra,
        })))
    }
}

impl Deref for Principal {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}
