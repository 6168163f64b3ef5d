//! People: who they are, and where they are signed in.
//!
//! [`sign_in`] turns an e-mail address and a password into a session, [`session`] tells whose session
//! a cookie is, and [`sign_out`], [`end_session`] and [`end_sessions`] end them. The engine hashes no
//! password: that is slow on purpose, so it is done elsewhere, behind [`Passwords`].
//!
//! Invariant: a [`SignedIn`] exists only after a session's cookie was checked at this moment.

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
pub use passwords::{Check, Password, Passwords};
pub use session::{SignedIn, session};
pub use set_password::set_password;
pub use sign_in::{Browser, sign_in};

/// How long a session lasts, from sign-in: it is not prolonged by use, so that a stolen cookie ends.
pub const SESSION_LIFETIME: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// A session just begun.
#[derive(Debug)]
pub struct NewSession {
    /// Who, and which.
    pub person: SignedIn,
    /// The value of the cookie: shown to the browser once.
    pub cookie: Secret<SessionSecret>,
}
