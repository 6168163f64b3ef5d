//! A realm with two people. The password hash is the password itself, and every password check is
//! counted.

use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use base::Secret;
use domain::{Account, Actor, PasswordHash, User};
use engine::people::{Browser, Check, NewSession, Password, Passwords, Share, SignedIn};
use engine::{Denial, people};
use store::{Loaded, StoreExt as _};

use crate::support::TestRealm;
pub(crate) use crate::support::code;

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
        _share: Share,
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
    realm: TestRealm,
    pub(crate) passwords: Counting,
}

impl Deref for Fixture {
    type Target = TestRealm;

    fn deref(&self) -> &TestRealm {
        &self.realm
    }
}

impl Fixture {
    /// Ada, who has a password, and Bob, who has none.
    pub(crate) async fn new() -> Self {
        let fixture = Self { realm: TestRealm::builtin("rfc"), passwords: Counting::default() };
        for name in ["ada", "bob"] {
            fixture.insert(fixture.realm.user(name, &[])).await;
        }
        fixture.set_password("ada@example.com", PASSWORD).await;
        fixture
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
        self.done(async |ctx| people::set_password(ctx, &Actor::System, &user, hash.clone()).await)
            .await;
    }

    pub(crate) async fn user(&self, email: &str) -> Loaded<User> {
        self.store.by_handle(self.issuer.realm(), email).await.unwrap().unwrap()
    }

    pub(crate) async fn change_user(&self, email: &str, change: impl FnOnce(&mut User)) {
        self.change(self.user(email).await.id, change).await;
    }

    pub(crate) async fn account(&self, email: &str) -> Loaded<Account> {
        let id = Account::id_of(self.user(email).await.id);
        self.store.by_id(id).await.unwrap().unwrap()
    }
}
