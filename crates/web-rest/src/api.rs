//! The trait of a JSON API: its names, and how it authenticates its callers.

use axum::http::HeaderMap;
use domain::{Actor, Credential};
use engine::{Context, Denial};
use utoipa::openapi::security::SecurityScheme;
use web_base::RealmState;

use crate::row::Row;

/// The names of an API.
#[derive(Clone, Copy, Debug)]
pub struct ApiNames {
    /// The path that all routes begin with.
    pub root: &'static str,
    /// The path of the OpenAPI document.
    pub document: &'static str,
    /// The title of the document.
    pub title: &'static str,
    /// The description in the document.
    pub about: &'static str,
    /// The `realm` of its challenges (RFC 6750 §3).
    pub challenge: &'static str,
    /// The error description for a missing scope.
    pub lacking: fn(&str) -> String,
    /// The sentence about a row's scope in the document.
    pub needs: fn(&str) -> String,
    /// The security schemes, by name. A caller uses one of them.
    pub schemes: fn() -> Vec<(&'static str, SecurityScheme)>,
    /// Whether unknown parameters of a query are ignored (RFC 6749 §3.1), and not refused.
    pub ignores_unknown_parameters: bool,
    /// Whether a security scheme may be used for a scope.
    pub leads: fn(scheme: &str, scope: &str) -> bool,
}

/// An API: its names, and how it authenticates.
pub trait Api: Sized + Send + Sync + 'static {
    /// The names of the API.
    const NAMES: ApiNames;

    /// An authenticated caller.
    type Caller: Send + Sync;

    /// Authenticates the caller of `row`.
    fn authenticate(
        state: &RealmState,
        ctx: &Context<'_>,
        headers: &HeaderMap,
        row: &Row,
    ) -> impl Future<Output = Result<Self::Caller, Denial>> + Send;

    /// Checks that the caller holds a scope.
    ///
    /// # Errors
    /// [`AdminReason::NotPermitted`](engine::AdminReason::NotPermitted).
    fn require(caller: &Self::Caller, scope: &str) -> Result<(), Denial>;

    /// The caller as events record it.
    fn actor(caller: &Self::Caller) -> Actor;

    /// The credential that was presented, if the store has it. Its use is recorded.
    fn credential(caller: &Self::Caller) -> Option<&Credential>;

    /// The means of authentication, if one actor has several with different permissions. A response to one of them is
    /// not repeated to another under the same idempotency key.
    fn means(_caller: &Self::Caller) -> String {
        String::new()
    }
}
