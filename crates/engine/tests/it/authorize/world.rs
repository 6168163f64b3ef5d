//! A small realm with people. Ada is a member of Acme and Bolt, Bob of Acme, and Cid of no
//! organization. Ada is also a member of Closed, which is suspended. There are four clients: a
//! confidential app, a public app on the web, a native app, and a machine client that may not send
//! authorization requests.

use std::ops::{Deref, DerefMut};

use dialect::Dialect;
use domain::*;
use engine::authorize::{
    AuthorizationDenial, AuthorizationRequest, Next, allow, check, login_marker, next,
};
use engine::people::SignedIn;
use oauth::{
    AuthorizationReply, ClientAuthMethod, GrantType, Operation, Parameter as P, Parameters, Request,
};
use store::{EventQuery, StoreExt as _, StoreReader as _};

pub(crate) use crate::support::{API, id, scopes};
use crate::support::{TestRealm, client_secret};

pub(crate) const OTHER_API: &str = "https://other.example";
pub(crate) const REDIRECT: &str = "https://app.example/cb";
/// The binding of a browser.
pub(crate) const BROWSER: &str = "a-browser";
/// The example of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[derive(Debug)]
pub(crate) struct World(TestRealm);

impl Deref for World {
    type Target = TestRealm;

    fn deref(&self) -> &TestRealm {
        &self.0
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut TestRealm {
        &mut self.0
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::speaking("").await
    }

    /// A world whose dialect differs from the RFCs in these lines.
    pub(crate) async fn speaking(lines: &str) -> Self {
        Self::of(TestRealm::differing(lines)).await
    }

    pub(crate) async fn with(dialect: Dialect) -> Self {
        Self::of(TestRealm::new(dialect)).await
    }

    async fn of(realm: TestRealm) -> Self {
        let world = Self(realm);
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
            self.insert(Organization { status, ..self.organization(name) }).await;
        }
        for (name, of) in
            [("ada", &["acme", "bolt", "closed"][..]), ("bob", &["acme"]), ("cid", &[])]
        {
            self.insert(self.user(name, of)).await;
        }
        for (name, identifier) in [("api", API), ("other", OTHER_API)] {
            self.insert(self.resource_server(name, identifier, "read write delete")).await;
        }
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

    /// A confidential app that may ask for `read` and `write`.
    pub(crate) fn app(&self, name: &str, redirect: &str) -> Client {
        Client {
            kind: ClientKind::App,
            organization: Some(id("foreign")),
            auth_methods: vec![ClientAuthMethod::ClientSecretPost],
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            default_audience: Some(id("api")),
            redirect_uris: vec![redirect.parse().unwrap()],
            scopes: scopes("read write"),
            ..self.client(name)
        }
    }

    /// Changes the record with this name, without the checks of the engine.
    pub(crate) async fn change<T: EntityRecord>(&self, name: &str, change: impl FnOnce(&mut T)) {
        self.0.change(id::<T>(name), change).await;
    }

    /// A person who signs in at this moment.
    pub(crate) async fn signed_in(&self, name: &str) -> SignedIn {
        let user = self.store.by_id(id::<User>(name)).await.unwrap().unwrap();
        let session = self.session(1);
        let account = Account::id_of(user.id);
        if self.store.by_id(account).await.unwrap().is_none() {
            self.insert(self.account(&user, vec![])).await;
        }
        self.change::<Account>(name, |it| it.sessions.push(session.clone())).await;
        let account = self.store.by_id(account).await.unwrap().unwrap();
        SignedIn { user, account, session }
    }

    /// Gives a client a secret.
    pub(crate) async fn secret_of(&self, client: &str) -> String {
        self.credential(client_secret(id(client)), |_| ()).await.1
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
        checked: &AuthorizationRequest,
        person: impl Into<Option<&SignedIn>>,
        chosen: Option<&str>,
    ) -> Result<Next, AuthorizationDenial> {
        let person = person.into();
        self.run(async |ctx| next(ctx, checked, person, chosen).await).await
    }

    pub(crate) async fn allow(
        &self,
        checked: &AuthorizationRequest,
        person: &SignedIn,
        chosen: Option<&str>,
    ) -> Result<AuthorizationReply, AuthorizationDenial> {
        self.run(async |ctx| allow(ctx, checked, person, chosen).await).await
    }

    /// The marker of a person who is sent to sign in with [`BROWSER`]; `person` is signed in there.
    pub(crate) async fn marker(
        &self,
        checked: &AuthorizationRequest,
        person: impl Into<Option<&SignedIn>>,
    ) -> String {
        let person = person.into();
        self.run(async |ctx| login_marker(ctx, checked, BROWSER, person)).await
    }

    /// The request of a person who returns with [`BROWSER`] from signing in.
    pub(crate) async fn returning(
        &self,
        changes: &[(P, &str)],
        marker: &str,
    ) -> AuthorizationRequest {
        self.returning_in(BROWSER, changes, marker).await
    }

    /// The same, with another browser.
    pub(crate) async fn returning_in(
        &self,
        browser: &str,
        changes: &[(P, &str)],
        marker: &str,
    ) -> AuthorizationRequest {
        let checked = self.authorization_request(changes).await;
        let browsers = ["an older binding".to_owned(), browser.to_owned()];
        self.run(async |ctx| checked.returning(ctx, Some(marker), &browsers)).await
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

/// Where a denial goes: `page code`, `redirect code error`, or `shown code error` where a
/// page shows it first.
pub(crate) fn refusal<T>(result: Result<T, AuthorizationDenial>) -> String {
    let Err(refused) = result else { return "accepted".into() };
    let (code, problem) = (refused.denial().code(), refused.denial().problem());
    match refused {
        AuthorizationDenial::Page(_) => format!("page {code}"),
        AuthorizationDenial::Redirect { shown_first, .. } => {
            let way = if shown_first { "shown" } else { "redirect" };
            format!("{way} {code} {}", problem.code())
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
