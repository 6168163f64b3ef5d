//! The page for a path where there is nothing. Programs get the error of the dialect or of the API instead.

use axum::body::Body;
use axum::http::{HeaderMap, Request, Response, header};
use oauth::{ErrorResponse, Problem};
use web_base::{RealmRequest, RealmState};

use super::show;
use super::visit::Visit;

/// A browser's request, without its body.
#[derive(Debug)]
pub struct Browsing(RealmRequest);

impl Browsing {
    /// Notes a request of a browser that opens a page; `None` for any other.
    pub fn of(request: &RealmRequest) -> Option<Self> {
        if !wants_page(request.http.headers()) {
            return None;
        }
        let mut http = Request::new(Body::empty());
        *http.method_mut() = request.http.method().clone();
        *http.uri_mut() = request.http.uri().clone();
        *http.headers_mut() = request.http.headers().clone();
        Some(Self(RealmRequest {
            http,
            path: request.path.clone(),
            request_id: request.request_id.clone(),
            address: request.address,
            limits: request.limits,
        }))
    }

    /// The page. The refusal is not recorded: links that lead nowhere are of no use to support.
    pub async fn nothing_here(self, state: &RealmState) -> Response<Body> {
        let (visit, _) = Visit::read(state, self.0, "").await;
        let text = "There is nothing at this address.";
        show::error_page(&visit, &ErrorResponse::new(Problem::NotFound, text))
    }
}

/// Whether the caller names `text/html` in `Accept` (RFC 9110 §12.5.1), as every browser does that opens a page.
pub fn wants_page(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).iter();
    values.flat_map(|value| value.as_bytes().split(|b| *b == b',')).any(is_html)
}

/// Whether a media range is `text/html`, with a quality above zero.
fn is_html(range: &[u8]) -> bool {
    let mut parts = range.split(|b| *b == b';').map(<[u8]>::trim_ascii);
    let essence = parts.next().unwrap_or_default();
    let refused = |parameter: &[u8]| {
        let quality = parameter.strip_prefix(b"q=").or_else(|| parameter.strip_prefix(b"Q="));
        quality.is_some_and(|it| it.iter().all(|b| matches!(b, b'0' | b'.')))
    };
    essence.eq_ignore_ascii_case(b"text/html") && !parts.any(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9110_12_5_1_a_browser_names_html() {
        let wants = |accept: &str| {
            let headers = [(header::ACCEPT, accept.parse().unwrap())];
            wants_page(&HeaderMap::from_iter(headers))
        };
        for accept in [
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "text/html",
            "application/json, TEXT/HTML;q=0.1",
        ] {
            assert!(wants(accept), "{accept}");
        }
        for accept in ["*/*", "application/json", "text/*", "text/html;q=0", "text/html;q=0.0", ""]
        {
            assert!(!wants(accept), "{accept}");
        }
        assert!(!wants_page(&HeaderMap::new()));
    }
}
