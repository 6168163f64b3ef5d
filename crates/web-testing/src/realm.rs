//! A realm with a store in memory and a fixed clock.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use base::{FixedClock, MasterKey, SystemRng, Timestamp};
use dialect::{Dialect, Environment};
use domain::Algorithm;
use engine::attempts::{Attempts, KnownNetworks};
use engine::{Issuer, IssuerSettings, RefusalLog, RequestOrigin, UseLog, settle};
use store::{Hot, HotOptions, Memory};
use web_base::{AppState, RealmRequest, RealmState, WebLimits};

use crate::passwords::PlainPasswords;

/// The time of the tests: 15 January 2027, 08:00 UTC.
pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// The limits of a request, where a test has no others.
pub const LIMITS: WebLimits = WebLimits {
    body: 1 << 20,
    body_time: Duration::from_secs(1),
    answer_time: Duration::from_secs(20),
};

/// A realm of its own process.
#[derive(Debug)]
pub struct TestRealm {
    /// The realm, as the parts see it.
    pub state: RealmState,
    /// The time of the process.
    pub clock: Arc<FixedClock>,
    /// The password checks.
    pub passwords: Arc<PlainPasswords>,
}

/// Builds a [`TestRealm`].
#[derive(Debug)]
pub struct TestRealmBuilder {
    settings: IssuerSettings,
    clock: Arc<FixedClock>,
    memory: HotOptions,
}

impl TestRealm {
    /// A live realm `main` at `http://127.0.0.1:8081` that speaks the dialect `rfc`.
    pub fn builder() -> TestRealmBuilder {
        let clock = Arc::new(FixedClock::new(NOW));
        TestRealmBuilder {
            settings: IssuerSettings {
                realm: "main".parse().unwrap(),
                url: "http://127.0.0.1:8081".to_owned(),
                dialect: Arc::new(Dialect::builtin("rfc").unwrap()),
                environment: Environment::Live,
                display_name: None,
            },
            memory: HotOptions { clock: Arc::clone(&clock) as _, ..HotOptions::default() },
            clock,
        }
    }

    /// The URL of the issuer.
    pub fn url(&self) -> &str {
        self.state.issuer().url()
    }

    /// Creates a signing key for each of these algorithms.
    pub async fn create_keys(&self, algorithms: &[Algorithm]) {
        let origin = RequestOrigin::default();
        let ctx = self.state.write_context(&origin);
        settle(&ctx, async |ctx| engine::keys::ensure(&ctx, algorithms).await).await.unwrap();
        self.state.issuer().reload_keys(ctx.store).await.unwrap();
    }

    /// `http` as a listener hands it to this realm, from the address `from`.
    pub fn request(&self, from: [u8; 4], http: Request<Body>) -> RealmRequest {
        let prefix = self.url().splitn(4, '/').nth(3).map_or(0, |prefix| prefix.len() + 1);
        let path = prefix..http.uri().path().len();
        let request_id = "req-of-a-test".to_owned();
        RealmRequest { http, path, request_id, address: from.into(), limits: LIMITS }
    }

    /// The private reasons of the refusals that were noted since the last call.
    pub fn refusals(&self) -> Vec<String> {
        self.state.app().refusals.drain().0.into_iter().map(|it| it.reason).collect()
    }
}

impl TestRealmBuilder {
    /// The name of the realm.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.settings.realm = name.parse().unwrap();
        self
    }

    /// The URL of the issuer.
    #[must_use]
    pub fn url(mut self, url: &str) -> Self {
        self.settings.url = url.to_owned();
        self
    }

    /// A dialect that is built in.
    #[must_use]
    pub fn dialect(mut self, name: &str) -> Self {
        self.settings.dialect = Arc::new(Dialect::builtin(name).unwrap());
        self
    }

    /// Makes it a test environment with this display name.
    #[must_use]
    pub fn test_environment(mut self, display_name: &str) -> Self {
        self.settings.environment = Environment::Test;
        self.settings.display_name = Some(display_name.to_owned());
        self
    }

    /// The clock of the process. The memory keeps its own.
    #[must_use]
    pub fn clock(mut self, clock: Arc<FixedClock>) -> Self {
        self.clock = clock;
        self
    }

    /// Makes it one of several nodes: its memory follows the store, and has its own clock.
    #[must_use]
    pub fn one_of_several(mut self, clock: Arc<FixedClock>) -> Self {
        self.memory.clock = clock;
        self.memory.sole_writer = false;
        self
    }

    /// The realm.
    pub fn build(self) -> TestRealm {
        let Self { settings, clock, memory } = self;
        let master = MasterKey::generate(&SystemRng);
        let passwords = Arc::new(PlainPasswords::default());
        let memory = Arc::new(Hot::new(Arc::new(Memory::default()), memory));
        let app = Arc::new(AppState {
            store: Arc::clone(&memory) as _,
            memory,
            clock: Arc::clone(&clock) as _,
            rng: Arc::new(SystemRng),
            digests: master.digest_key(),
            passwords: Arc::clone(&passwords) as _,
            attempts: Attempts::new(),
            known_networks: KnownNetworks::new(),
            uses: Arc::new(UseLog::new()),
            refusals: Arc::new(RefusalLog::new()),
            refusals_dropped: Default::default(),
            draining: Default::default(),
        });
        let issuer = Arc::new(Issuer::new(settings, &master, &SystemRng));
        TestRealm { state: RealmState::new(app, issuer), clock, passwords }
    }
}
