//! A small realm: one API, one organization, Ada who is a member of it, and Bob who is not.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock as _, DigestKey, FixedClock, Id, MasterKey, SystemRng, Timestamp};
use dialect::{Dialect, Environment};
use domain::{Actor, Client, ClientKind, EntityRecord, Grant, Organization, ResourceServer, User};
use engine::account::Person;
use engine::admin::memberships::NewMembership;
use engine::admin::organizations::{self, NewOrganization};
use engine::admin::resource_servers::{self, NewResourceServer, NewScope};
use engine::admin::users::{self, NewUser};
use engine::{
    Context, Denial, Issuer, IssuerSettings, Outcome, RequestOrigin, WriteContext, settle,
};
use store::{Batch, Loaded, Memory, Store, StoreExt as _, Write};

pub(crate) const API: &str = "https://api.example";
pub(crate) const CALLBACK: &str = "https://app.example/cb";

#[derive(Debug)]
pub(crate) struct World {
    issuer: Issuer,
    pub(crate) store: Arc<Memory>,
    clock: FixedClock,
    digests: DigestKey,
    origin: RequestOrigin,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::speaking("rfc").await
    }

    pub(crate) async fn speaking(dialect: &str) -> Self {
        let master = MasterKey::generate(&SystemRng);
        let settings = IssuerSettings {
            realm: "test".parse().unwrap(),
            url: "http://issuer.example".into(),
            dialect: Arc::new(Dialect::builtin(dialect).unwrap()),
            environment: Environment::Live,
            display_name: None,
        };
        let world = Self {
            issuer: Issuer::new(settings, &master, &SystemRng),
            store: Arc::new(Memory::new()),
            clock: FixedClock::new(Timestamp::from_seconds(1_800_000_000)),
            digests: master.digest_key(),
            origin: RequestOrigin::default(),
        };
        world.populate().await;
        world
    }

    async fn populate(&self) {
        let scopes = ["read", "write", "tokens:write", "apps:write"];
        self.api(API, &scopes).await;
        for name in ["acme", "bolt"] {
            let new = NewOrganization {
                public_id: Some(name.into()),
                name: name.into(),
                ..NewOrganization::default()
            };
            self.done(async |ctx| organizations::create(ctx, &Actor::System, &new).await).await;
        }
        for (name, of) in [("ada", &["acme"][..]), ("bob", &["bolt"])] {
            let belongs = |name: &&str| NewMembership { organization: (*name).into(), role: None };
            let new = NewUser {
                public_id: Some(name.into()),
                email: format!("{name}@example.com"),
                name: name.into(),
                memberships: of.iter().map(belongs).collect(),
                ..NewUser::default()
            };
            self.done(async |ctx| users::create(ctx, &Actor::System, &new).await).await;
        }
    }

    pub(crate) async fn api(&self, identifier: &str, scopes: &[&str]) {
        let scope = |scope: &&str| NewScope { scope: (*scope).into(), ..NewScope::default() };
        let new = NewResourceServer {
            identifier: identifier.into(),
            name: "API".into(),
            scopes: scopes.iter().map(scope).collect(),
            ..NewResourceServer::default()
        };
        self.done(async |ctx| resource_servers::create(ctx, &Actor::System, &new).await).await;
    }

    pub(crate) fn ctx(&self) -> WriteContext<'_> {
        let context = Context {
            issuer: &self.issuer,
            store: &*self.store,
            now: self.clock.now(),
            rng: &SystemRng,
            digests: &self.digests,
            origin: &self.origin,
            attempt: 0,
        };
        WriteContext::new(context, &*self.store)
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// A person for whom an API makes the call, after it authenticated them.
    pub(crate) async fn person(&self, name: &str) -> Person {
        Person::authenticated_elsewhere(&self.ctx(), name).await.unwrap()
    }

    /// Makes a decision and commits it.
    pub(crate) async fn settle<R>(
        &self,
        decide: impl AsyncFn(&Context<'_>) -> Result<Outcome<R>, Denial>,
    ) -> Result<R, Denial> {
        let ctx = self.ctx();
        settle(&ctx, async |ctx| decide(&ctx).await).await.map(|(reply, _)| reply)
    }

    pub(crate) async fn done<R>(
        &self,
        decide: impl AsyncFn(&Context<'_>) -> Result<Outcome<R>, Denial>,
    ) -> R {
        self.settle(decide).await.unwrap()
    }

    pub(crate) async fn named<T: EntityRecord>(&self, name: &str) -> Loaded<T> {
        let found = self.store.by_public_id(self.issuer.realm(), name).await.unwrap();
        found.unwrap_or_else(|| panic!("no {name}"))
    }

    /// Connects an app to a person for an organization, as their consent would.
    pub(crate) async fn connect(
        &self,
        user: &str,
        app: &str,
        organization: Option<&str>,
    ) -> String {
        let user: Loaded<User> = self.named(user).await;
        let app: Loaded<Client> = self.named(app).await;
        assert_eq!(app.kind, ClientKind::App);
        let server: Option<Loaded<ResourceServer>> =
            self.store.by_handle(self.issuer.realm(), API).await.unwrap();
        let server = server.unwrap().id;
        let organization = match organization {
            Some(name) => Some(self.named::<Organization>(name).await.id),
            None => None,
        };
        let grant = Grant {
            id: Id::new(self.clock.now(), &SystemRng),
            realm: self.issuer.realm().clone(),
            client: Some(app.id),
            user: Some(user.id),
            organization,
            resource_server: server,
            scopes: "read".parse().unwrap(),
            default_scopes: None,
            epoch: app.connections_epoch,
            handle: Some(Grant::connection_handle(app.id, user.id, organization, server)),
            status_index: None,
            revoked: None,
            created_at: self.clock.now(),
        };
        let id = grant.id.to_string();
        let batch =
            Batch { writes: vec![Write::Insert(Arc::new(grant).into_entity())], events: vec![] };
        self.store.commit(batch).await.unwrap();
        self.advance(1);
        id
    }
}

/// The private code of a denial.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, Denial>) -> &'static str {
    result.unwrap_err().code()
}
