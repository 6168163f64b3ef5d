//! Sign-in of users, and their sessions.
//!
//! [`sign_in()`] makes a session from an e-mail address and a password, [`session()`] finds the
//! session of a cookie, and [`sign_out`], [`end_session`] and [`end_sessions`] end sessions. The
//! engine does not hash passwords: this is slow on purpose, so an implementation of [`Passwords`]
//! does it.
//!
//! Invariant: a [`SignedIn`] exists only after the cookie of a session was checked in this request.

mod change;
mod cookie;
mod end;
mod passwords;
mod session;
mod set_password;
mod sign_in;

use std::time::Duration;

use base::Secret;
use domain::SessionSecret;

pub use end::{end_session, end_sessions, sign_out};
pub use passwords::{Check, Password, Passwords, Share};
pub use session::{SignedIn, session};
pub use set_password::set_password;
pub use sign_in::{Browser, sign_in};

/// How long a session lasts from sign-in: 14 days. Use does not extend it, so a stolen cookie
/// expires.
pub const SESSION_LIFETIME: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// A new session.
#[derive(Debug)]
pub struct NewSession {
    /// The user, the account and the session.
    pub person: SignedIn,
    /// The value of the cookie. Only the browser gets it; the account stores its digest.
    pub cookie: Secret<SessionSecret>,
}
