//! Tests of the admin API through its router, with a store in memory and a fixed clock.

mod access;
mod access_requests;
mod apps;
mod audit;
mod bad_input;
mod clients;
mod credentials;
mod document;
mod idempotency;
mod keys;
mod leaks;
mod legacy;
mod organizations;
mod paging;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use base::FixedClock;
use domain::Actor;
use engine::admin::admin_keys::{self, NewAdminKey};
use engine::{RequestOrigin, settle};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower_service::Service as _;
use web_base::RealmState;
use web_testing::TestRealm;

/// A realm, and an admin key with all scopes.
struct Fixture {
    state: RealmState,
    clock: Arc<FixedClock>,
    router: Router,
    key: String,
}

/// A response.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    fn id(&self) -> &str {
        self.body["id"].as_str().unwrap_or_else(|| panic!("an id in {self:?}"))
    }

    fn secret(&self) -> &str {
        self.body["secret"].as_str().unwrap_or_else(|| panic!("a secret in {self:?}"))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Fixture {
    async fn open() -> Self {
        Self::with_dialect("rfc").await
    }

    async fn with_dialect(name: &str) -> Self {
        let realm = TestRealm::builder().name("test").url("https://issuer.example");
        let TestRealm { state, clock, .. } = {
            let realm = realm.dialect(name).build();
            let algorithm = realm.state.issuer().dialect().access_token().algorithm;
            realm.create_keys(&[algorithm]).await;
            realm
        };
        let router = crate::router(state.clone());
        let key = key(&state, &["*"]).await;
        Self { state, clock, router, key }
    }

    /// An admin key with these scopes only.
    async fn key(&self, scopes: &[&str]) -> String {
        key(&self.state, scopes).await
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().call(request).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: head.status, headers: head.headers, body }
    }

    fn request(&self, method: Method, path: &str, body: Option<Value>) -> Request<Body> {
        let origin = RequestOrigin {
            request_id: format!("req-{}", method.as_str().to_lowercase()),
            address: Some([192, 0, 2, 7].into()),
            request: format!("{method} {path}"),
            ..RequestOrigin::default()
        };
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key))
            .header(header::CONTENT_TYPE, "application/json")
            .extension(Arc::new(origin))
            .body(body)
            .unwrap()
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, &format!("/admin/v1{path}"), None)).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, &format!("/admin/v1{path}"), Some(body))).await
    }

    async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, &format!("/admin/v1{path}"), Some(body))).await
    }

    async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, &format!("/admin/v1{path}"), Some(body))).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, &format!("/admin/v1{path}"), None)).await
    }

    /// Creates an entity; panics if the response is an error.
    async fn make(&self, path: &str, body: Value) -> Answer {
        let made = self.post(path, body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        assert_eq!(made.header("cache-control"), "no-store");
        made
    }

    /// An API with two scopes.
    async fn api(&self) -> Answer {
        let scopes = json!([{"scope": "read"}, {"scope": "write", "description": "Change things"}]);
        let api = json!({"identifier": "https://api.example", "name": "API", "scopes": scopes});
        self.make("/resource-servers", api).await
    }
}

async fn key(state: &RealmState, scopes: &[&str]) -> String {
    let origin = RequestOrigin::default();
    let ctx = state.write_context(&origin);
    let input = NewAdminKey {
        label: "tests".to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        expires_at: None,
    };
    let made =
        settle(&ctx, async |ctx| admin_keys::create(&ctx, &Actor::System, None, &input).await);
    made.await.unwrap().0.secret.expose().to_owned()
}
