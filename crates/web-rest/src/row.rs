//! A row of the table of routes.

use axum::http::Method;
use axum::routing::MethodFilter;

/// The longest body in bytes, where a row does not say otherwise.
const BODY: usize = 64 * 1024;

/// A route: its method, path, scope and summary.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The method.
    pub method: MethodFilter,
    /// The path below the root of the API.
    pub path: &'static str,
    /// The scope that a caller needs.
    pub scope: &'static str,
    /// The summary in the document, one sentence.
    pub summary: &'static str,
    /// The longest body in bytes.
    pub body_limit: usize,
    /// Whether the route may change signing keys. They are loaded again after it.
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

/// An entity that was just created.
#[derive(Debug)]
pub struct Made<O> {
    /// Its public id: the last segment of its `Location`.
    pub id: String,
    /// The body of the response.
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
