//! A user cannot sign in, or is no longer signed in.

use base::Timestamp;

use super::text::PublicText::{self, Fixed};

/// Text for everything that depends on whether an account exists.
const SIGN_IN: PublicText = Fixed("The e-mail address or the password is wrong.");
const SESSION: PublicText = Fixed("You are no longer signed in.");

/// Why a user is not signed in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInReason {
    /// No user of the realm has this e-mail address.
    #[error("there is no account with this address")]
    NoSuchAccount,
    /// The user has no password yet.
    #[error("the account has no password")]
    NoPassword,
    /// The password is wrong.
    #[error("the password is wrong")]
    PasswordMismatch,
    /// The password is right, and the user is suspended or removed.
    #[error("the password is right, but the user is suspended or removed")]
    AccountSuspended,
    /// Too many attempts for this account or from this network. The next one is accepted in so many seconds.
    #[error("too many attempts; the next one is accepted in {0} seconds")]
    TooManyAttempts(u64),
    /// Too many passwords wait to be checked.
    #[error("too many sign-ins at once")]
    Busy,
    /// The cookie names no session, or one that was ended.
    #[error("there is no such session")]
    SessionUnknown,
    /// The session expired at this time.
    #[error("the session expired at {0}")]
    SessionExpired(Timestamp),
    /// The form was not made for this session, or too long ago (cross-site request forgery).
    #[error("the form is stale, or of another session")]
    FormOfAnotherSession,
}

rows! { SignInReason {
    NoSuchAccount => "no_such_account", Info, Request, AccessDenied, SIGN_IN,
        "Look for the user's address in `postern user list`: it may be spelled otherwise, or be in another realm.";
    NoPassword => "no_password", Info, Request, AccessDenied, SIGN_IN,
        "Give the user their first password with `postern user set-password`.";
    PasswordMismatch => "password_mismatch", Info, Request, AccessDenied, SIGN_IN,
        "If the user forgot the password, set a new one with `postern user set-password`; they are signed out \
         everywhere.";
    AccountSuspended => "account_suspended", Info, Request, AccessDenied, SIGN_IN,
        "Read in `postern event list` who suspended the user and why; then `postern user activate`. One who was removed \
         stays so.";
    TooManyAttempts => "too_many_attempts", Warn, Request, RateLimited,
        Fixed("Too many attempts. Wait a little, then try again."),
        "Look at the addresses in `postern refusal list`: many accounts from one network is an attack. Nothing is \
         locked; the user may try again after the time that the page names.";
    Busy => "sign_in_busy", Warn, Request, TemporarilyUnavailable, Fixed("Too busy; try again."),
        "More users sign in at once than passwords can be checked: if it lasts, look at the load of the machine and at \
         `postern_refusals_total` by reason.";
    SessionUnknown => "session_unknown", Info, Credential, LoginRequired, SESSION,
        "The user signed out, or was signed out: `postern user sessions` lists where they are signed in.";
    SessionExpired => "session_expired", Info, Credential, LoginRequired, SESSION,
        "Nothing is wrong: the user must sign in again. `postern user sessions` says until when a session lives.";
    FormOfAnotherSession => "form_foreign", Info, Request, InvalidRequest,
        Fixed("The page was out of date. Nothing was lost: please confirm again."),
        "The user must send the form again. If it happens each time, the proxy does not pass on the `Cookie` or the \
         `Origin` header.";
}}
