//! Protects changes with a session's cookie against requests from other pages (CSRF).
//!
//! Invariant: a change with a session's cookie needs a browser's statement that a page of the issuer sent it. The
//! cookie is `SameSite=Lax`, so pages of other sites cannot send it with a POST. But a page on another port or another
//! subdomain is the same site. So the request must have `Sec-Fetch-Site`, which no page can set, or `Origin`; all
//! current browsers send one of them. The body must be JSON: a form cannot send it, and a page of another origin needs
//! a preflight, which is never granted. A token needs no check, since a browser does not send it by itself.

use axum::http::{HeaderMap, HeaderName, header};
use engine::{Denial, RequestReason};
use oauth::{ErrorResponse, Problem};
use web_rest::is_json;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses a change that a page of another origin may have sent.
///
/// # Errors
/// A denial with 403 where the request has another origin or none; with 415 where it is not JSON.
pub(super) fn check(headers: &HeaderMap, issuer: &str) -> Result<(), Denial> {
    let refused =
        |text: &str| RequestReason::Malformed(ErrorResponse::new(Problem::AccessDenied, text));
    let one = |name: &HeaderName| {
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => Ok(Some(value.to_str().unwrap_or_default())),
            (Some(_), Some(_)) => Err(refused("The request names its origin twice.")),
        }
    };
    let site = one(&SEC_FETCH_SITE)?.map(|site| matches!(site, "same-origin" | "none"));
    let origin = one(&header::ORIGIN)?.map(|origin| is_of(origin, issuer));
    if site == Some(false) || origin == Some(false) {
        return Err(refused("The request comes from a page of another origin.").into());
    }
    if site.is_none() && origin.is_none() {
        let text = "With a session, a change must say where it comes from: send Origin.";
        return Err(refused(text).into());
    }
    if is_json(headers) {
        return Ok(());
    }
    let text = "With a session, every change must be sent as Content-Type: application/json.";
    Err(RequestReason::Malformed(ErrorResponse::new(Problem::UnsupportedMediaType, text)).into())
}

/// Whether `origin` is the origin of the issuer's URL.
fn is_of(origin: &str, issuer: &str) -> bool {
    let rest = issuer.strip_prefix(origin).filter(|_| origin.contains("://"));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        check(&headers, "https://id.example/tenant").is_ok()
    }

    #[test]
    fn a_change_must_come_from_the_origin_of_the_issuer() {
        let json = ("content-type", "application/json");
        let ours = ("origin", "https://id.example");
        assert!(allowed(&[json, ours]));
        assert!(allowed(&[json, ("sec-fetch-site", "same-origin")]));
        assert!(allowed(&[json, ("sec-fetch-site", "same-origin"), ours]));
        assert!(!allowed(&[json]), "nobody says anything");
        assert!(!allowed(&[ours]), "what a form can send");
        assert!(!allowed(&[ours, ("content-type", "text/plain")]));
        for site in ["cross-site", "same-site", "", "x"] {
            assert!(!allowed(&[json, ours, ("sec-fetch-site", site)]), "{site:?}");
        }
        for origin in [
            "null",
            "",
            "https://",
            "https://id.exam",
            "https://id.example.evil.example",
            "http://id.example",
            "https://id.example:8443",
            "https://id.example/tenant/x",
        ] {
            assert!(!allowed(&[json, ("origin", origin)]), "{origin:?}");
            let fetch = ("sec-fetch-site", "same-origin");
            assert!(!allowed(&[json, fetch, ("origin", origin)]), "{origin:?}");
        }
        assert!(!allowed(&[json, ours, ("origin", "https://evil.example")]), "twice");
    }
}
