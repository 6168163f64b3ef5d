//! The published marks agree with the decisions of the engine: a mark of a token is revoked in the
//! ledger exactly when the token is denied.

use std::sync::Arc;
use std::time::Duration;

use base::encoding::parse_base64url;
use base::{Clock as _, Id, SystemRng};
use domain::*;
use engine::admin::memberships::{self, NewMembership};
use engine::marks::{Ledger, Ledgers, effective, effective_in_memory};
use engine::mint::{Mint, ParentCredential, mint};
use engine::retention::{record_lifetimes, sweep};
use engine::{Chain, Outcome};
use proptest::prelude::*;
use status::{Mark, TokenStatus};
use store::{Batch, Hot, HotOptions, Loaded, Store as _, StoreExt as _, StoreReader as _, Write};

use crate::flows::world::{AUDIENCE, World, scopes};

/// A world with an app of another organization beside it, a person, and grants of every shape.
struct Fixture {
    world: World,
    ledger: Ledger,
    /// Another node: its memory, which follows the feed, and its ledger.
    other: (Hot, Arc<Ledger>),
    owner: Id<Organization>,
    app: Id<Client>,
    /// The grants and credentials that tokens are minted from.
    sources: Vec<(Id<Grant>, Id<Credential>)>,
    tokens: Vec<String>,
}

impl Fixture {
    async fn new(placed: bool) -> Self {
        let world = World::new().await;
        let fresh = |world: &World| world.clock.now();
        let (owner, app) = (
            Id::new(fresh(&world), &SystemRng as &dyn base::Rng),
            Id::new(fresh(&world), &SystemRng),
        );
        let other = another_node(&world).await;
        let mut fixture = Self {
            world,
            ledger: Ledger::default(),
            other,
            owner,
            app,
            sources: Vec::new(),
            tokens: Vec::new(),
        };
        fixture.populate(placed).await;
        fixture
    }

    async fn populate(&mut self, placed: bool) {
        let world = &self.world;
        let like = world.store.by_id(world.organization).await.unwrap().unwrap();
        let owner = Organization {
            id: self.owner,
            public_id: "owner".parse().unwrap(),
            ..Organization::clone(&like)
        };
        world.insert(owner).await;
        let like = world.store.by_id(world.client).await.unwrap().unwrap();
        let app = Client {
            id: self.app,
            public_id: "app".parse().unwrap(),
            kind: ClientKind::App,
            organization: Some(self.owner),
            ..Client::clone(&like)
        };
        world.insert(app).await;
        // The client and the user, the kind of credential, and whether it is for the organization.
        let (machine, app, user) = (Some(world.client), Some(self.app), Some(world.user));
        let shapes = [
            (machine, None, CredentialKind::ClientSecret, true),
            (machine, None, CredentialKind::RefreshToken, true),
            (None, None, CredentialKind::ApiKey, true),
            (app, user, CredentialKind::Consent, true),
            (app, user, CredentialKind::RefreshToken, false),
            (None, user, CredentialKind::PersonalAccessToken, true),
        ];
        for (at, (client, user, kind, organization)) in (0_u32..).zip(shapes) {
            let grant = Grant {
                client,
                user,
                organization: organization.then_some(world.organization),
                status_index: placed.then_some(2 * at),
                ..world.grant(world.server, scopes("read"))
            };
            let of = grant.id;
            world.insert(grant).await;
            let own = kind == CredentialKind::ClientSecret;
            let members = CredentialMembers {
                grant: (!own).then_some(of),
                client,
                organization: organization.then_some(world.organization),
                user,
                status_index: placed.then_some(2 * at + 1),
                ..CredentialMembers::NONE
            };
            let (public_id, _) = world
                .credential(members.detail(kind).unwrap(), |it| {
                    if kind == CredentialKind::Consent {
                        it.id = Id::from_u128(of.as_u128());
                    }
                })
                .await;
            let realm = world.issuer.realm();
            let found = world.store.by_public_id::<Credential>(realm, &public_id).await;
            self.sources.push((of, found.unwrap().unwrap().id));
        }
        self.join(true).await;
        for id in [world.organization, self.owner] {
            self.look::<Organization>(id).await;
        }
        for id in [world.client, self.app] {
            self.look::<Client>(id).await;
        }
        self.look::<ResourceServer>(world.server).await;
        for (grant, credential) in &self.sources {
            self.look::<Grant>(*grant).await;
            self.look::<Credential>(*credential).await;
        }
    }

    /// Records the present version of an entity in the ledger, as the store's memory does.
    async fn look<T: EntityRecord>(&self, id: Id<T>) {
        if let Some(loaded) = self.world.store.by_id(id).await.unwrap() {
            self.ledger.entity(&loaded.record.clone().into_entity());
        }
    }

    /// Changes an entity, unless it was removed.
    async fn change<T: EntityRecord>(&self, id: Id<T>, change: impl FnOnce(&mut T)) {
        if self.world.store.by_id(id).await.unwrap().is_some() {
            let loaded = self.world.store.by_id(id).await.unwrap().unwrap();
            let mut record = T::clone(&loaded);
            change(&mut record);
            let batch =
                Batch { writes: vec![loaded.replace_with(record)], events: vec![self.event()] };
            self.world.store.commit(batch).await.unwrap();
            self.look(id).await;
        }
    }

    /// An event, so that the other node hears of the change.
    fn event(&self) -> EventDraft {
        EventDraft {
            realm: self.world.issuer.realm().clone(),
            at: self.world.clock.now(),
            action: "it.changed".into(),
            target: Target { kind: Kind::Grant, id: 0, public_id: "it".into() },
            origin: Origin::system(),
            detail: serde_json::Map::new(),
        }
    }

    /// Sweeps everything, without waiting until it was listed long enough. Nobody mints from a personal
    /// access token, so that of this test stays.
    async fn sweep(&self) {
        for (grant, credential) in &self.sources[..5] {
            let before = (
                self.world.store.by_id(*grant).await.unwrap(),
                self.world.store.by_id(*credential).await.unwrap(),
            );
            for candidate in
                [(Kind::Credential, credential.as_u128()), (Kind::Grant, grant.as_u128())]
            {
                self.world.run(async |ctx| sweep(ctx, &[candidate]).await).await.unwrap();
            }
            self.noticed(*grant, before.0).await;
            self.noticed(*credential, before.1).await;
        }
    }

    async fn noticed<T: EntityRecord>(&self, id: Id<T>, before: Option<Loaded<T>>) {
        self.look(id).await;
        if let (Some(before), None) = (before, self.world.store.by_id(id).await.unwrap()) {
            self.ledger.removed(&before.record.clone().into_entity());
        }
    }

    async fn commit<R>(&self, outcome: Result<Outcome<R>, engine::Denial>) {
        let Outcome { batch, .. } = outcome.unwrap();
        self.world.store.commit(batch).await.unwrap();
    }

    async fn join(&self, joins: bool) {
        let by = Actor::System;
        let organization = "org_1".to_owned();
        let done = self
            .world
            .run(async |ctx| match joins {
                true => {
                    let status_index = NewMembership { organization, role: None };
                    memberships::put(ctx, &by, "user_1", &status_index).await
                }
                false => memberships::remove(ctx, &by, "user_1", &organization).await,
            })
            .await;
        // A user who was deleted cannot become a member again.
        if done.is_ok() {
            self.commit(done).await;
        }
        self.look::<User>(self.world.user).await;
    }

    /// A token from one of the sources, if that source is active.
    async fn mint(&mut self, source: usize) {
        let (grant, credential) = self.sources[source];
        let minted = self
            .world
            .run(async |ctx| {
                let credential = ctx.store.by_id(credential).await.unwrap()?;
                if credential.revoked.is_some()
                    || credential.expires_at.is_some_and(|at| at <= ctx.now)
                {
                    return None;
                }
                let chain = Chain::of(ctx, grant).await.ok()?;
                let credential = ParentCredential::of(&credential);
                let scopes = scopes("read");
                let token = Mint { chain, credential, key: None, scopes, token_id: None };
                Some(mint(ctx, &token).unwrap().token.expose().to_owned())
            })
            .await;
        self.tokens.extend(minted);
    }

    async fn revoke_token(&self, at: prop::sample::Index) {
        if self.tokens.is_empty() {
            return;
        }
        let payload = payload(&self.tokens[at.index(self.tokens.len())]);
        let token = payload["jti"].as_str().unwrap().parse::<Id<()>>().unwrap().as_u128();
        let until = payload["exp"].as_i64().map(base::Timestamp::from_seconds);
        let now = self.world.clock.now();
        let writes = vec![Write::RevokeToken { token, until, now }];
        self.world.store.commit(Batch { writes, events: vec![] }).await.unwrap();
        self.ledger.token(token, until);
    }

    /// Whether the token is active for a client that has the ledger and the token only.
    fn holds_offline(&self, ledger: &Ledger, token: &str) -> bool {
        let payload = payload(token);
        let status = TokenStatus::read(&payload["status"]).unwrap();
        let jti: Id<()> = payload["jti"].as_str().unwrap().parse().unwrap();
        let mut marks = status.marks;
        marks.extend([Mark::audience(AUDIENCE), Mark::id(jti.as_u128())]);
        let over = payload["exp"].as_i64().is_some_and(|at| at <= self.world.clock.now().seconds());
        !over && !marks.iter().any(|mark| ledger.is_revoked(*mark))
    }

    /// The ledger of a node that starts at this moment.
    async fn anew(&self) -> Ledger {
        let ledger = Ledger::default();
        for kind in Kind::ALL {
            for stored in self.world.store.scan(kind, None, store::MAX_SCAN).await.unwrap() {
                ledger.entity(&stored.entity);
            }
        }
        for (token, until) in self.world.store.revoked_tokens(1_000).await.unwrap().unwrap() {
            ledger.token(token, until);
        }
        ledger.tick(self.world.clock.now());
        ledger
    }
}

/// A node that follows what is committed.
async fn another_node(world: &World) -> (Hot, Arc<Ledger>) {
    let options = HotOptions { sole_writer: false, ..HotOptions::default() };
    let (memory, ledger) = (Hot::new(Arc::clone(&world.store) as _, options), Arc::default());
    let ledgers = Ledgers::new([(world.issuer.realm().clone(), Arc::clone(&ledger))]);
    memory.watch(Arc::new(ledgers));
    memory.fill().await.unwrap();
    (memory, ledger)
}

pub(crate) fn payload(token: &str) -> serde_json::Value {
    let payload = parse_base64url(token.split('.').nth(1).unwrap().as_bytes()).unwrap();
    serde_json::from_slice(&payload).unwrap()
}

pub(crate) fn revocation(at: base::Timestamp) -> Option<Revocation> {
    Some(Revocation { at, by: Actor::System, reason: None })
}

#[derive(Clone, Debug)]
enum Step {
    Mint(usize),
    RevokeToken(prop::sample::Index),
    RevokeCredential(usize),
    RevokeGrant(usize),
    SuspendClient(bool, Status),
    SuspendOrganization(bool, Status),
    SuspendServer(Status),
    Person(UserStatus),
    Join(bool),
    DropConnections,
    EndSecret { minutes: u64 },
    Sweep,
    Wait { minutes: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let status = || prop_oneof![2 => Just(Status::Active), 1 => Just(Status::Suspended)];
    let person = prop_oneof![
        3 => Just(UserStatus::Active),
        2 => Just(UserStatus::Suspended),
        1 => Just(UserStatus::Removed)
    ];
    prop_oneof![
        12 => (0_usize..6).prop_map(Step::Mint),
        2 => any::<prop::sample::Index>().prop_map(Step::RevokeToken),
        1 => (0_usize..6).prop_map(Step::RevokeCredential),
        1 => (0_usize..6).prop_map(Step::RevokeGrant),
        3 => (any::<bool>(), status()).prop_map(|(app, to)| Step::SuspendClient(app, to)),
        3 => (any::<bool>(), status()).prop_map(|(own, to)| Step::SuspendOrganization(own, to)),
        2 => status().prop_map(Step::SuspendServer),
        3 => person.prop_map(Step::Person),
        4 => any::<bool>().prop_map(Step::Join),
        1 => Just(Step::DropConnections),
        1 => (1_u64..60).prop_map(|minutes| Step::EndSecret { minutes }),
        3 => Just(Step::Sweep),
        3 => (1_u64..90).prop_map(|minutes| Step::Wait { minutes }),
    ]
}

async fn take(fixture: &mut Fixture, step: Step) {
    let world = &fixture.world;
    match step {
        Step::Mint(source) => fixture.mint(source).await,
        Step::RevokeToken(at) => fixture.revoke_token(at).await,
        Step::RevokeCredential(at) => {
            let revoked = revocation(world.clock.now());
            fixture.change(fixture.sources[at].1, |it| it.revoked = revoked).await;
        }
        Step::RevokeGrant(at) => {
            let revoked = revocation(world.clock.now());
            fixture.change(fixture.sources[at].0, |it| it.revoked = revoked).await;
        }
        Step::SuspendClient(app, to) => {
            let id = if app { fixture.app } else { world.client };
            fixture.change(id, |it| it.status = to).await;
        }
        Step::SuspendOrganization(own, to) => {
            let id = if own { fixture.owner } else { world.organization };
            fixture.change(id, |it| it.status = to).await;
        }
        Step::SuspendServer(to) => fixture.change(world.server, |it| it.status = to).await,
        Step::Person(to) => fixture.change(world.user, |it| it.status = to).await,
        Step::Join(joins) => fixture.join(joins).await,
        Step::DropConnections => {
            fixture.change(fixture.app, |it| it.connections_epoch += 1).await;
            let present = world.store.by_id(fixture.app).await.unwrap().unwrap().connections_epoch;
            // A new consent makes a grant of the new epoch; the revoked grant keeps its tokens.
            let (grant, credential) = fixture.sources[3];
            let known = world.store.by_id(credential).await.unwrap();
            let there = world.store.by_id(grant).await.unwrap().is_some()
                && known.is_some_and(|it| it.removed().is_none());
            if present == 1 && there {
                fixture.sources[3] = renewed(fixture, fixture.sources[3], present).await;
            }
        }
        Step::EndSecret { minutes } => {
            let at = world.clock.now().plus(Duration::from_secs(60 * minutes));
            fixture
                .change(fixture.sources[0].1, |it| it.expires_at = it.expires_at.or(Some(at)))
                .await;
        }
        Step::Sweep => fixture.sweep().await,
        Step::Wait { minutes } => {
            world.advance(minutes * 60);
            fixture.ledger.tick(world.clock.now());
        }
    }
}

async fn renewed(
    fixture: &Fixture,
    (grant, credential): (Id<Grant>, Id<Credential>),
    epoch: u32,
) -> (Id<Grant>, Id<Credential>) {
    let world = &fixture.world;
    let grant = world.store.by_id(grant).await.unwrap().unwrap();
    let credential = world.store.by_id(credential).await.unwrap().unwrap();
    let id = Id::new(world.clock.now(), &SystemRng);
    let fresh = Grant { id, epoch, status_index: None, revoked: None, ..Grant::clone(&grant) };
    world.insert(fresh).await;
    let members = CredentialMembers {
        grant: Some(id),
        client: credential.client(),
        organization: credential.organization(),
        user: credential.user(),
        ..CredentialMembers::NONE
    };
    let credential = Credential {
        id: Id::from_u128(id.as_u128()),
        public_id: "renewed".parse().unwrap(),
        revoked: None,
        detail: members.detail(credential.kind()).unwrap(),
        ..Credential::clone(&credential)
    };
    let of = credential.id;
    world.insert(credential).await;
    fixture.look::<Grant>(id).await;
    fixture.look::<Credential>(of).await;
    (id, of)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
    #[test]
    fn a_token_is_refused_exactly_when_one_of_its_marks_is_revoked(
        placed in any::<bool>(),
        recorded in any::<bool>(),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut fixture = Fixture::new(placed).await;
            if recorded {
                let record = async |ctx: &engine::WriteContext<'_>| record_lifetimes(ctx).await;
                fixture.world.run(record).await.unwrap();
            }
            for step in steps {
                let told = format!("{step:?}");
                take(&mut fixture, step).await;
                let (memory, followed) = &fixture.other;
                memory.advance().await.unwrap();
                followed.tick(fixture.world.clock.now());
                for token in &fixture.tokens {
                    let here = fixture.world.at_api(token).await;
                    for ledger in [&fixture.ledger, &**followed] {
                        let offline = fixture.holds_offline(ledger, token);
                        assert_eq!(here.is_ok(), offline, "after {told}: {:?}", here.as_ref().err());
                    }
                }
            }
            // A node that starts at this moment has the same ledger.
            let anew = fixture.anew().await;
            for token in &fixture.tokens {
                let accepted = fixture.world.at_api(token).await.is_ok();
                assert_eq!(accepted, fixture.holds_offline(&anew, token));
            }
            in_lists(&fixture).await;
        });
    }
}

/// Token Status List §8.3: a client that knows only the list denies the same tokens, except: tokens
/// revoked by themselves, expired tokens, and tokens from a client secret, which have the bit of
/// their grant.
async fn in_lists(fixture: &Fixture) {
    let realm = fixture.world.issuer.realm();
    let lists = effective(&*fixture.world.store, realm, &fixture.ledger.revoked()).await.unwrap();
    let memory = Hot::new(Arc::clone(&fixture.world.store) as _, HotOptions::default());
    memory.fill().await.unwrap();
    let in_memory = effective_in_memory(&memory, realm, &fixture.ledger.revoked());
    assert!((0..64).all(|list| in_memory.list(list) == lists.list(list)));
    for token in &fixture.tokens {
        let payload = payload(token);
        let status = TokenStatus::read(&payload["status"]).unwrap();
        let Some(status_index) = status.status_index else { continue };
        // Of an expired token nothing may be left.
        let now = fixture.world.clock.now().seconds();
        if payload["exp"].as_i64().is_some_and(|at| at <= now) {
            continue;
        }
        let of_secret = status_index == 0;
        let links = status.marks.iter().skip(usize::from(of_secret));
        let bad = links.chain([&Mark::audience(AUDIENCE)]).any(|it| fixture.ledger.is_revoked(*it));
        assert_eq!(lists.contains(Mark::status_index(status_index)), bad, "{status:?}");
    }
}
