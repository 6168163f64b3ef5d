//! A world with people: a partner's confidential app, and Ada, who is signed in and is a member of
//! the organization.

use base::{Clock as _, Id, SystemRng};
use dialect::Dialect;
use domain::*;
use engine::authorize::{allow, check};
use engine::people::SignedIn;
use engine::{Denial, secrets};
use oauth::{
    ClientAuthMethod, GrantType, Operation, Parameter as P, Reply, Request, TokenReply, pkce,
};
use store::StoreExt as _;

use crate::flows::world::{World, client_secret, request, scopes, with_basic};

pub(crate) const CALLBACK: &str = "https://app.example/callback";
pub(crate) const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more.~_";

/// The scopes that the app may ask for.
const ALL: &str = "read write openid profile email offline_access";

#[derive(Debug)]
pub(crate) struct Partner {
    pub(crate) world: World,
    pub(crate) app: Id<Client>,
    pub(crate) secret: String,
}

impl Partner {
    /// In a realm with the dialect of the RFCs.
    pub(crate) async fn new() -> Self {
        Self::speaking(Dialect::builtin("rfc").unwrap()).await
    }

    /// In a realm whose dialect differs from the RFCs in these lines.
    pub(crate) async fn departing(lines: &str) -> Self {
        let source = format!("name = \"other\"\ndescription = \"Another\"\n{lines}");
        Self::speaking(Dialect::parse("other.toml", &source).unwrap()).await
    }

    /// In a realm whose refresh tokens rotate.
    pub(crate) async fn rotating() -> Self {
        Self::departing("[refresh]\nrotation = \"rotating\"\n[lifetimes]\nrefresh_token = \"30d\"")
            .await
    }

    /// In a realm whose apps use one refresh token again and again.
    pub(crate) async fn reusable() -> Self {
        Self::departing("[refresh]\nrotation = \"reusable\"").await
    }

    pub(crate) async fn speaking(dialect: Dialect) -> Self {
        let world = World::speaking(dialect, Default::default(), Default::default()).await;
        let app = Id::new(world.clock.now(), &SystemRng);
        let mut partner = Self { world, app, secret: String::new() };
        partner.populate().await;
        partner
    }

    async fn populate(&mut self) {
        let world = &self.world;
        let organization = world.organization;
        world
            .change::<User>(world.user, |it| {
                it.memberships = vec![Membership { organization, role: "admin".into() }];
            })
            .await;
        let machine = world.store.by_id(world.client).await.unwrap().unwrap();
        let app = Client {
            id: self.app,
            public_id: "app_1".parse().unwrap(),
            name: "Ledger".into(),
            kind: ClientKind::App,
            organization: None,
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            redirect_uris: vec![CALLBACK.parse().unwrap()],
            post_logout_redirect_uris: vec!["https://app.example/bye".parse().unwrap()],
            redirect_domain: Some("app.example".into()),
            scopes: scopes(ALL),
            ..Client::clone(&machine)
        };
        world.insert(app).await;
        let user = world.store.by_id(world.user).await.unwrap().unwrap();
        world.insert(world.account(&user, vec![world.session(100)])).await;
        let app = self.app;
        let secret = world.credential(client_secret(app), |_| ());
        self.secret = secret.await.1;
    }

    /// The app becomes a public client, without a secret.
    pub(crate) async fn becomes_public(&self) {
        let none = vec![ClientAuthMethod::None];
        self.world.change::<Client>(self.app, |it| it.auth_methods = none).await;
    }

    async fn ada(&self) -> SignedIn {
        let store = &self.world.store;
        let user = store.by_id(self.world.user).await.unwrap().unwrap();
        let account = store.by_id(Account::id_of(self.world.user)).await.unwrap().unwrap();
        let session = account.sessions[0].clone();
        SignedIn { user, account, session }
    }

    /// Ada consents to exactly this request; returns the code.
    pub(crate) async fn authorization_code(&self, parameters: &[(P, &str)]) -> String {
        let request = request(Operation::Authorization, parameters);
        let person = self.ada().await;
        let reply = self.world.run(async |ctx| {
            let checked = check(ctx, &request).await.unwrap();
            allow(ctx, &checked, &person, Some("org_1")).await.unwrap()
        });
        reply.await.outcome.unwrap().code.expose().to_owned()
    }

    /// A code for these scopes, with a challenge of [`VERIFIER`].
    pub(crate) async fn code(&self, scope: &str) -> String {
        self.code_with(&[(P::Scope, scope)]).await
    }

    /// A code with a challenge of [`VERIFIER`], requested with these extra parameters.
    pub(crate) async fn code_with(&self, more: &[(P, &str)]) -> String {
        let challenge = pkce::s256(VERIFIER);
        let mut parameters = vec![
            (P::ClientId, "app_1"),
            (P::RedirectUri, CALLBACK),
            (P::ResponseType, "code"),
            (P::State, "a-state-nobody-guesses"),
            (P::CodeChallenge, challenge.as_str()),
            (P::CodeChallengeMethod, "S256"),
        ];
        parameters.extend_from_slice(more);
        self.authorization_code(&parameters).await
    }

    /// The parameters of the exchange of a code, including [`VERIFIER`].
    pub(crate) fn brings<'a>(&'a self, code: &'a str) -> Vec<(P, &'a str)> {
        vec![
            (P::GrantType, "authorization_code"),
            (P::ClientId, "app_1"),
            (P::ClientSecret, self.secret.as_str()),
            (P::Code, code),
            (P::RedirectUri, CALLBACK),
            (P::CodeVerifier, VERIFIER),
        ]
    }

    pub(crate) async fn exchange(&self, code: &str) -> Result<TokenReply, Denial> {
        self.world.token(&self.brings(code)).await
    }

    /// A connection for these scopes.
    pub(crate) async fn connected(&self, scope: &str) -> TokenReply {
        self.exchange(&self.code(scope).await).await.unwrap()
    }

    pub(crate) async fn refresh(&self, token: &str) -> Result<TokenReply, Denial> {
        self.refresh_with(token, &[]).await
    }

    pub(crate) async fn refresh_with(
        &self,
        token: &str,
        more: &[(P, &str)],
    ) -> Result<TokenReply, Denial> {
        let mut parameters = vec![
            (P::GrantType, "refresh_token"),
            (P::ClientId, "app_1"),
            (P::ClientSecret, self.secret.as_str()),
            (P::RefreshToken, token),
        ];
        parameters.extend_from_slice(more);
        self.world.token(&parameters).await
    }

    /// The app revokes a token.
    pub(crate) async fn revoke(&self, token: &str) {
        let request = with_basic(Operation::Revocation, ("app_1", &self.secret), token);
        assert!(matches!(self.world.ask(&request).await.unwrap(), Reply::Revoked));
    }

    /// The row of a refresh token, which must be the present one of its family.
    pub(crate) async fn family(&self, token: &str) -> store::Loaded<Credential> {
        let kind = CredentialKind::RefreshToken;
        self.world.run(async |ctx| secrets::find(ctx, kind, token).await).await.unwrap()
    }

    /// Sends a userinfo request.
    pub(crate) async fn userinfo(&self, token: &str) -> Result<serde_json::Value, Denial> {
        let request =
            Request { bearer: Some(base::Secret::new(token)), ..request(Operation::UserInfo, &[]) };
        match self.world.ask(&request).await? {
            Reply::UserInfo(claims) => Ok(serde_json::from_str(&claims).unwrap()),
            other => panic!("{other:?}"),
        }
    }
}

/// The refresh token of a reply.
pub(crate) fn refresh_token(reply: &TokenReply) -> String {
    reply.refresh_token.as_ref().unwrap().expose().to_owned()
}

/// The access token of a reply.
pub(crate) fn access_token(reply: &TokenReply) -> String {
    reply.access_token.expose().to_owned()
}
