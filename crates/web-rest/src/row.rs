//! A row of the table of routes.

use axum::http::Method;
use axum::routing::MethodFilter;

/// The longest body in bytes, where a row does not say otherwise.
const BODY: usize = 64 * 1024;

/// A route: its method and path, the scope that it needs, and what it is for.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The method.
    pub method: MethodFilter,
    /// The path below the root of the API.
    pub path: &'static str,
    /// The scope that a caller needs.
    pub scope: &'static str,
    /// One sentence for the document.
    pub summary: &'static str,
    /// The longest body in bytes.
    pub body_limit: usize,
    /// Whether the route may change signing keys. They are loaded again then.
    pub touches_keys: bool,
}

/// A row for the method `method`.
pub const fn row(
    method: MethodFilter,
    path: &'static str,
    scope: &'static str,
    summary: &'static str,
) -> Row {
    Row { method, path, scope, summary, body_limit: BODY, touches_keys: false }
}

/// Something that was just created.
#[derive(Debug)]
pub struct Made<O> {
    /// Its public id: the last segment of its `Location`.
    pub id: String,
    /// What the response shows of it.
    pub view: O,
}

/// The name of a method, for the document.
pub(crate) fn method_name(method: MethodFilter) -> Method {
    match method {
        MethodFilter::POST => Method::POST,
        MethodFilter::PUT => Method::PUT,
        MethodFilter::PATCH => Method::PATCH,
        MethodFilter::DELETE => Method::DELETE,
        _ => Method::GET,
    }
}
