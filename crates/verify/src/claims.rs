//! The claims of a token or of an introspection response (RFC 7519 §4.1, RFC 9068 §2.2, RFC 7662
//! §2.2), read once into typed fields. Invariant: a claim that is present and cannot be read is an
//! error, never a missing claim.

use oauth::ScopeSet;
use serde_json::{Map, Value};

use crate::Rejection;

/// The names of the claims that no RFC defines. The first match counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimNames {
    /// The client: `client_id` (RFC 9068 §2.2), `azp`.
    pub client: Vec<String>,
    /// The organization that the token acts for: `organization`.
    pub organization: Vec<String>,
    /// The user that the token acts for: `user`.
    pub user: Vec<String>,
    /// The scopes, as text separated by spaces or as an array of texts: `scope` (RFC 8693 §4.2),
    /// `scopes`.
    pub scopes: Vec<String>,
    /// The kind of credential: `credential_kind`.
    pub kind: Vec<String>,
}

impl Default for ClaimNames {
    fn default() -> Self {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            client: names(&["client_id", "azp"]),
            organization: names(&["organization"]),
            user: names(&["user"]),
            scopes: names(&["scope", "scopes"]),
            kind: names(&["credential_kind"]),
        }
    }
}

/// The claims, typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claims {
    /// `iss`.
    pub issuer: Option<String>,
    /// `sub`.
    pub subject: Option<String>,
    /// `aud`, one or many.
    pub audience: Vec<String>,
    /// The client.
    pub client: Option<String>,
    /// The organization that the token acts for.
    pub organization: Option<String>,
    /// The user that the token acts for.
    pub user: Option<String>,
    /// The scopes; `None` where there is no such claim.
    pub scopes: Option<ScopeSet>,
    /// The kind of credential.
    pub kind: Option<String>,
    /// `iat`, in seconds since the Unix epoch.
    pub issued_at: Option<i64>,
    /// `nbf`, in seconds since the Unix epoch.
    pub not_before: Option<i64>,
    /// `exp`, in seconds since the Unix epoch.
    pub expires_at: Option<i64>,
    /// All other members.
    pub extra: Map<String, Value>,
}

/// The times of a token, in seconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Times {
    pub(crate) issued_at: Option<i64>,
    pub(crate) not_before: Option<i64>,
    pub(crate) expires_at: Option<i64>,
}

impl Claims {
    /// Reads the members of a claims set or an introspection response.
    ///
    /// # Errors
    /// [`Rejection::MalformedClaim`] for the first member of the wrong type.
    pub fn read(mut members: Map<String, Value>, names: &ClaimNames) -> Result<Self, Rejection> {
        let rest = &mut members;
        Ok(Self {
            issuer: text(rest.remove("iss"), "iss")?,
            subject: text(rest.remove("sub"), "sub")?,
            audience: audience(rest.remove("aud"))?,
            client: text(first(rest, &names.client), "client_id")?,
            organization: text(first(rest, &names.organization), "organization")?,
            user: text(first(rest, &names.user), "user")?,
            scopes: scopes(first(rest, &names.scopes))?,
            kind: text(first(rest, &names.kind), "credential_kind")?,
            issued_at: date(rest.remove("iat"), "iat")?,
            not_before: date(rest.remove("nbf"), "nbf")?,
            expires_at: date(rest.remove("exp"), "exp")?,
            extra: members,
        })
    }

    /// The times in the claims.
    pub(crate) const fn times(&self) -> Times {
        let Self { issued_at, not_before, expires_at, .. } = self;
        Times { issued_at: *issued_at, not_before: *not_before, expires_at: *expires_at }
    }

    /// Adds what the issuer's answer omits from the token itself.
    pub(crate) fn or(self, token: Self) -> Self {
        let mut extra = token.extra;
        extra.extend(self.extra);
        Self {
            issuer: self.issuer.or(token.issuer),
            subject: self.subject.or(token.subject),
            audience: if self.audience.is_empty() { token.audience } else { self.audience },
            client: self.client.or(token.client),
            organization: self.organization.or(token.organization),
            user: self.user.or(token.user),
            scopes: self.scopes.or(token.scopes),
            kind: self.kind.or(token.kind),
            issued_at: self.issued_at.or(token.issued_at),
            not_before: self.not_before.or(token.not_before),
            expires_at: self.expires_at.or(token.expires_at),
            extra,
        }
    }
}

fn first(members: &mut Map<String, Value>, names: &[String]) -> Option<Value> {
    let name = names.iter().find(|name| members.contains_key(name.as_str()))?;
    members.remove(name.as_str())
}

fn text(value: Option<Value>, name: &'static str) -> Result<Option<String>, Rejection> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Rejection::MalformedClaim(name)),
    }
}

/// RFC 7519 §4.1.3: one string or an array of strings.
fn audience(value: Option<Value>) -> Result<Vec<String>, Rejection> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(one)) => Ok(vec![one]),
        Some(Value::Array(many)) => texts(many, "aud"),
        Some(_) => Err(Rejection::MalformedClaim("aud")),
    }
}

fn scopes(value: Option<Value>) -> Result<Option<ScopeSet>, Rejection> {
    let malformed = Rejection::MalformedClaim("scope");
    let list = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(list)) => list,
        Some(Value::Array(many)) => texts(many, "scope")?.join(" "),
        Some(_) => return Err(malformed),
    };
    list.parse().map(Some).map_err(|_| malformed)
}

fn texts(values: Vec<Value>, name: &'static str) -> Result<Vec<String>, Rejection> {
    let each = |value| match value {
        Value::String(text) => Ok(text),
        _ => Err(Rejection::MalformedClaim(name)),
    };
    values.into_iter().map(each).collect()
}

/// RFC 7519 §2, `NumericDate`: seconds; fractions are dropped.
fn date(value: Option<Value>, name: &'static str) -> Result<Option<i64>, Rejection> {
    /// Later than any date, and exact as a floating-point number.
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    let number = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number,
        Some(_) => return Err(Rejection::MalformedClaim(name)),
    };
    let seconds = number.as_i64().or_else(|| {
        number.as_f64().filter(|seconds| seconds.abs() < LIMIT).map(|seconds| seconds as i64)
    });
    seconds.map(Some).ok_or(Rejection::MalformedClaim(name))
}

#[cfg(test)]
#[path = "claims_tests.rs"]
mod tests;
