//! A realm on the store in memory, with a fixed clock.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock as _, DigestKey, FixedClock, Id, MasterKey, SystemRng, Timestamp};
use dialect::{Dialect, Environment};
use domain::{Algorithm, Credential, CredentialDetail, EntityRecord, Event};
use engine::{
    Context, Denial, Issuer, IssuerSettings, Outcome, RequestOrigin, WriteContext, secrets, settle,
};
use store::{Batch, EventQuery, Loaded, Memory, Store, StoreExt as _, StoreReader as _, Write};

/// An empty realm. It has no keys and no records.
#[derive(Debug)]
pub(crate) struct TestRealm {
    pub(crate) issuer: Issuer,
    pub(crate) store: Arc<Memory>,
    pub(crate) clock: FixedClock,
    pub(crate) digests: DigestKey,
    origin: RequestOrigin,
    master: MasterKey,
}

impl TestRealm {
    /// A realm that speaks `dialect`.
    pub(crate) fn new(dialect: Dialect) -> Self {
        let master = MasterKey::generate(&SystemRng);
        Self {
            issuer: issuer(Arc::new(dialect), &master),
            store: Arc::new(Memory::new()),
            clock: FixedClock::new(Timestamp::from_seconds(1_800_000_000)),
            digests: master.digest_key(),
            origin: origin(),
            master,
        }
    }

    /// A realm with a built-in dialect.
    pub(crate) fn builtin(dialect: &str) -> Self {
        Self::new(Dialect::builtin(dialect).unwrap())
    }

    /// A realm whose dialect differs from the RFCs in these lines.
    pub(crate) fn differing(lines: &str) -> Self {
        let source = format!("name = \"test\"\ndescription = \"A dialect\"\n{lines}");
        Self::new(Dialect::parse("test.toml", &source).unwrap())
    }

    /// Restarts the program: only the store and the master key remain.
    pub(crate) fn restart(&mut self) {
        self.issuer = issuer(Arc::clone(self.issuer.dialect()), &self.master);
        self.digests = self.master.digest_key();
    }

    /// The context of a request at this moment. All its requests share one origin: see
    /// [`TestRealm::run`].
    pub(crate) fn ctx(&self) -> WriteContext<'_> {
        self.ctx_on(&*self.store, &self.origin)
    }

    fn ctx_on<'a>(&'a self, store: &'a dyn Store, origin: &'a RequestOrigin) -> WriteContext<'a> {
        let context = Context {
            issuer: &self.issuer,
            store,
            now: self.clock.now(),
            rng: &SystemRng,
            digests: &self.digests,
            origin,
            attempt: 0,
        };
        WriteContext::new(context, store)
    }

    /// Runs one request, with an origin of its own.
    pub(crate) async fn run<R>(&self, act: impl AsyncFnOnce(&WriteContext<'_>) -> R) -> R {
        self.run_on(&*self.store, act).await
    }

    /// Runs one request on another store.
    pub(crate) async fn run_on<R>(
        &self,
        store: &dyn Store,
        act: impl AsyncFnOnce(&WriteContext<'_>) -> R,
    ) -> R {
        act(&self.ctx_on(store, &origin())).await
    }

    /// Makes a decision and commits it.
    pub(crate) async fn settle<R>(
        &self,
        decide: impl AsyncFn(&Context<'_>) -> Result<Outcome<R>, Denial>,
    ) -> Result<R, Denial> {
        let ctx = self.ctx();
        settle(&ctx, async |ctx| decide(&ctx).await).await.map(|(reply, _)| reply)
    }

    /// Makes a decision that must not be denied, and commits it.
    pub(crate) async fn done<R>(
        &self,
        decide: impl AsyncFn(&Context<'_>) -> Result<Outcome<R>, Denial>,
    ) -> R {
        self.settle(decide).await.unwrap()
    }

    /// Makes signing keys, and loads them.
    pub(crate) async fn create_keys(&self, algorithms: &[Algorithm]) {
        self.done(async |ctx| engine::keys::ensure(ctx, algorithms).await).await;
        self.issuer.reload_keys(&*self.store).await.unwrap();
    }

    /// Adds a record, without the checks of the engine.
    pub(crate) async fn insert<T: EntityRecord>(&self, record: T) {
        self.write(Write::Insert(Arc::new(record).into_entity())).await;
    }

    /// Changes the record with this identifier, without the checks of the engine.
    pub(crate) async fn change<T: EntityRecord>(&self, id: Id<T>, change: impl FnOnce(&mut T)) {
        let loaded = self.store.by_id(id).await.unwrap().unwrap();
        let mut record = T::clone(&loaded);
        change(&mut record);
        self.write(loaded.replace_with(record)).await;
    }

    async fn write(&self, write: Write) {
        self.store.commit(Batch { writes: vec![write], events: vec![] }).await.unwrap();
    }

    /// The record with this public id.
    pub(crate) async fn named<T: EntityRecord>(&self, public_id: &str) -> Loaded<T> {
        let found = self.store.by_public_id(self.issuer.realm(), public_id).await.unwrap();
        found.unwrap_or_else(|| panic!("no {public_id}"))
    }

    /// Issues a credential; returns its public id and its secret.
    pub(crate) async fn credential(
        &self,
        detail: CredentialDetail,
        adjust: impl FnOnce(&mut Credential),
    ) -> (String, String) {
        let issued = secrets::issue(&self.ctx(), detail.kind());
        let mut credential = Credential {
            id: issued.id,
            realm: self.issuer.realm().clone(),
            public_id: issued.public_id,
            label: "test".into(),
            digest: issued.digest,
            expires_at: None,
            revoked: None,
            created_at: self.clock.now(),
            detail,
        };
        adjust(&mut credential);
        let public_id = credential.public_id.to_string();
        self.insert(credential).await;
        (public_id, issued.secret.expose().to_owned())
    }

    /// The newest events, newest first.
    pub(crate) async fn events(&self, limit: usize) -> Vec<Event> {
        let query = EventQuery { newest_first: true, limit, ..EventQuery::default() };
        self.store.events(&query).await.unwrap()
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

fn issuer(dialect: Arc<Dialect>, master: &MasterKey) -> Issuer {
    let settings = IssuerSettings {
        realm: "test".parse().unwrap(),
        url: "http://issuer.example".into(),
        dialect,
        environment: Environment::Live,
        display_name: None,
    };
    Issuer::new(settings, master, &SystemRng)
}

fn origin() -> RequestOrigin {
    RequestOrigin {
        request_id: "request-1".into(),
        address: Some([192, 0, 2, 7].into()),
        ..RequestOrigin::default()
    }
}
