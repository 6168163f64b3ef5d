//! Runs each step in the engine and in the model, and compares the results.

use std::sync::Arc;

use domain::{Actor, Client, Grant, Status};
use engine::people::SignedIn;
use engine::present::{Presented, PresentedAt, present};
use engine::{AccessTokenReason, Denial, WriteContext, answer};
use oauth::{Operation, Parameter as P, Parameters, Reply, Request, TokenReply};
use proptest::sample::Index;
use store::{Store, StoreExt as _};

use super::model::{Model, Refresh, Scopes, Source};
use super::{Fault, Step};
use crate::authorize::race::{Overtaken, all};
use crate::authorize::world::{REDIRECT, VERIFIER, World, id, request};

/// Person and organization of each possible connection.
const WHO: [(&str, &str); 3] = [("bob", "acme"), ("ada", "acme"), ("ada", "bolt")];

pub(super) struct Play {
    world: World,
    model: Model,
    secret: String,
    rivals_secret: String,
    people: Vec<SignedIn>,
    races: u64,
}

type TokenResult = Result<TokenReply, Denial>;

impl Play {
    pub(super) async fn new(window: Option<u64>) -> Self {
        let window_text = window.map_or("off".into(), |seconds| format!("{seconds}s"));
        let world = World::speaking(&format!(
            "[refresh]\nrotation = \"rotating\"\nretry_window = \"{window_text}\"\n\
             [lifetimes]\nrefresh_token = \"30d\"\ncode = \"60s\"\n\
             [access_token]\nformat = \"opaque\"\nlifetime = 3600\n\
             [authorization]\nrefresh_scopes = [\"offline_access\"]\n"
        ))
        .await;
        world.insert(world.app("rival", "https://rival.example/cb")).await;
        let (secret, rivals_secret) =
            (world.secret_of("app").await, world.secret_of("rival").await);
        let mut people = vec![];
        for (person, _) in WHO {
            people.push(world.signed_in(person).await);
        }
        let may_ask = Scopes::from(["offline_access", "read", "write"]);
        let list = crate::authorize::world::scopes(&text(&may_ask));
        world.change::<Client>("app", |it| it.scopes = list).await;
        let model = Model::new(window, may_ask);
        Self { world, model, secret, rivals_secret, people, races: 0 }
    }

    pub(super) async fn take(&mut self, step: Step) {
        match step {
            Step::Authorize { who, scopes } => self.authorize(who, scopes).await,
            Step::Exchange { code, fault } => self.exchange(code, fault).await,
            Step::Refresh { family, back, narrow } => self.refresh(family, back, narrow).await,
            Step::RaceRefresh { family, many } => self.race_refresh(family, many).await,
            Step::RaceExchange { code, many } => self.race_exchange(code, many).await,
            Step::RaceRevoke { family } => self.race_revoke(family).await,
            Step::Revoke { family, back } => self.revoke(family, back).await,
            Step::RevokeAccess { token } => self.revoke_access(token).await,
            Step::Close { who } => self.close(who).await,
            Step::Narrow { who, to } => self.narrow(who, to).await,
            Step::ChangeScopes { to, drop } => {
                let scopes = crate::authorize::world::scopes(&text(&to));
                let change = |it: &mut Client| {
                    it.scopes = scopes;
                    it.connections_epoch += u32::from(drop);
                };
                self.world.change::<Client>("app", change).await;
                self.model.may_ask = to;
                if drop {
                    self.model.drop_all();
                }
            }
            Step::Suspend(suspended) => {
                let status = if suspended { Status::Suspended } else { Status::Active };
                self.world.change::<Client>("app", |it| it.status = status).await;
                self.model.suspended = suspended;
            }
            Step::Wait { seconds } => {
                self.world.advance(seconds);
                self.model.now += seconds;
            }
            Step::Restart => self.world.restart(),
        }
    }

    async fn authorize(&mut self, who: usize, scopes: Scopes) {
        let asked = text(&scopes);
        let asked = request(&[(P::Scope, &asked), (P::Organization, WHO[who].1)]);
        let reply = match self.world.check(&asked).await {
            Ok(checked) => self.world.allow(&checked, &self.people[who], None).await.ok(),
            Err(_) => None,
        };
        assert_eq!(reply.is_some(), self.model.may_authorize(&scopes), "{scopes:?}");
        if let Some(reply) = reply {
            let code = reply.outcome.unwrap().code.expose().to_owned();
            self.model.authorized(who, scopes, code);
        }
    }

    fn bringing(&self, code: usize, fault: Fault) -> Request {
        let or = |wrong, other, right| if fault == wrong { other } else { right };
        let (client, secret) = match fault {
            Fault::OtherClient => ("rival", &self.rivals_secret),
            _ => ("app", &self.secret),
        };
        token_request(&[
            (P::GrantType, "authorization_code"),
            (P::ClientId, client),
            (P::ClientSecret, secret),
            (P::Code, &self.model.codes[code].text),
            (P::RedirectUri, or(Fault::OtherRedirect, "https://app.example/other", REDIRECT)),
            (P::CodeVerifier, or(Fault::OtherVerifier, &"x".repeat(43), VERIFIER)),
        ])
    }

    fn refreshing(&self, family: usize, back: usize, narrow: Option<&Scopes>) -> Request {
        let tokens = &self.model.families[family].tokens;
        let narrow = narrow.map(text).unwrap_or_default();
        token_request(&[
            (P::GrantType, "refresh_token"),
            (P::ClientId, "app"),
            (P::ClientSecret, &self.secret),
            (P::RefreshToken, &tokens[tokens.len() - 1 - back]),
            (P::Scope, &narrow),
        ])
    }

    fn revoking(&self, token: &str) -> Request {
        let own = [(P::ClientId, "app"), (P::ClientSecret, &*self.secret), (P::Token, token)];
        Request { operation: Operation::Revocation, ..token_request(&own) }
    }

    async fn exchange(&mut self, code: Index, fault: Fault) {
        let Some(code) = pick(code, self.model.codes.len()) else { return };
        let told = self.world.run(async |ctx| ask(ctx, &self.bringing(code, fault)).await).await;
        let expected = match fault {
            Fault::OtherClient => None,
            fault => self.model.exchange(code, fault == Fault::None),
        };
        self.exchanged(code, told, expected);
    }

    fn exchanged(&mut self, code: usize, told: TokenResult, expected: Option<Scopes>) {
        assert_eq!(told.is_ok(), expected.is_some(), "{:?} {expected:?}", told.err());
        let (Ok(reply), Some(scopes)) = (told, expected) else { return };
        assert_eq!(reply.scope.to_string(), text(&scopes));
        let stays = scopes.contains("offline_access");
        assert_eq!(reply.refresh_token.is_some(), stays);
        let refresh = reply.refresh_token.map(|it| it.expose().to_owned());
        self.model.exchanged(code, scopes, reply.access_token.expose().to_owned(), refresh);
    }

    async fn refresh(&mut self, family: Index, back: usize, narrow: Option<Scopes>) {
        let Some(family) = pick(family, self.model.families.len()) else { return };
        let back = back.min(self.model.families[family].tokens.len() - 1);
        let asked = self.refreshing(family, back, narrow.as_ref());
        let told = self.world.run(async |ctx| ask(ctx, &asked).await).await;
        let expected = self.model.refresh(family, back, narrow.as_ref());
        self.refreshed(family, told, expected);
    }

    fn refreshed(&mut self, family: usize, told: TokenResult, expected: Refresh) {
        let scopes = match &expected {
            Refresh::Denied => {
                assert!(told.is_err(), "{told:?}");
                return;
            }
            Refresh::Rotates(scopes) | Refresh::Repeats(scopes) => scopes.clone(),
        };
        let reply = told.unwrap();
        assert_eq!(reply.scope.to_string(), text(&scopes));
        let successor = reply.refresh_token.unwrap().expose().to_owned();
        let known = self.model.families[family].tokens.contains(&successor);
        match expected {
            Refresh::Rotates(_) => {
                assert!(!known, "a rotation gives a new one");
                self.model.rotated(family, successor);
            }
            _ => {
                let present = self.model.families[family].tokens.last();
                assert_eq!(Some(&successor), present, "a retry gets the same successor");
            }
        }
        let access = reply.access_token.expose().to_owned();
        self.model.minted(Source::Family(family), scopes, access);
    }

    /// Many requests use the present token at once. One after another, they are a rotation and its
    /// retries.
    async fn race_refresh(&mut self, family: Index, many: usize) {
        let Some(family) = pick(family, self.model.families.len()) else { return };
        let asked = vec![self.refreshing(family, 0, None); many];
        let mut told = self.race(&asked).await;
        // The order is unknown: successful requests are recorded in the model first.
        told.sort_by_key(Result::is_err);
        let mut rotated = false;
        for told in told {
            let expected = self.model.refresh(family, usize::from(rotated), None);
            rotated |= matches!(expected, Refresh::Rotates(_));
            self.refreshed(family, told, expected);
        }
    }

    async fn race_exchange(&mut self, code: Index, many: usize) {
        let Some(code) = pick(code, self.model.codes.len()) else { return };
        let mut told = self.race(&vec![self.bringing(code, Fault::None); many]).await;
        told.sort_by_key(Result::is_err);
        for told in told {
            let expected = self.model.exchange(code, true);
            self.exchanged(code, told, expected);
        }
    }

    async fn race_revoke(&mut self, family: Index) {
        let Some(family) = pick(family, self.model.families.len()) else { return };
        let token = self.model.families[family].tokens.last().unwrap().clone();
        let (refresh, revoke) = (self.refreshing(family, 0, None), self.revoking(&token));
        let mut told = self.race(&[refresh, revoke]).await;
        // In any order, the family ends revoked. If the refresh succeeded, it was a rotation before
        // that.
        let expected = self.model.refresh(family, 0, None);
        let first = told.remove(0);
        if first.is_ok() {
            self.refreshed(family, first, expected);
        }
        self.model.revoke(family);
    }

    async fn race(&mut self, requests: &[Request]) -> Vec<TokenResult> {
        self.races += 1;
        let store = Overtaken::new(Arc::clone(&self.world.store), self.races);
        let (world, store) = (&self.world, &store as &dyn Store);
        let one = |asked| {
            let told = world.run_on(store, async move |ctx| ask(ctx, asked).await);
            Box::pin(told) as std::pin::Pin<Box<dyn Future<Output = TokenResult> + '_>>
        };
        all(requests.iter().map(one).collect()).await
    }

    async fn revoke(&mut self, family: Index, back: usize) {
        let Some(family) = pick(family, self.model.families.len()) else { return };
        let tokens = &self.model.families[family].tokens;
        let token = &tokens[tokens.len() - 1 - back.min(tokens.len() - 1)];
        let asked = self.revoking(token);
        let done = self.world.run(async |ctx| answer(ctx, &asked).await.is_ok()).await;
        assert_eq!(done, !self.model.suspended);
        self.model.revoke(family);
    }

    async fn revoke_access(&mut self, token: Index) {
        let Some(token) = pick(token, self.model.access.len()) else { return };
        let asked = self.revoking(&self.model.access[token].text);
        let done = self.world.run(async |ctx| answer(ctx, &asked).await.is_ok()).await;
        assert_eq!(done, !self.model.suspended);
        self.model.revoke_access(token);
    }

    /// The grant of a person and organization that has the handle.
    async fn grant(&self, who: usize) -> Option<store::Loaded<Grant>> {
        let (person, organization) = WHO[who];
        let (app, api) = (id("app"), id("api"));
        let handle = Grant::connection_handle(app, id(person), Some(id(organization)), api);
        self.world.store.by_handle(self.world.issuer.realm(), &handle).await.unwrap()
    }

    async fn close(&mut self, who: usize) {
        if let Some(grant) = self.grant(who).await {
            let grant = grant.id.to_string();
            let done = self.world.run(async |ctx| {
                engine::admin::grants::revoke(ctx, &Actor::System, &grant, None).await
            });
            let batch = done.await.unwrap().batch;
            self.world.store.commit(batch).await.unwrap();
        }
        self.model.close(who);
    }

    async fn narrow(&mut self, who: usize, to: Scopes) {
        let (Some(grant), Some(connection)) =
            (self.grant(who).await, self.model.connection_of(who))
        else {
            return;
        };
        let known = &mut self.model.connections[connection].scopes;
        *known = &*known & &to;
        let scopes = crate::authorize::world::scopes(&text(known));
        let write = grant.replace_with(Grant { scopes, ..Grant::clone(&grant) });
        let batch = store::Batch { writes: vec![write], events: vec![] };
        self.world.store.commit(batch).await.unwrap();
    }

    /// Every string that was ever issued is active exactly when the model says so.
    pub(super) async fn compare(&self) {
        for token in &self.model.access {
            let found = self.present(&token.text, PresentedAt::Api).await;
            let expected = self.model.allows(token);
            assert_eq!(found, expected.as_ref().map(text), "an access token");
            let allowed = expected.unwrap_or_default();
            assert!(allowed.is_subset(&token.consented), "its scope was widened");
        }
        for family in &self.model.families {
            let mut live = vec![];
            for token in &family.tokens {
                if self.present(token, PresentedAt::Issuer).await.is_some() {
                    live.push(token.as_str());
                }
            }
            let expected: Vec<_> = self.model.live_token(family).into_iter().collect();
            assert_eq!(live, expected, "the live refresh tokens of a family");
        }
    }

    /// The scopes of a string, if it is active.
    async fn present(&self, text: &str, place: PresentedAt) -> Option<String> {
        let presented = Presented::Token(text);
        let found = self.world.run(async |ctx| present(ctx, &presented, place).await).await;
        found.ok().map(|it| it.scopes.to_string())
    }
}

fn pick(index: Index, len: usize) -> Option<usize> {
    (len > 0).then(|| index.index(len))
}

fn text(scopes: &Scopes) -> String {
    scopes.iter().copied().collect::<Vec<_>>().join(" ")
}

fn token_request(parameters: &[(P, &str)]) -> Request {
    let mut all = Parameters::new();
    for (name, value) in parameters {
        all.insert(*name, *value).unwrap();
    }
    Request {
        operation: Operation::Token,
        parameters: all,
        basic: None,
        bearer: None,
        possession: false,
    }
}

async fn ask(ctx: &WriteContext<'_>, request: &Request) -> TokenResult {
    match answer(ctx, request).await?.reply {
        Reply::Token(reply) => Ok(*reply),
        Reply::Revoked => Err(AccessTokenReason::Revoked.into()),
        other => panic!("{other:?}"),
    }
}
