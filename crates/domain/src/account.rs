//! Accounts: how a person proves who they are, and where they are signed in.
//!
//! Invariant: an account has the bits of its user's identifier, so that there is one a user and one
//! read finds it. It holds at most [`MAX_SESSIONS`] sessions: signing in once more ends the one that
//! would end first.

use base::{Digest, Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{PublicId, RealmName, User};

/// The most places where a person is signed in at the same time.
pub const MAX_SESSIONS: usize = 20;

/// Marks the secret in a session's cookie.
#[derive(Debug)]
pub enum SessionSecret {}

/// One browser where a person is signed in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    /// Its identifier: in the cookie, and in lists.
    pub id: Id<Session>,
    /// The keyed digest of the secret in the cookie.
    pub digest: Digest<SessionSecret>,
    /// When the person proved who they are: the `auth_time` of OpenID Connect Core §2.
    pub authenticated_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// From which address it was begun, where known.
    pub address: Option<String>,
    /// What the browser called itself, cut to 200 characters.
    pub user_agent: Option<String>,
}

/// How one user signs in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    /// The bits of the user's identifier.
    pub id: Id<Account>,
    /// Where it belongs.
    pub realm: RealmName,
    /// The user's public id, for events.
    pub public_id: PublicId,
    /// The password's Argon2id hash as a PHC string; `None`: no password, no sign-in by one.
    pub password: Option<PasswordHash>,
    /// Where they are signed in.
    pub sessions: Vec<Session>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Account {
    /// The account of a user.
    pub const fn id_of(user: Id<User>) -> Id<Self> {
        Id::from_u128(user.as_u128())
    }

    /// Whose it is.
    pub const fn user(&self) -> Id<User> {
        Id::from_u128(self.id.as_u128())
    }
}

/// A password's Argon2id hash as a PHC string. `Debug` shows nothing of it.
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
