//! Passwords in clear text, for fast tests.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use base::Secret;
use domain::PasswordHash;
use engine::people::{Check, Password, Passwords, Share};
use engine::{Denial, SignInReason};

/// Stores passwords in clear text, and counts the checks.
#[derive(Debug, Default)]
pub struct PlainPasswords {
    /// The number of checks.
    pub checks: AtomicUsize,
    /// Whether each check for a stranger fails as if too many requests waited.
    pub busy: AtomicBool,
}

#[async_trait]
impl Passwords for PlainPasswords {
    async fn verify(
        &self,
        hash: Option<PasswordHash>,
        password: Secret<Password>,
        share: Share,
    ) -> Result<Check, Denial> {
        if self.busy.load(Ordering::Relaxed) && share == Share::Strangers {
            return Err(SignInReason::Busy.into());
        }
        self.checks.fetch_add(1, Ordering::Relaxed);
        let fits = hash.is_some_and(|hash| hash.as_phc() == password.expose());
        Ok(if fits { Check::Right { outdated: false } } else { Check::Wrong })
    }

    async fn hash(&self, password: Secret<Password>) -> Result<PasswordHash, Denial> {
        Ok(PasswordHash::new(password.expose().to_owned()))
    }
}
