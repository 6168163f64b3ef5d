//! A small realm to test with: one organization, one resource server, one machine client with a
//! secret, a refresh token, an API key, a personal access token and a legacy token.

use std::ops::Deref;

use base::{Clock as _, Id, Secret, SystemRng};
use dialect::Dialect;
use domain::*;
use engine::present::{Presented, PresentedAt, Verified, present};
use engine::{Denial, answer, secrets};
use oauth::{
    BasicCredentials, Introspection, Operation, Parameter, Parameters, Reply, Request, TokenReply,
};

use crate::support::TestRealm;
pub(crate) use crate::support::{API as AUDIENCE, client_secret, code, id, scopes};

#[derive(Debug)]
pub(crate) struct World {
    realm: TestRealm,
    pub(crate) organization: Id<Organization>,
    pub(crate) user: Id<User>,
    pub(crate) server: Id<ResourceServer>,
    pub(crate) client: Id<Client>,
    pub(crate) grant: Id<Grant>,
    pub(crate) client_secret: String,
    pub(crate) refresh_token: String,
    pub(crate) api_key: (String, String),
    pub(crate) personal_access_token: String,
    pub(crate) legacy: (String, String),
    pub(crate) server_secret: String,
}

impl Deref for World {
    type Target = TestRealm;

    fn deref(&self) -> &TestRealm {
        &self.realm
    }
}

impl World {
    /// A world with the dialect of the RFCs.
    pub(crate) async fn new() -> Self {
        Self::with(TokenPolicy::default(), BudgetLimits::default()).await
    }

    pub(crate) async fn with(tokens: TokenPolicy, budget: BudgetLimits) -> Self {
        Self::speaking(Dialect::builtin("rfc").unwrap(), tokens, budget).await
    }

    pub(crate) async fn speaking(
        dialect: Dialect,
        tokens: TokenPolicy,
        budget: BudgetLimits,
    ) -> Self {
        let mut world = Self {
            realm: TestRealm::new(dialect),
            organization: id("org_1"),
            user: id("user_1"),
            server: id("api_1"),
            client: id("client_1"),
            grant: id("grant_1"),
            client_secret: String::new(),
            refresh_token: String::new(),
            api_key: Default::default(),
            personal_access_token: String::new(),
            legacy: ("old-token-7".into(), "an old secret: 42!".replace([' ', ':'], "-")),
            server_secret: String::new(),
        };
        world.populate(tokens, budget).await;
        world
    }

    async fn populate(&mut self, tokens: TokenPolicy, budget: BudgetLimits) {
        let realm = &self.realm;
        realm.insert(realm.organization("org_1")).await;
        let ada = User {
            email: "ada@example.com".into(),
            name: "Ada".into(),
            ..realm.user("user_1", &[])
        };
        realm.insert(ada).await;
        let server = realm.resource_server("api_1", AUDIENCE, "read write");
        realm.insert(ResourceServer { tokens, ..server }).await;
        let client = Client {
            organization: Some(self.organization),
            default_audience: Some(self.server),
            budget,
            ..realm.client("client_1")
        };
        realm.insert(client).await;
        let machine = Grant {
            handle: Some(Grant::machine_handle(self.client, self.server)),
            default_scopes: Some(scopes("read")),
            ..self.grant_record(Some(self.client), None, self.grant)
        };
        realm.insert(machine).await;
        self.issue_everything().await;
        self.create_keys(&[Algorithm::ES256, Algorithm::HS256]).await;
    }

    async fn issue_everything(&mut self) {
        let (client, server, grant) = (self.client, self.server, self.grant);
        self.client_secret = self.credential(client_secret(client), |_| ()).await.1;
        let detail = CredentialDetail::ResourceServerSecret { resource_server: server };
        self.server_secret = self.credential(detail, |_| ()).await.1;
        let detail = RefreshToken::new(grant, client).into();
        self.refresh_token = self.credential(detail, |_| ()).await.1;
        let own = Id::new(self.clock.now(), &SystemRng);
        self.insert(self.grant_record(None, None, own)).await;
        let (organization, status_index) = (self.organization, None);
        let detail = CredentialDetail::ApiKey { grant: own, organization, status_index };
        self.api_key = self.credential(detail, |_| ()).await;
        let persons = Id::new(self.clock.now(), &SystemRng);
        let user = self.user;
        let record = Grant {
            organization: None,
            scopes: scopes("read"),
            ..self.grant_record(None, Some(user), persons)
        };
        self.insert(record).await;
        let detail = CredentialDetail::PersonalAccessToken {
            grant: persons,
            user,
            organization: None,
            status_index,
        };
        self.personal_access_token = self.credential(detail, |_| ()).await.1;
        let digest = self.digests.digest(&Secret::<AnySecret>::new(self.legacy.1.as_str()));
        let public_id = self.legacy.0.parse().unwrap();
        let detail = CredentialDetail::LegacyToken {
            weak: false,
            grant: own,
            organization,
            scopes: scopes("read write"),
            status_index,
        };
        self.credential(detail, |it| {
            it.public_id = public_id;
            it.digest = digest;
        })
        .await;
    }

    fn grant_record(
        &self,
        client: Option<Id<Client>>,
        user: Option<Id<User>>,
        id: Id<Grant>,
    ) -> Grant {
        Grant {
            id,
            client,
            user,
            organization: Some(self.organization),
            ..self.realm.grant(self.server, scopes("read write"))
        }
    }

    /// The credential behind a string of `kind`.
    pub(crate) async fn found(&self, kind: CredentialKind, text: &str) -> Id<Credential> {
        self.run(async |ctx| secrets::find(ctx, kind, text).await).await.unwrap().id
    }

    pub(crate) async fn ask(&self, request: &Request) -> Result<Reply, Denial> {
        self.run(async |ctx| answer(ctx, request).await.map(|answered| answered.reply)).await
    }

    pub(crate) async fn token(
        &self,
        parameters: &[(Parameter, &str)],
    ) -> Result<TokenReply, Denial> {
        match self.ask(&request(Operation::Token, parameters)).await? {
            Reply::Token(reply) => Ok(*reply),
            other => panic!("{other:?}"),
        }
    }

    /// A token by client credentials, with the default scope.
    pub(crate) async fn machine_token(&self) -> String {
        let reply = self.token(&self.machine(&[])).await.unwrap();
        reply.access_token.expose().to_owned()
    }

    /// The parameters of a client credentials request.
    pub(crate) fn machine<'a>(
        &'a self,
        more: &[(Parameter, &'a str)],
    ) -> Vec<(Parameter, &'a str)> {
        let mut parameters = vec![
            (Parameter::GrantType, "client_credentials"),
            (Parameter::ClientId, "client_1"),
            (Parameter::ClientSecret, self.client_secret.as_str()),
        ];
        parameters.extend_from_slice(more);
        parameters
    }

    pub(crate) async fn at_api(&self, token: &str) -> Result<Verified, Denial> {
        self.run(async |ctx| present(ctx, &Presented::Token(token), PresentedAt::Api).await).await
    }

    pub(crate) async fn pair_at_api(&self, id: &str, secret: &str) -> Result<Verified, Denial> {
        let presented = Presented::Basic { id, secret };
        self.run(async |ctx| present(ctx, &presented, PresentedAt::Api).await).await
    }

    pub(crate) async fn introspect(&self, id: &str, secret: &str, token: &str) -> Introspection {
        let request = with_basic(Operation::Introspection, (id, secret), token);
        match self.ask(&request).await.unwrap() {
            Reply::Introspection(answer) => *answer,
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) fn request(operation: Operation, parameters: &[(Parameter, &str)]) -> Request {
    let mut all = Parameters::new();
    for (parameter, value) in parameters {
        all.insert(*parameter, *value).unwrap();
    }
    Request { operation, parameters: all, basic: None, bearer: None, possession: false }
}

pub(crate) fn with_basic(operation: Operation, basic: (&str, &str), token: &str) -> Request {
    let (id, secret) = basic;
    Request {
        basic: Some(BasicCredentials { id: id.into(), secret: Secret::new(secret) }),
        ..request(operation, &[(Parameter::Token, token)])
    }
}

pub(crate) fn with_bearer(operation: Operation, bearer: &str, token: &str) -> Request {
    Request {
        bearer: Some(Secret::new(bearer)),
        ..request(operation, &[(Parameter::Token, token)])
    }
}
