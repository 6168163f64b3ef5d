//! `/healthz` says that the process answers. `/readyz` says that it can do its work.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Response, StatusCode};
use engine::Issuer;
use web_base::respond::plain;
use web_base::{AppState, LogLimiter};

static NOT_READY: LogLimiter = LogLimiter::new(10, Duration::from_secs(60));

/// Answers a request for `/healthz` or `/readyz`; `None` for any other path.
pub(crate) async fn answer(
    app: &AppState,
    issuers: &[&Issuer],
    method: &Method,
    path: &str,
) -> Option<Response<Body>> {
    if !matches!(path, "/healthz" | "/readyz") || !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let obstacle = if path == "/readyz" { obstacle(app, issuers).await } else { None };
    Some(match obstacle {
        None => plain(StatusCode::OK, "ok\n"),
        Some(obstacle) => plain(StatusCode::SERVICE_UNAVAILABLE, obstacle),
    })
}

/// The reason why the process is not ready; `None` where it is.
async fn obstacle(app: &AppState, issuers: &[&Issuer]) -> Option<&'static str> {
    if app.is_draining() {
        return Some("draining\n");
    }
    if issuers.iter().any(|issuer| issuer.keys().is_empty()) {
        return Some("no signing keys\n");
    }
    match app.store.ping().await {
        Ok(()) => None,
        Err(error) => {
            NOT_READY.line(app.clock.now(), |left_out| {
                tracing::warn!(%error, left_out, "not ready");
            });
            Some("the store does not answer\n")
        }
    }
}
