//! A small realm to test with: one organization, one resource server, one machine client with a
//! secret, a refresh token, an API key, a personal access token and a legacy token.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock as _, DigestKey, FixedClock, Id, MasterKey, Rng, Secret, SystemRng, Timestamp};
use dialect::{Dialect, Environment};
use domain::*;
use engine::present::{Presented, PresentedAt, Verified, present};
use engine::{
    Context, Denial, Issuer, IssuerSettings, RequestOrigin, WriteContext, answer, secrets,
};
use oauth::{
    BasicCredentials, ClientAuthMethod, GrantType, Introspection, Operation, Parameter, Parameters,
    Reply, Request, TokenReply,
};
use store::{Batch, Memory, Store, StoreExt as _, Write};

pub(crate) const AUDIENCE: &str = "https://api.example";

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) issuer: Issuer,
    pub(crate) store: Arc<Memory>,
    pub(crate) clock: FixedClock,
    pub(crate) digests: DigestKey,
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

/// The detail of a client's secret.
pub(crate) const fn client_secret(client: Id<Client>) -> CredentialDetail {
    CredentialDetail::ClientSecret { client, organization: None, status_index: None }
}

pub(crate) fn scopes(text: &str) -> oauth::ScopeSet {
    text.parse().unwrap()
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
        let master = MasterKey::generate(&SystemRng);
        let settings = IssuerSettings {
            realm: "test".parse().unwrap(),
            url: "http://issuer.example".into(),
            dialect: Arc::new(dialect),
            environment: Environment::Live,
            display_name: None,
        };
        let issuer = Issuer::new(settings, &master, &SystemRng);
        let clock = FixedClock::new(Timestamp::from_seconds(1_800_000_000));
        let id = {
            let now = clock.now();
            move || Id::<()>::new(now, &SystemRng as &dyn Rng).as_u128()
        };
        let mut world = Self {
            issuer,
            store: Arc::new(Memory::new()),
            clock,
            digests: master.digest_key(),
            organization: Id::from_u128(id()),
            user: Id::from_u128(id()),
            server: Id::from_u128(id()),
            client: Id::from_u128(id()),
            grant: Id::from_u128(id()),
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
        let (realm, now) = (self.issuer.realm().clone(), self.clock.now());
        let organization = Organization {
            id: self.organization,
            realm: realm.clone(),
            public_id: "org_1".parse().unwrap(),
            name: "Acme".into(),
            status: Status::Active,
            budget: BudgetLimits::default(),
            created_at: now,
        };
        let user = User {
            id: self.user,
            realm: realm.clone(),
            public_id: "user_1".parse().unwrap(),
            email: "ada@example.com".into(),
            email_verified: true,
            name: "Ada".into(),
            profile: Profile::default(),
            role: "member".into(),
            status: UserStatus::Active,
            former_memberships: Vec::new(),
            memberships: vec![],
            created_at: now,
        };
        let definition = |scope: &str| ScopeDefinition {
            scope: scope.parse().unwrap(),
            description: scope.into(),
        };
        let server = ResourceServer {
            id: self.server,
            realm: realm.clone(),
            public_id: "api_1".parse().unwrap(),
            identifier: AUDIENCE.into(),
            name: "API".into(),
            scopes: vec![definition("read"), definition("write")],
            tokens,
            status: Status::Active,
            created_at: now,
        };
        let client = Client {
            id: self.client,
            realm: realm.clone(),
            public_id: "client_1".parse().unwrap(),
            name: "Robot".into(),
            kind: ClientKind::Machine,
            organization: Some(self.organization),
            auth_methods: vec![
                ClientAuthMethod::ClientSecretBasic,
                ClientAuthMethod::ClientSecretPost,
            ],
            grant_types: vec![GrantType::ClientCredentials, GrantType::RefreshToken],
            default_audience: Some(self.server),
            app_type: domain::AppType::default(),
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            redirect_domain: None,
            scopes: oauth::ScopeSet::default(),
            description: None,
            client_uri: None,
            logo_uri: None,
            creator: None,
            connections_epoch: 0,
            budget,
            status: Status::Active,
            created_at: now,
        };
        let machine = self.grant_record(Some(self.client), None, self.grant);
        let machine = Grant {
            handle: Some(Grant::machine_handle(self.client, self.server)),
            default_scopes: Some(scopes("read")),
            ..machine
        };
        self.insert(Entity::Organization(Arc::new(organization))).await;
        self.insert(Entity::User(Arc::new(user))).await;
        self.insert(Entity::ResourceServer(Arc::new(server))).await;
        self.insert(Entity::Client(Arc::new(client))).await;
        self.insert(Entity::Grant(Arc::new(machine))).await;
        self.issue_everything().await;
        let algorithms = [Algorithm::ES256, Algorithm::HS256];
        let made = self.run(async |ctx| engine::keys::ensure(ctx, &algorithms).await).await;
        self.store.commit(made.unwrap().batch).await.unwrap();
        self.issuer.reload_keys(&*self.store).await.unwrap();
    }

    async fn issue_everything(&mut self) {
        let (client, server, grant) = (self.client, self.server, self.grant);
        self.client_secret = self.credential(client_secret(client), |_| ()).await.1;
        let detail = CredentialDetail::ResourceServerSecret { resource_server: server };
        self.server_secret = self.credential(detail, |_| ()).await.1;
        let detail = RefreshToken::new(grant, client).into();
        self.refresh_token = self.credential(detail, |_| ()).await.1;
        let own = Id::new(self.clock.now(), &SystemRng);
        self.insert(Entity::Grant(Arc::new(self.grant_record(None, None, own)))).await;
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
        self.insert(Entity::Grant(Arc::new(record))).await;
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
            realm: self.issuer.realm().clone(),
            client,
            user,
            organization: Some(self.organization),
            resource_server: self.server,
            scopes: scopes("read write"),
            default_scopes: None,
            handle: None,
            epoch: 0,
            status_index: None,
            revoked: None,
            created_at: self.clock.now(),
        }
    }

    /// Issues a credential; returns its public id and its string.
    pub(crate) async fn credential(
        &self,
        detail: CredentialDetail,
        adjust: impl FnOnce(&mut Credential),
    ) -> (String, String) {
        let issued = self.run(async |ctx| secrets::issue(ctx, detail.kind())).await;
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
        self.insert(Entity::Credential(Arc::new(credential))).await;
        (public_id, issued.secret.expose().to_owned())
    }

    pub(crate) async fn insert(&self, entity: Entity) {
        let batch = Batch { writes: vec![Write::Insert(entity)], events: vec![] };
        self.store.commit(batch).await.unwrap();
    }

    /// Changes a record by its public id, without the checks of the engine.
    pub(crate) async fn change<T: EntityRecord>(&self, id: Id<T>, change: impl FnOnce(&mut T)) {
        let loaded = self.store.by_id(id).await.unwrap().unwrap();
        let mut record = (*loaded.record).clone();
        change(&mut record);
        let batch = Batch { writes: vec![loaded.replace_with(record)], events: vec![] };
        self.store.commit(batch).await.unwrap();
    }

    /// The credential behind a string of `kind`.
    pub(crate) async fn found(&self, kind: CredentialKind, text: &str) -> Id<Credential> {
        self.run(async |ctx| secrets::find(ctx, kind, text).await).await.unwrap().id
    }

    pub(crate) async fn run<R>(&self, act: impl AsyncFnOnce(&WriteContext<'_>) -> R) -> R {
        let origin = RequestOrigin { request_id: "req-1".into(), ..Default::default() };
        let context = Context {
            issuer: &self.issuer,
            store: &*self.store,
            now: self.clock.now(),
            rng: &SystemRng,
            digests: &self.digests,
            origin: &origin,
            attempt: 0,
        };
        act(&WriteContext::new(context, &*self.store)).await
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
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

/// The private code of a denial.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, Denial>) -> &'static str {
    result.unwrap_err().code()
}
