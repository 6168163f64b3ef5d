//! The rules of the authorization code flow: sections `[refresh]`, `[redirect]` and `[state]`.

use std::time::Duration;

use super::lifetime::duration;
use crate::DialectError;
use crate::read::Table;

/// Whether a refresh token is replaced when it is used (RFC 9700 §4.14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It stays valid.
    Reusable,
    /// A successor replaces it.
    Rotating,
}

/// How a redirect URI is compared with the registered ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectMatch {
    /// Character by character (RFC 9700 §4.1.3).
    Exact,
    /// Any path on the registered domain.
    Domain,
}

/// Which redirect URIs a client may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedirectRule {
    /// How a URI is compared with the registered ones.
    pub matching: RedirectMatch,
    /// Whether only `https` is allowed (other than on localhost): no private-use schemes either.
    pub require_https: bool,
    /// Whether `http` may be registered for other hosts than this machine. A code that is sent
    /// there can be read on its way.
    pub allow_http: bool,
    /// Whether `localhost` is allowed, for development.
    pub allow_localhost: bool,
}

/// The rules for the `state` of an authorization request (RFC 6749 §4.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateRule {
    /// Whether it must be sent.
    pub required: bool,
    /// The minimum length in characters; 0: none.
    pub min_length: usize,
}

/// Reads `[refresh]`: the rotation, and how long a retry gets the same successor (`None`: a retry
/// counts as a replay).
pub(crate) fn rotation(table: &Table<'_>) -> Result<(Rotation, Option<Duration>), DialectError> {
    let rotation = table
        .required("rotation")?
        .one_of(&[("reusable", Rotation::Reusable), ("rotating", Rotation::Rotating)])?;
    let window = table.required("retry_window")?;
    let off = window.is_text() && window.text()? == "off";
    let window = if off { None } else { Some(duration(&window)?) };
    table.finish("key")?;
    Ok((rotation, window))
}

/// Reads `[redirect]`.
pub(crate) fn redirect(table: &Table<'_>) -> Result<RedirectRule, DialectError> {
    let rule = RedirectRule {
        matching: table
            .required("match")?
            .one_of(&[("exact", RedirectMatch::Exact), ("domain", RedirectMatch::Domain)])?,
        require_https: table.required("require_https")?.boolean()?,
        allow_http: table.required("allow_http")?.boolean()?,
        allow_localhost: table.required("allow_localhost")?.boolean()?,
    };
    table.finish("key")?;
    Ok(rule)
}

/// Reads `[state]`.
pub(crate) fn state(table: &Table<'_>) -> Result<StateRule, DialectError> {
    let rule = StateRule {
        required: table.required("required")?.boolean()?,
        min_length: table.required("min_length")?.integer_in(0..=512)? as usize,
    };
    table.finish("key")?;
    Ok(rule)
}
