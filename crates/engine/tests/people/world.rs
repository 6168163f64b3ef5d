//! A small realm with people. Ada is a member of Acme and Bolt, Bob of Acme, and Cid of no
//! organization. Ada is also a member of Closed, which is suspended. There are four clients: a
//! confidential app, a public app on the web, a native app, and a machine client that may not send
//! authorization requests.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock as _, Digest, DigestKey, FixedClock, Id, MasterKey, SystemRng, Timestamp};
use dialect::{Dialect, Environment};
use domain::*;
use engine::authorize::{
    AuthorizationDenial, AuthorizationRequest, Next, allow, check, login_marker, next,
};
use engine::people::SignedIn;
use engine::{Context, Issuer, IssuerSettings, RequestOrigin, WriteContext};
use oauth::{
    AuthorizationReply, ClientAuthMethod, GrantType, Operation, Parameter as P, Parameters, Request,
};
use store::{Batch, EventQuery, Memory, Store, StoreExt as _, StoreReader as _, Write};

pub(crate) const API: &str = "https://api.example";
pub(crate) const OTHER_API: &str = "https://other.example";
pub(crate) const REDIRECT: &str = "https://app.example/cb";
/// The example of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) issuer: Issuer,
    pub(crate) store: Arc<Memory>,
    pub(crate) clock: FixedClock,
    pub(crate) digests: DigestKey,
    master: MasterKey,
}

pub(crate) fn scopes(text: &str) -> oauth::ScopeSet {
    text.parse().unwrap()
}

/// The identifier of the entity with this name in this world.
pub(crate) fn id<T>(name: &str) -> Id<T> {
    let hash = base::digest::sha256(name.as_bytes());
    Id::from_u128(u128::from_be_bytes(hash[..16].try_into().unwrap()))
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::speaking("").await
    }

    /// A world whose dialect differs from the RFCs in these lines.
    pub(crate) async fn speaking(lines: &str) -> Self {
        let head = "name = \"test\"\ndescription = \"A dialect\"\n";
        let dialect = Dialect::parse("test.toml", &format!("{head}{lines}")).unwrap();
        Self::with(dialect).await
    }

    pub(crate) async fn with(dialect: Dialect) -> Self {
        let master = MasterKey::generate(&SystemRng);
        let world = Self {
            issuer: issuer(Arc::new(dialect), &master),
            store: Arc::new(Memory::new()),
            clock: FixedClock::new(Timestamp::from_seconds(1_800_000_000)),
            digests: master.digest_key(),
            master,
        };
        world.populate().await;
        world
    }

    async fn populate(&self) {
        for (name, status) in [
            ("acme", Status::Active),
            ("bolt", Status::Active),
            ("closed", Status::Suspended),
            ("foreign", Status::Active),
        ] {
            self.insert(self.organization(name, status)).await;
        }
        for (name, of) in
            [("ada", &["acme", "bolt", "closed"][..]), ("bob", &["acme"]), ("cid", &[])]
        {
            self.insert(self.user(name, of)).await;
        }
        self.insert(self.server("api", API)).await;
        self.insert(self.server("other", OTHER_API)).await;
        self.insert(self.app("app", REDIRECT)).await;
        let public = |name, redirect| Client {
            auth_methods: vec![ClientAuthMethod::None],
            ..self.app(name, redirect)
        };
        self.insert(public("spa", "https://spa.example/cb")).await;
        let native = public("native", "http://127.0.0.1/cb");
        self.insert(Client { app_type: AppType::Native, ..native }).await;
        let robot = self.app("robot", REDIRECT);
        self.insert(Client { kind: ClientKind::Machine, ..robot }).await;
    }

    pub(crate) fn organization(&self, name: &str, status: Status) -> Organization {
        Organization {
            id: id(name),
            realm: self.issuer.realm().clone(),
            public_id: name.parse().unwrap(),
            name: name.to_uppercase(),
            status,
            budget: BudgetLimits::default(),
            created_at: self.clock.now(),
        }
    }

    fn user(&self, name: &str, organizations: &[&str]) -> User {
        let member = |of: &&str| Membership { organization: id(of), role: "member".into() };
        User {
            id: id(name),
            realm: self.issuer.realm().clone(),
            public_id: name.parse().unwrap(),
            email: format!("{name}@example.com"),
            email_verified: true,
            name: name.to_uppercase(),
            profile: Profile::default(),
            role: "member".into(),
            status: UserStatus::Active,
            former_memberships: Vec::new(),
            memberships: organizations.iter().map(member).collect(),
            created_at: self.clock.now(),
        }
    }

    fn server(&self, name: &str, identifier: &str) -> ResourceServer {
        let definition = |scope: &str| ScopeDefinition {
            scope: scope.parse().unwrap(),
            description: format!("May {scope}"),
        };
        ResourceServer {
            id: id(name),
            realm: self.issuer.realm().clone(),
            public_id: name.parse().unwrap(),
            identifier: identifier.into(),
            name: name.to_uppercase(),
            scopes: ["read", "write", "delete"].map(definition).to_vec(),
            tokens: TokenPolicy::default(),
            status: Status::Active,
            created_at: self.clock.now(),
        }
    }

    /// A confidential app that may ask for `read` and `write`.
    pub(crate) fn app(&self, name: &str, redirect: &str) -> Client {
        Client {
            id: id(name),
            realm: self.issuer.realm().clone(),
            public_id: name.parse().unwrap(),
            name: name.to_uppercase(),
            kind: ClientKind::App,
            organization: Some(id("foreign")),
            auth_methods: vec![ClientAuthMethod::ClientSecretPost],
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            default_audience: Some(id("api")),
            app_type: AppType::Web,
            redirect_uris: vec![redirect.parse().unwrap()],
            post_logout_redirect_uris: Vec::new(),
            redirect_domain: None,
            scopes: scopes("read write"),
            description: None,
            client_uri: None,
            logo_uri: None,
            creator: None,
            connections_epoch: 0,
            budget: BudgetLimits::default(),
            status: Status::Active,
            created_at: self.clock.now(),
        }
    }

    pub(crate) async fn insert<T: EntityRecord>(&self, record: T) {
        let write = Write::Insert(Arc::new(record).into_entity());
        self.store.commit(Batch { writes: vec![write], events: vec![] }).await.unwrap();
    }

    /// Changes the record with this name, without the checks of the engine.
    pub(crate) async fn change<T: EntityRecord>(&self, name: &str, change: impl FnOnce(&mut T)) {
        let loaded = self.store.by_id(id::<T>(name)).await.unwrap().unwrap();
        let mut record = (*loaded.record).clone();
        change(&mut record);
        let batch = Batch { writes: vec![loaded.replace_with(record)], events: vec![] };
        self.store.commit(batch).await.unwrap();
    }

    /// A person who signs in at this moment.
    pub(crate) async fn signed_in(&self, name: &str) -> SignedIn {
        let now = self.clock.now();
        let user = self.store.by_id(id::<User>(name)).await.unwrap().unwrap();
        let session = Session {
            id: Id::new(now, &SystemRng),
            digest: Digest::from_bytes([0; 32]),
            authenticated_at: now,
            expires_at: now.plus(Duration::from_secs(86_400)),
            address: None,
            user_agent: None,
        };
        let account = Account::id_of(user.id);
        if self.store.by_id(account).await.unwrap().is_none() {
            self.insert(Account {
                id: account,
                realm: self.issuer.realm().clone(),
                public_id: user.public_id.clone(),
                password: None,
                sessions: vec![],
                created_at: now,
            })
            .await;
        }
        self.change::<Account>(name, |it| it.sessions.push(session.clone())).await;
        let account = self.store.by_id(account).await.unwrap().unwrap();
        SignedIn { user, account, session }
    }

    /// Restarts the program: only the store and the master key remain.
    pub(crate) fn restart(&mut self) {
        self.issuer = issuer(Arc::clone(self.issuer.dialect()), &self.master);
        self.digests = self.master.digest_key();
    }

    /// Gives a client a secret.
    pub(crate) async fn secret_of(&self, client: &str) -> String {
        let kind = CredentialKind::ClientSecret;
        let issued = self.run(async |ctx| engine::secrets::issue(ctx, kind)).await;
        self.insert(Credential {
            id: issued.id,
            realm: self.issuer.realm().clone(),
            public_id: issued.public_id,
            label: "test".into(),
            digest: issued.digest,
            expires_at: None,
            revoked: None,
            created_at: self.clock.now(),
            detail: CredentialDetail::ClientSecret {
                client: id(client),
                organization: None,
                status_index: None,
            },
        })
        .await;
        issued.secret.expose().to_owned()
    }

    pub(crate) async fn run<R>(&self, act: impl AsyncFnOnce(&WriteContext<'_>) -> R) -> R {
        self.run_on(&*self.store, act).await
    }

    /// The same, with another store reader.
    pub(crate) async fn run_on<R>(
        &self,
        store: &dyn Store,
        act: impl AsyncFnOnce(&WriteContext<'_>) -> R,
    ) -> R {
        let origin = RequestOrigin { request_id: "req-1".into(), ..Default::default() };
        let context = Context {
            issuer: &self.issuer,
            store,
            now: self.clock.now(),
            rng: &SystemRng,
            digests: &self.digests,
            origin: &origin,
            attempt: 0,
        };
        act(&WriteContext::new(context, store)).await
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) async fn check(
        &self,
        request: &Request,
    ) -> Result<AuthorizationRequest, AuthorizationDenial> {
        self.run(async |ctx| check(ctx, request).await).await
    }

    /// A checked request, which must be valid.
    pub(crate) async fn authorization_request(
        &self,
        changes: &[(P, &str)],
    ) -> AuthorizationRequest {
        self.check(&request(changes)).await.unwrap()
    }

    /// The next step, for a person or without one.
    pub(crate) async fn next(
        &self,
        asking: &AuthorizationRequest,
        person: impl Into<Option<&SignedIn>>,
        chosen: Option<&str>,
    ) -> Result<Next, AuthorizationDenial> {
        let person = person.into();
        self.run(async |ctx| next(ctx, asking, person, chosen).await).await
    }

    pub(crate) async fn allow(
        &self,
        asking: &AuthorizationRequest,
        person: &SignedIn,
        chosen: Option<&str>,
    ) -> Result<AuthorizationReply, AuthorizationDenial> {
        self.run(async |ctx| allow(ctx, asking, person, chosen).await).await
    }

    pub(crate) async fn marker(&self, asking: &AuthorizationRequest) -> String {
        self.run(async |ctx| login_marker(ctx, asking)).await
    }

    /// The request of a person who returns from signing in.
    pub(crate) async fn returning(
        &self,
        changes: &[(P, &str)],
        marker: &str,
    ) -> AuthorizationRequest {
        let asking = self.authorization_request(changes).await;
        self.run(async |ctx| asking.returning(ctx, Some(marker))).await
    }

    /// All connections, active or not, oldest first.
    pub(crate) async fn grants(&self) -> Vec<store::Loaded<Grant>> {
        let query = store::ListQuery {
            kind: Kind::Grant,
            realm: self.issuer.realm().clone(),
            owners: Owners::default(),
            after: None,
            limit: 100,
        };
        self.store.page(query).await.unwrap()
    }

    /// The events of the audit trail, oldest first: action and actor.
    pub(crate) async fn recorded_reasons(&self) -> Vec<String> {
        let query = EventQuery { limit: 100, ..EventQuery::default() };
        let events: Vec<Event> = self.store.events(&query).await.unwrap();
        events
            .iter()
            .map(|it| format!("{} by {}", it.draft.action, it.draft.origin.actor))
            .collect()
    }
}

fn issuer(dialect: Arc<Dialect>, master: &MasterKey) -> Issuer {
    let settings = IssuerSettings {
        realm: "test".parse().unwrap(),
        url: "https://issuer.example".into(),
        dialect,
        environment: Environment::Live,
        display_name: None,
    };
    Issuer::new(settings, master, &SystemRng)
}

/// A valid request of the confidential app, with some parameters changed. An empty value removes a
/// parameter.
pub(crate) fn request(changes: &[(P, &str)]) -> Request {
    let mut all = vec![
        (P::ClientId, "app"),
        (P::RedirectUri, REDIRECT),
        (P::ResponseType, "code"),
        (P::State, "state-12345"),
        (P::Scope, "read"),
        (P::CodeChallenge, CHALLENGE),
        (P::CodeChallengeMethod, "S256"),
    ];
    all.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    let mut parameters = Parameters::new();
    for (name, value) in all.iter().chain(changes) {
        parameters.insert(*name, *value).unwrap();
    }
    Request {
        operation: Operation::Authorization,
        parameters,
        basic: None,
        bearer: None,
        possession: false,
    }
}

/// Where a denial goes: `page code`, or `redirect code error`.
pub(crate) fn refusal<T>(result: Result<T, AuthorizationDenial>) -> String {
    let Err(refused) = result else { return "accepted".into() };
    let (code, problem) = (refused.denial().code(), refused.denial().problem());
    match refused {
        AuthorizationDenial::Page(_) => format!("page {code}"),
        AuthorizationDenial::Redirect { .. } => {
            format!("redirect {code} {}", problem.code())
        }
    }
}

/// The next step, in a few words.
pub(crate) fn outcome(result: Result<Next, AuthorizationDenial>) -> String {
    match result {
        Ok(Next::SignIn) => "sign in".into(),
        Ok(Next::Choose(choices)) => {
            let names: Vec<_> = choices.iter().map(|it| it.public_id.as_str()).collect();
            format!("choose {}", names.join(" "))
        }
        Ok(Next::Consent(screen)) => {
            let of = screen.organization.as_ref().map_or("nobody", |it| it.public_id.as_str());
            format!("consent for {of}")
        }
        Ok(Next::Reply(reply)) => format!("reply {}", reply.outcome.is_ok()),
        Err(refused) => refusal::<()>(Err(refused)),
    }
}
