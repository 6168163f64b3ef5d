//! What APIs of this shape have of their own: where they lie, what they are called, and who calls.
//!
//! The admin API is one, the account API the other: same table, same document, same errors.

use std::sync::Arc;

use axum::extract::RawPathParams;
use axum::http::HeaderMap;
use domain::Actor;
use engine::{Context, Denial, RequestOrigin};
use utoipa::openapi::security::SecurityScheme;
use web_base::RealmState;

use super::table::Row;

/// The names of an API.
#[derive(Clone, Copy)]
pub(crate) struct Api {
    /// Where the routes are.
    pub(crate) root: &'static str,
    /// Where the document is.
    pub(crate) document: &'static str,
    /// Of the document.
    pub(crate) title: &'static str,
    /// What the document says first.
    pub(crate) about: &'static str,
    /// The `realm` of its challenges (RFC 6750 §3).
    pub(crate) challenge: &'static str,
    /// What is told of a missing scope.
    pub(crate) lacking: fn(&str) -> String,
    /// What a row's scope asks for, for the document.
    pub(crate) needs: fn(&str) -> String,
    /// The ways in, by name: any one of them will do.
    pub(crate) schemes: fn() -> Vec<(&'static str, SecurityScheme)>,
    /// Whether a way in leads to what needs a scope.
    pub(crate) leads: fn(way: &str, scope: &str) -> bool,
}

/// Whoever calls: exists only after it was found out who they are and that they may use the row.
/// Cheap to clone.
pub(crate) trait Caller: Clone + Send + Sync + 'static {
    /// What they call.
    const API: Api;

    /// Finds out who calls, and whether they may use `row`.
    fn authorize(
        state: RealmState,
        origin: Arc<RequestOrigin>,
        headers: &HeaderMap,
        row: &Row,
        parameters: &RawPathParams,
    ) -> impl Future<Output = Result<Self, Denial>> + Send;

    /// The surroundings of a decision, now.
    fn context(&self) -> Context<'_>;

    /// Who they are in events.
    fn actor(&self) -> &Actor;

    /// By what they came in, where the same actor has ways that open more or less: what one of them was
    /// answered under an idempotency key is not told to another.
    fn way(&self) -> &str {
        ""
    }
}
