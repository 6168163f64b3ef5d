//! An issuer for the tests of this crate: tokens by name, and what they stand for.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;
use verify::{
    BoxFuture, Claims, InactiveReason, Introspect, Introspection, Presented, RequestId,
    RequestInfo, Unavailable, Verifier,
};

/// Knows tokens and their claims. A Basic pair is known as `id:secret`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Issuer(HashMap<String, Introspection>);

impl Issuer {
    /// `token`, of `kind`, for an organization `org_…` and a client, with `scopes`.
    pub(crate) fn knows(self, token: &str, kind: &str, organization: &str, scopes: &str) -> Self {
        let claims = Claims {
            subject: Some("client_1".to_owned()),
            client: Some("client_1".to_owned()),
            organization: Some(organization.to_owned()),
            scopes: Some(scopes.parse().unwrap()),
            kind: Some(kind.to_owned()),
            ..Claims::default()
        };
        self.stands_for(token, claims)
    }

    /// `token` stands for `claims`.
    pub(crate) fn stands_for(mut self, token: &str, claims: Claims) -> Self {
        self.0.insert(token.to_owned(), Introspection::Active(Box::new(claims)));
        self
    }

    /// `token` is genuine, but its client is suspended.
    pub(crate) fn suspended(mut self, token: &str) -> Self {
        let answer = Introspection::Inactive(InactiveReason::Suspended);
        self.0.insert(token.to_owned(), answer);
        self
    }

    pub(crate) fn verifier(self) -> Arc<Verifier> {
        let builder = Verifier::builder().any_audience().introspection(Arc::new(self));
        Arc::new(builder.build().unwrap())
    }
}

impl Introspect for Issuer {
    fn introspect<'a>(
        &'a self,
        presented: &'a Presented,
        _request: &'a RequestInfo,
    ) -> BoxFuture<'a, Result<Introspection, Unavailable>> {
        let name = match presented {
            Presented::Bearer(token) => token.expose().to_owned(),
            Presented::Basic { id, secret } => format!("{id}:{}", secret.expose()),
        };
        let unknown = Introspection::Inactive(InactiveReason::Unspecified);
        let answer = self.0.get(&name).cloned().unwrap_or(unknown);
        Box::pin(async { Ok(answer) })
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Null when there is no body.
    pub(crate) body: Value,
}

/// Sends `method path` with headers and a body; the request's id is `req_1`.
pub(crate) async fn send(
    router: &Router,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::from(body.to_owned())).unwrap();
    request.extensions_mut().insert(RequestId("req_1".to_owned()));
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
    Answer { status: parts.status, headers: parts.headers, body }
}

/// `GET path` with `authorization`, or without when it is empty.
pub(crate) async fn read(router: &Router, path: &str, authorization: &str) -> Answer {
    let headers = [("authorization", authorization)];
    let headers = if authorization.is_empty() { &[][..] } else { &headers[..] };
    send(router, ("GET", path), headers, "").await
}
