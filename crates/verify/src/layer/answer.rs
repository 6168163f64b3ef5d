//! The response to a rejected request: the default body, and `WWW-Authenticate` (RFC 9110 §11.6.1,
//! RFC 6750 §3, RFC 7617 §2). Invariant: neither holds anything that the caller sent.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use serde_json::{Map, Value};

use super::policy::Policy;
use crate::{Rejection, Scheme};

impl Policy {
    /// `scheme` is the scheme of the credentials, where some were sent.
    pub(super) fn answer(
        &self,
        rejection: &Rejection,
        scheme: Option<Scheme>,
        request_id: &str,
    ) -> Response<Bytes> {
        let mut response = (self.body)(rejection, request_id);
        let headers = response.headers_mut();
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        if rejection.status() == 503 {
            headers.entry(RETRY_AFTER).or_insert(HeaderValue::from_static("1"));
        }
        if rejection.answer().challenge && !headers.contains_key(WWW_AUTHENTICATE) {
            for challenge in self.challenges(rejection, scheme) {
                if let Ok(value) = HeaderValue::from_str(&challenge) {
                    headers.append(WWW_AUTHENTICATE, value);
                }
            }
        }
        response
    }

    /// One challenge per scheme; the scheme that failed comes first.
    fn challenges(&self, rejection: &Rejection, scheme: Option<Scheme>) -> Vec<String> {
        let realm = quoted(&self.realm);
        let basic = self.schemes.basic.map(|_| format!("Basic realm={realm}, charset=\"UTF-8\""));
        let failed_by_basic = scheme == Some(Scheme::Basic);
        let mut bearer = format!("Bearer realm={realm}");
        if let (Some(code), false) = (rejection.code(), failed_by_basic) {
            bearer.push_str(&format!(", error=\"{code}\""));
            bearer.push_str(&format!(", error_description={}", quoted(rejection.public())));
            if let Rejection::InsufficientScope { required } = rejection {
                bearer.push_str(&format!(", scope={}", quoted(required)));
            }
        }
        let mut challenges = vec![bearer];
        challenges.extend(basic);
        if failed_by_basic {
            challenges.reverse();
        }
        challenges
    }
}

/// A quoted-string (RFC 9110 §5.6.4). Characters that cannot be quoted are omitted.
fn quoted(text: &str) -> String {
    let visible = |c: &char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\');
    let text: String = text.chars().filter(visible).collect();
    format!("\"{text}\"")
}

/// `{"error", "error_description", "request_id"}`.
pub(super) fn default_body(rejection: &Rejection, request_id: &str) -> Response<Bytes> {
    let mut body = Map::new();
    let code = rejection.code().map_or("unauthorized", oauth::ErrorCode::as_str);
    body.insert("error".to_owned(), Value::from(code));
    body.insert("error_description".to_owned(), Value::from(rejection.public()));
    if !request_id.is_empty() {
        body.insert("request_id".to_owned(), Value::from(request_id));
    }
    let mut response = Response::new(Bytes::from(Value::Object(body).to_string()));
    let status = StatusCode::from_u16(rejection.status());
    *response.status_mut() = status.unwrap_or(StatusCode::UNAUTHORIZED);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
