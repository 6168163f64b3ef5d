//! Makes responses from templates, and redirects.
//!
//! Invariant: a page runs no script, loads only its style sheet and the logo of an app, and cannot be framed. The
//! content security policy enforces it. A form is sent to this realm only. The policy says that too (`form-action`),
//! but on pages whose form can end at an app: browsers apply `form-action` to every redirect after a form (CSP3,
//! `form-action`), and an app may redirect on to wherever it likes. There the template alone says where the form goes.

use askama::Template;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use oauth::RedirectUri;

use super::visit::Visit;

/// The values that all pages show.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// The path of the style sheet.
    pub(crate) style_path: String,
    /// The name of the provider.
    pub(crate) brand: String,
    /// Whether this is a test environment.
    pub(crate) is_test: bool,
    /// The request id, which support can look up.
    pub(crate) request_id: String,
}

impl Layout {
    pub(crate) fn of(visit: &Visit<'_>) -> Self {
        let issuer = visit.state.issuer();
        Self {
            style_path: visit.at(crate::style::path()),
            brand: issuer.display_name().to_owned(),
            is_test: issuer.environment() == dialect::Environment::Test,
            request_id: visit.origin.request_id.clone(),
        }
    }
}

/// What the content security policy of a page allows beside the defaults.
#[derive(Clone, Debug, Default)]
pub(crate) struct Allowed {
    /// Whether the redirects after the page's form can end at an app.
    pub(crate) form_to_app: bool,
    /// The origin that an image may come from.
    pub(crate) image: Option<String>,
}

impl Allowed {
    fn policy(&self) -> String {
        let image = self.image.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
        let form_action = if self.form_to_app { "" } else { "form-action 'self'; " };
        format!(
            "default-src 'none'; style-src 'self'; img-src 'self'{image}; {form_action}\
             base-uri 'none'; frame-ancestors 'none'"
        )
    }
}

/// The origin of a URI as a source expression (CSP3 §2.3.1). The grammar has no IPv6 addresses; for them it is the
/// scheme alone.
pub(crate) fn source(uri: &RedirectUri) -> Option<String> {
    let origin = uri.origin();
    if origin.contains('[') {
        return Some("http:".to_owned());
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._:/+".contains(&b);
    (!origin.is_empty() && origin.bytes().all(plain)).then_some(origin)
}

/// The response with a page.
pub(crate) fn page(
    visit: &Visit<'_>,
    status: u16,
    template: &impl Template,
    allowed: &Allowed,
) -> Response<Body> {
    // Rendering into a string cannot fail.
    let html = template.render().unwrap_or_default();
    let mut response = Response::new(Body::from(html));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::try_from(allowed.policy()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if let Some(cookie) = visit.new_form_cookie() {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

// `same-origin`, not `no-referrer`: with that, browsers send `Origin: null` with our own forms.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// A redirect (303) to another page of this realm.
pub(crate) fn see_other(location: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    // All targets were checked to be printable ASCII.
    if let Ok(location) = HeaderValue::try_from(location) {
        headers.insert(header::LOCATION, location);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_names_the_origin_of_a_logo_and_cannot_be_injected() {
        let of = |uri: &str| source(&uri.parse().unwrap());
        assert_eq!(of("https://app.example/cb?x=1").as_deref(), Some("https://app.example"));
        assert_eq!(of("http://localhost:3000/cb").as_deref(), Some("http://localhost:3000"));
        assert_eq!(of("http://[::1]:3000/cb").as_deref(), Some("http:"));
        assert_eq!(of("com.example.app:/cb").as_deref(), Some("com.example.app:"));
        assert_eq!(of("https://app.example;script-src/cb"), None);
        let image = of("https://cdn.example/logo.png");
        let policy = Allowed { image, ..Allowed::default() }.policy();
        assert!(
            policy.contains("img-src 'self' https://cdn.example; form-action 'self'; "),
            "{policy}"
        );
    }

    #[test]
    fn a_form_that_can_end_at_an_app_has_no_form_action_and_all_else_stays() {
        let (here, to_app) = (Allowed::default(), Allowed { form_to_app: true, image: None });
        assert_eq!(here.policy().replace("form-action 'self'; ", ""), to_app.policy());
        assert!(!to_app.policy().contains("form-action"), "{}", to_app.policy());
    }
}
