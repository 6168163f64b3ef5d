//! A realm with two people. The password hash is the password itself, and every password check is
//! counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use base::{Clock as _, DigestKey, FixedClock, Id, MasterKey, Secret, SystemRng, Timestamp};
use dialect::{Dialect, Environment};
use domain::{Account, Actor, EntityRecord as _, Event, PasswordHash, Profile, User, UserStatus};
use engine::people::{Browser, Check, NewSession, Password, Passwords, SignedIn};
use engine::{
    Context, Denial, Issuer, IssuerSettings, RequestOrigin, WriteContext, people, settle,
};
use store::{Batch, EventQuery, Loaded, Memory, Store, StoreExt as _, StoreReader as _, Write};

pub(crate) const PASSWORD: &str = "correct horse";

#[derive(Debug, Default)]
pub(crate) struct Counting {
    pub(crate) checks: AtomicUsize,
    pub(crate) with_hash: AtomicUsize,
    pub(crate) hashes: AtomicUsize,
}

#[async_trait]
impl Passwords for Counting {
    async fn verify(
        &self,
        hash: Option<PasswordHash>,
        password: Secret<Password>,
    ) -> Result<Check, Denial> {
        self.checks.fetch_add(1, Ordering::Relaxed);
        self.with_hash.fetch_add(usize::from(hash.is_some()), Ordering::Relaxed);
        // Real hashing is slow: here other tasks get a turn instead.
        tokio::task::yield_now().await;
        let hash = hash.as_ref().map(PasswordHash::as_phc).unwrap_or_default();
        let (old, new) = (format!("old {}", password.expose()), password.expose());
        Ok(match hash {
            hash if hash == new => Check::Right { outdated: false },
            hash if hash == old => Check::Right { outdated: true },
            _ => Check::Wrong,
        })
    }

    async fn hash(&self, password: Secret<Password>) -> Result<PasswordHash, Denial> {
        self.hashes.fetch_add(1, Ordering::Relaxed);
        Ok(PasswordHash::new(password.expose().to_owned()))
    }
}

#[derive(Debug)]
pub(crate) struct Fixture {
    pub(crate) issuer: Issuer,
    pub(crate) store: Arc<Memory>,
    pub(crate) clock: FixedClock,
    pub(crate) digests: DigestKey,
    pub(crate) passwords: Counting,
}

impl Fixture {
    /// Ada, who has a password, and Bob, who has none.
    pub(crate) async fn new() -> Self {
        let master = MasterKey::generate(&SystemRng);
        let settings = IssuerSettings {
            realm: "test".parse().unwrap(),
            url: "http://issuer.example".into(),
            dialect: Arc::new(Dialect::builtin("rfc").unwrap()),
            environment: Environment::Live,
            display_name: None,
        };
        let fixture = Self {
            issuer: Issuer::new(settings, &master, &SystemRng),
            store: Arc::new(Memory::new()),
            clock: FixedClock::new(Timestamp::from_seconds(1_800_000_000)),
            digests: master.digest_key(),
            passwords: Counting::default(),
        };
        for (name, email) in [("ada", "ada@example.com"), ("bob", "bob@example.com")] {
            fixture.add(name, email).await;
        }
        fixture.set_password("ada@example.com", PASSWORD).await;
        fixture
    }

    async fn add(&self, name: &str, email: &str) {
        let user = User {
            id: Id::new(self.clock.now(), &SystemRng),
            realm: self.issuer.realm().clone(),
            public_id: format!("user_{name}").parse().unwrap(),
            email: email.into(),
            email_verified: true,
            name: name.into(),
            profile: Profile::default(),
            role: "user".into(),
            status: UserStatus::Active,
            former_memberships: Vec::new(),
            memberships: Vec::new(),
            created_at: self.clock.now(),
        };
        let writes = vec![Write::Insert(Arc::new(user).into_entity())];
        self.store.commit(Batch { writes, events: Vec::new() }).await.unwrap();
    }

    pub(crate) async fn run<R>(&self, act: impl AsyncFnOnce(&WriteContext<'_>) -> R) -> R {
        let origin = RequestOrigin {
            request_id: "request-1".into(),
            address: Some([192, 0, 2, 7].into()),
            ..RequestOrigin::default()
        };
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

    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Result<NewSession, Denial> {
        self.sign_in_with(email, password, Browser::default()).await
    }

    pub(crate) async fn sign_in_with(
        &self,
        email: &str,
        password: &str,
        browser: Browser<'_>,
    ) -> Result<NewSession, Denial> {
        self.run(async |ctx| {
            people::sign_in(ctx, &self.passwords, email, Secret::new(password), browser).await
        })
        .await
    }

    pub(crate) async fn session(&self, cookie: &str) -> Result<SignedIn, Denial> {
        self.run(async |ctx| people::session(ctx, cookie).await).await
    }

    pub(crate) async fn set_password(&self, email: &str, password: &str) {
        let user = self.user(email).await;
        let hash = PasswordHash::new(password.into());
        let actor = Actor::System;
        self.run(async |ctx| {
            let set = async |ctx| people::set_password(&ctx, &actor, &user, hash.clone()).await;
            settle(ctx, set).await.map(drop)
        })
        .await
        .unwrap();
    }

    pub(crate) async fn user(&self, email: &str) -> Loaded<User> {
        self.store.by_handle(self.issuer.realm(), email).await.unwrap().unwrap()
    }

    pub(crate) async fn change_user(&self, email: &str, change: impl FnOnce(&mut User)) {
        let user = self.user(email).await;
        let mut after = User::clone(&user);
        change(&mut after);
        let writes = vec![user.replace_with(after)];
        self.store.commit(Batch { writes, events: Vec::new() }).await.unwrap();
    }

    pub(crate) async fn account(&self, email: &str) -> Loaded<Account> {
        let id = Account::id_of(self.user(email).await.id);
        self.store.by_id(id).await.unwrap().unwrap()
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// The newest events, newest first.
    pub(crate) async fn events(&self, limit: usize) -> Vec<Event> {
        let query = EventQuery { newest_first: true, limit, ..EventQuery::default() };
        self.store.events(&query).await.unwrap()
    }
}

/// The private reason of a denial.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, Denial>) -> &'static str {
    result.unwrap_err().code()
}
