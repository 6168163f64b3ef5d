//! The gate when its memory is too old: several nodes with one clock.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use base::{FixedClock, Timestamp};
use domain::Actor;
use engine::RequestOrigin;
use engine::admin::{api_keys, organizations, resource_servers};
use store::Hot;
use web_base::RealmState;
use web_testing::TestRealm;

use super::answer;
use crate::gate::{
    Access, Gate, GateSettings, Identity, NoValue, Preflights, Route, Source, WhenUnsure,
};

struct Node {
    clock: Arc<FixedClock>,
    realm: TestRealm,
    gate: Gate,
    key: String,
}

fn route(path: &str, when_unsure: WhenUnsure) -> Route {
    Route {
        host: None,
        path: path.to_owned(),
        methods: Vec::new(),
        access: Access::Protected {
            audience: "api".to_owned(),
            scopes: oauth::ScopeSet::new(),
            credentials: Vec::new(),
        },
        when_unsure,
    }
}

impl Node {
    async fn new() -> Self {
        let clock = Arc::new(FixedClock::new(Timestamp::from_seconds(1_800_000_000)));
        Self::of(Arc::clone(&clock), clock).await
    }

    /// A node whose memory was filled by another clock than the one it uses now.
    async fn of(filled_by: Arc<FixedClock>, clock: Arc<FixedClock>) -> Self {
        let realm = TestRealm::builder().url("http://127.0.0.1").clock(Arc::clone(&clock));
        let realm = realm.one_of_several(filled_by).build();
        let key = key(&realm.state).await;
        let gate = GateSettings {
            source: Source::Path,
            identity: Identity::Headers,
            no_value: NoValue::Hyphen,
            preflights: Preflights::Refuse,
            stale_after: Duration::from_secs(10),
            per_credential: None,
            per_organization: None,
            routes: vec![route("/closed", WhenUnsure::Closed), route("/open", WhenUnsure::Open)],
        };
        let gate = Gate::new(gate, realm.state.issuer()).unwrap();
        let node = Self { clock, realm, gate, key };
        node.memory().fill().await.unwrap();
        node.memory().advance().await.unwrap();
        node
    }

    fn memory(&self) -> &Hot {
        &self.realm.state.app().memory
    }

    async fn ask(&self, path: &str, key: &str) -> Response<Body> {
        let request = Request::builder().uri(format!("/gate{path}")).header("host", "h");
        let request = request.header("authorization", format!("Bearer {key}"));
        let http = request.body(Body::empty()).unwrap();
        let request = self.realm.request([127, 0, 0, 1], http);
        answer(&self.realm.state, &self.gate, request).await
    }
}

/// Creates an API key as an administrator does.
async fn key(state: &RealmState) -> String {
    let origin = RequestOrigin::default();
    let store = &state.app().store;
    let (actor, name) = (Actor::System, "x".to_owned());
    let new = organizations::NewOrganization { name, ..Default::default() };
    let ctx = state.context(&origin);
    let made = organizations::create(&ctx, &actor, &new).await.unwrap();
    store.commit(made.batch).await.unwrap();
    let new = resource_servers::NewResourceServer {
        identifier: "api".to_owned(),
        name: "API".to_owned(),
        ..Default::default()
    };
    let server = resource_servers::create(&ctx, &actor, &new).await.unwrap();
    store.commit(server.batch).await.unwrap();
    let new = api_keys::NewApiKey {
        organization: made.reply.public_id.to_string(),
        label: "k".to_owned(),
        ..Default::default()
    };
    let key = api_keys::create(&ctx, &actor, &new).await.unwrap();
    store.commit(key.batch).await.unwrap();
    key.reply.secret.expose().to_owned()
}

#[tokio::test]
async fn a_memory_that_is_too_old_is_503_on_a_closed_route_and_passes_on_an_open_one() {
    let node = Node::new().await;
    let status = async |path| node.ask(path, &node.key).await.status().as_u16();
    assert_eq!((status("/closed").await, status("/open").await), (200, 200));
    node.clock.advance(Duration::from_secs(10));
    assert_eq!((status("/closed").await, status("/open").await), (200, 200), "just in time");
    node.clock.advance(Duration::from_millis(1));
    let closed = node.ask("/closed", &node.key).await;
    assert_eq!(closed.status(), 503);
    assert_eq!(closed.headers()["retry-after"], "1");
    assert_eq!(closed.headers()["x-postern-status"], "503");
    assert!(!closed.headers().contains_key("x-postern-subject"));
    let open = node.ask("/open", &node.key).await;
    assert_eq!(open.status(), 200);
    assert_eq!(open.headers()["x-postern-verified"], "true", "it is remembered who calls");
    assert!(!open.headers()["x-postern-subject"].is_empty());
    assert_eq!(node.ask("/open", "nonsense").await.status(), 401, "open is not blind");
    node.memory().advance().await.unwrap();
    assert_eq!((status("/closed").await, status("/open").await), (200, 200));
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_make_old_memory_fresh() {
    let clock = |at| Arc::new(FixedClock::new(Timestamp::from_seconds(at)));
    let node = Node::of(clock(1_800_000_011), clock(1_800_000_000)).await;
    let status = async |path| node.ask(path, &node.key).await.status().as_u16();
    assert_eq!((status("/closed").await, status("/open").await), (503, 200));
    node.clock.advance(Duration::from_secs(1));
    assert_eq!(status("/closed").await, 200, "as far from it as may be");
}
