//! Errors, as sentences for the user.

use std::fmt;

/// What went wrong. No variant holds a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AppError {
    /// The user denied the request. This is no failure.
    Denied,
    /// The callback does not belong to an attempt of this session. It may be an attack.
    NotOurs(&'static str),
    /// The provider refused, with its own text.
    Refused { status: u16, code: String, description: String },
    /// The provider could not be reached, or did not answer in time.
    Unreachable,
    /// The provider's answer does not match its documentation.
    Unexpected(&'static str),
}

impl AppError {
    /// Whether the connection has ended. Only a clear error of the provider means that. After a
    /// lost connection or a 503, the same refresh token is tried again later.
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
