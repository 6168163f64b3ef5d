//! Why something did not work, in a sentence for the person who sees it.

use std::fmt;

/// What went wrong. None of these holds a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AppError {
    /// The person said no: nothing is wrong.
    Denied,
    /// What came back does not belong to what was begun here: it may be somebody's attack.
    NotOurs(&'static str),
    /// The provider refused, with its own words.
    Refused { status: u16, code: String, description: String },
    /// The provider could not be reached, or did not answer in time.
    Unreachable,
    /// The provider answered what its documentation does not say.
    Unexpected(&'static str),
}

impl AppError {
    /// Whether the connection is gone: only a clear no says so. After a cut line or a 503 the same
    /// refresh token is tried again, later.
    pub(crate) const fn ends_the_connection(&self) -> bool {
        matches!(self, Self::Refused { status: 400 | 401 | 403, .. })
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied => f.write_str("You said no. Nothing was connected."),
            Self::NotOurs(why) => write!(f, "Nothing was connected: {why}."),
            Self::Refused { status, code, description } => {
                write!(f, "The provider refused ({status} {code})")?;
                if description.is_empty() { f.write_str(".") } else { write!(f, ": {description}") }
            }
            Self::Unreachable => f.write_str("The provider could not be reached. Try again."),
            Self::Unexpected(what) => {
                write!(f, "The provider's answer was not understood: {what}.")
            }
        }
    }
}
