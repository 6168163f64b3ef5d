//! A small realm: one API, two organizations, Ada who is a member of Acme, and Bob who is one of
//! Bolt.

use std::ops::Deref;

use domain::{Actor, Client, ClientKind, Grant, Organization, ResourceServer, User};
use engine::account::Person;
use engine::admin::resource_servers::{self, NewResourceServer, NewScope};
use store::{Loaded, StoreExt as _};

pub(crate) use crate::support::{API, code};
use crate::support::{TestRealm, scopes};

pub(crate) const CALLBACK: &str = "https://app.example/cb";

#[derive(Debug)]
pub(crate) struct World(TestRealm);

impl Deref for World {
    type Target = TestRealm;

    fn deref(&self) -> &TestRealm {
        &self.0
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::speaking("rfc").await
    }

    pub(crate) async fn speaking(dialect: &str) -> Self {
        let world = Self(TestRealm::builtin(dialect));
        world.populate().await;
        world
    }

    /// A realm whose dialect differs from the RFCs in these lines.
    pub(crate) async fn differing(lines: &str) -> Self {
        let world = Self(TestRealm::differing(lines));
        world.populate().await;
        world
    }

    async fn populate(&self) {
        self.api(API, &["read", "write", "tokens:write", "apps:write"]).await;
        for (organization, user) in [("acme", "ada"), ("bolt", "bob")] {
            self.insert(self.organization(organization)).await;
            self.insert(self.user(user, &[organization])).await;
        }
    }

    /// Adds an API with these scopes, and the signing keys that it needs.
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

    /// A person for whom an API makes the call, after it authenticated them.
    pub(crate) async fn person(&self, name: &str) -> Person {
        Person::authenticated_elsewhere(&self.ctx(), name).await.unwrap()
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
            client: Some(app.id),
            user: Some(user.id),
            organization,
            epoch: app.connections_epoch,
            handle: Some(Grant::connection_handle(app.id, user.id, organization, server)),
            ..self.grant(server, scopes("read"))
        };
        let id = grant.id.to_string();
        self.insert(grant).await;
        self.advance(1);
        id
    }
}
