//! What the gate believes after nothing was heard of the database: several nodes, one clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use base::{FixedClock, MasterKey, SystemRng, Timestamp};
use dialect::{Dialect, Environment};
use domain::Actor;
use engine::admin::{api_keys, organizations, resource_servers};
use engine::{Issuer, IssuerSettings, RefusalLog, RequestOrigin, UseLog};
use store::{Hot, HotOptions, Memory};
use web_base::{AppState, RealmRequest, RealmState, WebLimits};

use super::answer;
use crate::gate::{Access, Gate, GateSettings, Identity, Route, Source, WhenUnsure};

const LIMITS: WebLimits = WebLimits {
    body: 1024,
    body_time: Duration::from_secs(1),
    answer_time: Duration::from_secs(1),
};

struct Node {
    clock: Arc<FixedClock>,
    memory: Arc<Hot>,
    state: RealmState,
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

    /// A node whose memory was filled by another clock than it has now.
    async fn of(filled_by: Arc<FixedClock>, clock: Arc<FixedClock>) -> Self {
        let master = MasterKey::generate(&SystemRng);
        let options =
            HotOptions { clock: filled_by as _, sole_writer: false, ..HotOptions::default() };
        let memory = Arc::new(Hot::new(Arc::new(Memory::default()), options));
        let app = Arc::new(AppState {
            store: Arc::clone(&memory) as _,
            memory: Arc::clone(&memory),
            clock: Arc::clone(&clock) as _,
            rng: Arc::new(SystemRng),
            digests: master.digest_key(),
            passwords: Arc::new(passwords::Argon2id::new(Arc::new(SystemRng))),
            attempts: web_base::attempts::Attempts::new(),
            uses: Arc::new(UseLog::new()),
            refusals: Arc::new(RefusalLog::new()),
            refusals_dropped: AtomicU64::new(0),
            draining: AtomicBool::new(false),
        });
        let settings = IssuerSettings {
            realm: "main".parse().unwrap(),
            url: "http://127.0.0.1".to_owned(),
            dialect: Arc::new(Dialect::builtin("rfc").unwrap()),
            environment: Environment::Live,
            display_name: None,
        };
        let state = RealmState::new(app, Arc::new(Issuer::new(settings, &master, &SystemRng)));
        let key = key(&state).await;
        let gate = GateSettings {
            source: Source::Path,
            identity: Identity::Headers,
            stale_after: Duration::from_secs(10),
            per_credential: None,
            per_organization: None,
            routes: vec![route("/closed", WhenUnsure::Closed), route("/open", WhenUnsure::Open)],
        };
        let gate = Gate::new(gate, state.issuer()).unwrap();
        memory.fill().await.unwrap();
        memory.advance().await.unwrap();
        Self { clock, memory, state, gate, key }
    }

    async fn ask(&self, path: &str, key: &str) -> Response<Body> {
        let request = Request::builder().uri(format!("/gate{path}")).header("host", "h");
        let request = request.header("authorization", format!("Bearer {key}"));
        let http = request.body(Body::empty()).unwrap();
        let path = 0..http.uri().path().len();
        let address = std::net::Ipv4Addr::LOCALHOST.into();
        let request_id = "r".to_owned();
        let request = RealmRequest { http, path, request_id, address, limits: LIMITS };
        answer(&self.state, &self.gate, request).await
    }
}

/// Makes an API key the way an administrator does.
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
async fn what_is_too_old_to_be_believed_is_503_where_a_route_is_closed_and_passes_where_it_is_open()
{
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
    node.memory.advance().await.unwrap();
    assert_eq!((status("/closed").await, status("/open").await), (200, 200));
}

#[tokio::test]
async fn a_clock_that_was_set_back_makes_nothing_young_again() {
    let clock = |at| Arc::new(FixedClock::new(Timestamp::from_seconds(at)));
    let node = Node::of(clock(1_800_000_011), clock(1_800_000_000)).await;
    let status = async |path| node.ask(path, &node.key).await.status().as_u16();
    assert_eq!((status("/closed").await, status("/open").await), (503, 200));
    node.clock.advance(Duration::from_secs(1));
    assert_eq!(status("/closed").await, 200, "as far from it as may be");
}
