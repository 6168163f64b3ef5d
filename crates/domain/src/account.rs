//! Accounts: how a user authenticates, and the user's sessions.
//!
//! Invariant: an account has the same identifier bits as its user, so a user has one account and
//! one read finds it. It holds at most [`MAX_SESSIONS`] sessions: a further sign-in removes the
//! session that would expire first.

use base::{Digest, Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{PublicId, RealmName, User};

/// The largest number of sessions of a user.
pub const MAX_SESSIONS: usize = 20;

/// Type marker of the secret in a session's cookie.
#[derive(Debug)]
pub enum SessionSecret {}

/// A browser session of a signed-in user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    /// The session's identifier, used in the cookie and in lists.
    pub id: Id<Session>,
    /// The keyed digest of the secret in the cookie.
    pub digest: Digest<SessionSecret>,
    /// When the user authenticated: the `auth_time` of OpenID Connect Core §2.
    pub authenticated_at: Timestamp,
    /// When the session expires.
    pub expires_at: Timestamp,
    /// The IP address from which the user signed in, where known.
    pub address: Option<String>,
    /// The browser's `User-Agent` header, cut to 200 characters.
    pub user_agent: Option<String>,
}

/// The sign-in data of one user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    /// The account's identifier: the same bits as the user's.
    pub id: Id<Account>,
    /// The realm it belongs to.
    pub realm: RealmName,
    /// The user's public id, for events.
    pub public_id: PublicId,
    /// The password's Argon2id hash as a PHC string; `None`: the user cannot sign in by password.
    pub password: Option<PasswordHash>,
    /// The user's sessions.
    pub sessions: Vec<Session>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Account {
    /// The identifier of the user's account.
    pub const fn id_of(user: Id<User>) -> Id<Self> {
        Id::from_u128(user.as_u128())
    }

    /// The user whose account it is.
    pub const fn user(&self) -> Id<User> {
        Id::from_u128(self.id.as_u128())
    }
}

/// A password's Argon2id hash as a PHC string. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// From a PHC string.
    pub const fn new(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string.
    pub fn as_phc(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash")
    }
}
