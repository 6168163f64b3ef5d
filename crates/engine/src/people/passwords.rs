//! What the engine needs of whoever hashes passwords.

use std::fmt::Debug;

use async_trait::async_trait;
use base::Secret;
use domain::PasswordHash;

use crate::Denial;

/// Marks passwords: what people choose, not what we issue.
#[derive(Debug)]
pub enum Password {}

/// What came of checking a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// It is not the one, or there is none.
    Wrong,
    /// It is the one.
    Right {
        /// Whether the hash is weaker than one made today: it should be made anew.
        outdated: bool,
    },
}

/// Hashes passwords. Slow on purpose; implementations keep it away from everything else.
#[async_trait]
pub trait Passwords: Send + Sync + Debug + 'static {
    /// Checks a password. Without a hash it takes the same work and is [`Check::Wrong`], so that
    /// nobody can tell by time whether there is an account.
    ///
    /// # Errors
    /// [`crate::SignInReason::Busy`] when too many wait already.
    async fn verify(
        &self,
        hash: Option<PasswordHash>,
        password: Secret<Password>,
    ) -> Result<Check, Denial>;

    /// Makes a hash to store.
    ///
    /// # Errors
    /// [`crate::SignInReason::Busy`] when too many wait already.
    async fn hash(&self, password: Secret<Password>) -> Result<PasswordHash, Denial>;
}
