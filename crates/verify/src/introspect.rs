//! Token introspection (RFC 7662): the request as a trait, the answer as a type. Inside the
//! issuer's own process, the trait is implemented without HTTP.

use std::fmt;
use std::pin::Pin;

use jose::parse_object;
use serde_json::Value;

use crate::claims::{ClaimNames, Claims};
use crate::{Presented, RequestInfo, Unavailable};

/// A boxed future.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A service that knows whether a credential is active now.
pub trait Introspect: Send + Sync + fmt::Debug {
    /// Introspects `presented`. The issuer may record `request` with the private reason of a
    /// rejection.
    fn introspect<'a>(
        &'a self,
        presented: &'a Presented,
        request: &'a RequestInfo,
    ) -> BoxFuture<'a, Result<Introspection, Unavailable>>;
}

/// The issuer's answer (RFC 7662 §2.2).
#[derive(Clone, Debug, PartialEq)]
pub enum Introspection {
    /// The credential is active, and these are its claims.
    Active(Box<Claims>),
    /// The credential is not active.
    Inactive(InactiveReason),
}

/// Why a credential is not active, as far as the issuer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InactiveReason {
    /// The issuer gives no reason: unknown, expired, revoked, or for another API.
    Unspecified,
    /// The credential is genuine, but its client or organization is suspended. Postern says so to
    /// the resource server that the token is for, as `"inactive_reason": "suspended"`. An API whose
    /// documentation promises a 403 can then answer 403.
    Suspended,
}

impl InactiveReason {
    fn read(reason: Option<&str>) -> Self {
        if reason == Some("suspended") { Self::Suspended } else { Self::Unspecified }
    }
}

impl Introspection {
    /// Reads an introspection response.
    ///
    /// # Errors
    /// [`Unavailable`] when it cannot be read: such an answer says nothing about the token.
    pub fn from_json(body: &[u8], names: &ClaimNames) -> Result<Self, Unavailable> {
        let unreadable = || Unavailable::new("its answer is not an introspection response");
        let mut members = parse_object(body).map_err(|_| unreadable())?;
        match members.remove("active") {
            Some(Value::Bool(true)) => {
                let claims = Claims::read(members, names).map_err(|_| unreadable())?;
                Ok(Self::Active(Box::new(claims)))
            }
            Some(Value::Bool(false)) => {
                let reason = members.get("inactive_reason").and_then(Value::as_str);
                Ok(Self::Inactive(InactiveReason::read(reason)))
            }
            _ => Err(unreadable()),
        }
    }
}

impl From<oauth::Introspection> for Introspection {
    /// Converts the issuer's answer where it was made in the same process.
    fn from(answer: oauth::Introspection) -> Self {
        if !answer.active {
            return Self::Inactive(InactiveReason::read(answer.inactive_reason.as_deref()));
        }
        let mut extra = serde_json::Map::new();
        for (name, value) in
            [("username", answer.username), ("token_type", answer.token_type), ("jti", answer.jti)]
        {
            if let Some(value) = value {
                extra.insert(name.to_owned(), Value::String(value));
            }
        }
        Self::Active(Box::new(Claims {
            issuer: answer.iss,
            subject: answer.sub,
            audience: answer.aud.into_iter().collect(),
            client: answer.client_id,
            organization: answer.organization,
            user: answer.user,
            // A scope list that cannot be parsed grants nothing.
            scopes: answer.scope.map(|scope| scope.parse().unwrap_or_default()),
            kind: answer.credential_kind,
            issued_at: answer.iat,
            not_before: answer.nbf,
            expires_at: answer.exp,
            extra,
        }))
    }
}

#[cfg(test)]
#[path = "introspect_tests.rs"]
mod tests;
