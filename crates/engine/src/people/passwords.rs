//! The interface between the engine and the hashing of passwords.

use std::fmt::Debug;

use async_trait::async_trait;
use base::Secret;
use domain::PasswordHash;

use crate::Denial;

/// Marks a [`Secret`] as a password, which a user chose.
#[derive(Debug)]
pub enum Password {}

/// The result of checking a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The password is wrong, or there is no hash.
    Wrong,
    /// The password is correct.
    Right {
        /// Whether the hash is weaker than a new one would be, or is of another normal form of the password: it should
        /// be replaced.
        outdated: bool,
    },
}

/// Who wants a password checked. Each of the two has its own share of the time for hashing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Share {
    /// A browser that signed in with this account before, or one at a network where the account signed in within a
    /// day.
    Known,
    /// Anybody else.
    #[default]
    Strangers,
}

/// Hashes passwords. It is slow on purpose; an implementation must not block other work.
#[async_trait]
pub trait Passwords: Send + Sync + Debug + 'static {
    /// Checks a password. Without a hash it does the same work and returns [`Check::Wrong`], so
    /// that the time does not show whether there is an account.
    ///
    /// # Errors
    /// [`crate::SignInReason::Busy`] when too many of this share wait already.
    async fn verify(
        &self,
        hash: Option<PasswordHash>,
        password: Secret<Password>,
        share: Share,
    ) -> Result<Check, Denial>;

    /// Makes the hash of a password, to store.
    ///
    /// # Errors
    /// [`crate::SignInReason::Busy`] when too many wait already.
    async fn hash(&self, password: Secret<Password>) -> Result<PasswordHash, Denial>;
}
