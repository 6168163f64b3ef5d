//! People: who they are, and where they are signed in.
//!
//! Invariant: a [`SignedIn`] exists only after a session's cookie was checked at this moment.

use base::Secret;
use domain::{Account, Session, SessionSecret, User};
use store::Loaded;

/// Somebody whose session is good at this moment.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub user: Loaded<User>,
    /// How they sign in, and where they are.
    pub account: Loaded<Account>,
    /// The session of this request.
    pub session: Session,
}

/// A session just begun.
#[derive(Debug)]
pub struct NewSession {
    /// Who, and which.
    pub person: SignedIn,
    /// The value of the cookie: shown to the browser once.
    pub cookie: Secret<SessionSecret>,
}
