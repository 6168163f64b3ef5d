//! The listeners without realms: the portal with its style sheet, and the metrics.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use web_base::AppState;
use web_base::metrics::{MEDIA_TYPE, Metrics};
use web_base::respond::plain;
use web_pages::people::wants_page;
use web_pages::portal::{self, Portal};
use web_pages::style;

use crate::health;

/// Answers a request on the listener of the portal.
pub(crate) async fn portal(
    (app, metrics): (&AppState, &Metrics),
    portal: &Portal,
    head: &Parts,
) -> Response<Body> {
    let (method, path) = (&head.method, head.uri.path());
    if let Some(response) = process_answer((app, metrics), method, path).await {
        return response;
    }
    match path {
        "/" if reads(method) => portal::page(portal),
        "/mail" if reads(method) => {
            portal::mail(portal).unwrap_or_else(|| nothing(&head.headers, NOTHING))
        }
        path if reads(method) && path == style::path() => style::answer(),
        _ => nothing(&head.headers, NOTHING),
    }
}

const NOTHING: &str = "there is nothing at this path\n";

/// The answer 404: a page for a browser, else `text`.
pub(crate) fn nothing(headers: &HeaderMap, text: &'static str) -> Response<Body> {
    if wants_page(headers) { portal::nothing_here() } else { plain(StatusCode::NOT_FOUND, text) }
}

/// Answers a request on the listener of the metrics.
pub(crate) async fn metrics_only(
    (app, metrics): (&AppState, &Metrics),
    head: &Parts,
) -> Response<Body> {
    let process_answer = process_answer((app, metrics), &head.method, head.uri.path()).await;
    process_answer.unwrap_or_else(|| nothing(&head.headers, NOTHING))
}

/// Answers a request for the metrics or the health of the process; `None` for any other path.
async fn process_answer(
    (app, metrics): (&AppState, &Metrics),
    method: &Method,
    path: &str,
) -> Option<Response<Body>> {
    if path == "/metrics" && reads(method) {
        let mut response = plain(StatusCode::OK, metrics.page());
        let media_type = HeaderValue::from_static(MEDIA_TYPE);
        response.headers_mut().insert(header::CONTENT_TYPE, media_type);
        return Some(response);
    }
    health::answer(app, &[], method, path).await
}

fn reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}
