//! A listener, and a realm with a router beside the issuer that panics or hangs.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Extension;
use axum::http::{HeaderMap, Request, Response};
use axum::routing::{any, get};
use engine::RequestOrigin;
use http_body_util::BodyExt as _;
use serde_json::Value;
use web_base::metrics::Metrics;
use web_base::{TrustedProxies, WebLimits};
use web_gate::feed::RealmFeed;
use web_testing::TestRealm;

use crate::{ListenerService, Realm, Realms, Serves};

const ISSUER: &str = "http://127.0.0.1:8081/tenant";

/// The router beside the issuer.
fn neighbour() -> Router {
    async fn panics() -> &'static str {
        panic!("on purpose")
    }
    async fn origin_of_request(
        origin: Extension<Arc<RequestOrigin>>,
        headers: HeaderMap,
    ) -> String {
        let id = headers.get("x-request-id").unwrap().to_str().unwrap().to_owned();
        assert_eq!(id, origin.request_id);
        format!("{} {}", origin.request, origin.address.unwrap())
    }
    Router::new()
        .route("/panics", any(panics))
        .route("/hangs", get(std::future::pending::<&'static str>))
        .route("/origin/{x}", get(origin_of_request))
}

fn listener(beside: Option<Router>) -> ListenerService {
    let state = TestRealm::builder().url(ISSUER).build().state;
    let (app, metrics) = (Arc::clone(state.app()), Arc::clone(state.metrics()));
    let limits = WebLimits {
        body: 1024,
        body_time: Duration::from_secs(1),
        answer_time: Duration::from_millis(50),
    };
    let realm = Arc::new(Realm::new(RealmFeed::new(state), limits, beside));
    ListenerService {
        app,
        proxies: Arc::new(TrustedProxies::default()),
        metrics: Arc::new(Metrics::new(vec![metrics], Vec::new())),
        serves: Serves::Realms(Realms::new(vec![(ISSUER.parse().unwrap(), realm)])),
        local_hosts_only: false,
    }
}

async fn ask(listener: &ListenerService, method: &str, path: &str) -> Response<Body> {
    let request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:8081");
    let peer = SocketAddr::from(([192, 0, 2, 7], 4711));
    listener.answer(peer, false, request.body(Body::empty()).unwrap()).await
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[tokio::test]
async fn a_panic_is_a_500_in_the_format_of_the_dialect_with_a_request_id() {
    let listener = listener(Some(neighbour()));
    let response = ask(&listener, "POST", "/tenant/panics").await;
    assert_eq!(response.status(), 500);
    let id = response.headers().get("x-request-id").unwrap().to_str().unwrap().to_owned();
    assert_eq!(id.len(), 15);
    let body: Value = serde_json::from_str(&text(response).await).unwrap();
    assert_eq!(body["error"], "server_error");
    assert!(!body.to_string().contains("on purpose"), "{body}");
    let after = ask(&listener, "GET", "/tenant/healthz").await;
    assert_eq!(after.status(), 200, "the next request is answered");
}

#[tokio::test]
async fn an_answer_that_never_comes_is_a_503() {
    let response = ask(&listener(Some(neighbour())), "GET", "/tenant/hangs").await;
    assert_eq!(response.status(), 503);
    assert!(response.headers().contains_key("x-request-id"));
}

#[tokio::test]
async fn a_mounted_router_gets_its_own_path_and_the_origin() {
    let response = ask(&listener(Some(neighbour())), "GET", "/tenant/origin/1?secret=x").await;
    assert_eq!(text(response).await, "GET /origin/1 192.0.2.7");
}

#[tokio::test]
async fn rfc9110_15_5_5_an_unknown_path_is_404_in_the_format_of_the_dialect() {
    let response = ask(&listener(None), "GET", "/tenant/nothing").await;
    assert_eq!(response.status(), 404);
    assert!(response.headers().contains_key("x-request-id"));
    let body: Value = serde_json::from_str(&text(response).await).unwrap();
    assert!(body["error"].is_string(), "{body}");
    for path in ["/nothing", "/tenantx/healthz", "/healthz"] {
        let response = ask(&listener(None), "GET", path).await;
        assert_eq!(text(response).await, "no such realm\n", "{path}");
    }
}

#[tokio::test]
async fn a_realm_without_keys_is_not_ready_but_healthy() {
    let listener = listener(None);
    assert_eq!(ask(&listener, "GET", "/tenant/healthz").await.status(), 200);
    let response = ask(&listener, "GET", "/tenant/readyz").await;
    assert_eq!(response.status(), 503);
    assert_eq!(text(response).await, "no signing keys\n");
}

#[tokio::test]
async fn refusals_are_noted_under_the_request_id_until_they_are_flushed() {
    let listener = listener(None);
    let response = ask(&listener, "POST", "/tenant/token").await;
    assert!(response.status().is_client_error());
    let id = response.headers().get("x-request-id").unwrap().to_str().unwrap();
    listener.app.flush_refusals().await.unwrap();
    let query = store::RefusalQuery {
        request_id: Some(id.to_owned()),
        limit: 1,
        ..store::RefusalQuery::default()
    };
    let kept = listener.app.store.refusals(&query).await.unwrap();
    assert_eq!(kept[0].request, "POST /token");
    assert_eq!(kept[0].address.as_deref(), Some("192.0.2.7"));
}
