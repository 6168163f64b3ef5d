//! The claims of our access tokens: the facts that are written, and reading them back (RFC 7519,
//! RFC 9068).
//!
//! Invariant: a dialect can read back the tokens that it writes. A dialect that cannot is refused
//! when it is loaded.

use std::borrow::Cow;

use oauth::{ParseScopeError, ScopeSet};

use crate::template::fields::text;
use crate::template::{Facts, Field, Value};

mod names;
mod read;

pub(crate) use names::{ClaimNames, has_claim};

/// The facts in a token.
#[derive(Clone, Copy, Debug)]
pub struct TokenFacts<'a> {
    /// The issuer's identifier: `{issuer}`.
    pub issuer: &'a str,
    /// Public id of the client: `{client_id}`.
    pub client_id: Option<&'a str>,
    /// Public id of the organization: `{organization}`.
    pub organization: Option<&'a str>,
    /// Public id of the user: `{user}`. `{subject}` is the user, else the client (RFC 9068 §2.2).
    pub user: Option<&'a str>,
    /// Identifier of the resource server: `{audience}`.
    pub audience: &'a str,
    /// The scopes: `{scope}` as a string, `{scopes}` as a list.
    pub scopes: &'a ScopeSet,
    /// Seconds since the Unix epoch: `{issued_at}`.
    pub issued_at: i64,
    /// When it expires, in seconds since the Unix epoch; `None`: never. `{expires_at}`.
    pub expires_at: Option<i64>,
    /// The token's own id: `{token_id}`.
    pub token_id: u128,
    /// The grant that it depends on ([`base::Id::as_u128`]): `{grant}`.
    pub grant: u128,
    /// The credential it was minted from ([`base::Id::as_u128`]): `{credential}`.
    pub credential: u128,
}

impl Facts for TokenFacts<'_> {
    fn value(&self, field: Field) -> Value<'_> {
        match field {
            Field::Issuer => Value::Text(self.issuer),
            Field::ClientId => text(self.client_id),
            Field::Organization => text(self.organization),
            Field::User => text(self.user),
            Field::Subject => text(self.user.or(self.client_id).or(self.organization)),
            Field::Audience => Value::Text(self.audience),
            Field::Scope => Value::Scope(self.scopes),
            Field::Scopes => Value::ScopeList(self.scopes),
            Field::IssuedAt => Value::Integer(self.issued_at),
            Field::ExpiresAt => self.expires_at.map_or(Value::Absent, Value::Integer),
            Field::TokenId => Value::Id(self.token_id),
            Field::Grant => Value::Id(self.grant),
            Field::Credential => Value::Id(self.credential),
            _ => Value::Absent,
        }
    }
}

/// The facts that were read back from one of our tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims<'a> {
    /// The token's own id.
    pub token_id: u128,
    /// The grant that it depends on: [`base::Id::from_u128`].
    pub grant: u128,
    /// The credential it was minted from: [`base::Id::from_u128`].
    pub credential: u128,
    /// When it was issued, in seconds since the Unix epoch.
    pub issued_at: i64,
    /// When it expires, in seconds since the Unix epoch; `None`: never.
    pub expires_at: Option<i64>,
    /// Identifier of the resource server.
    pub audience: Cow<'a, str>,
    /// The scopes, separated by single spaces; empty where it has none.
    pub scope: Cow<'a, str>,
}

impl Claims<'_> {
    /// The scopes, as a set.
    ///
    /// # Errors
    /// [`ParseScopeError`] where the text is not a list of scopes.
    pub fn scopes(&self) -> Result<ScopeSet, ParseScopeError> {
        self.scope.parse()
    }
}

/// The payload is not one of our tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimsError {
    /// Not JSON, not an object, or a claim of the wrong type.
    Malformed,
    /// A claim that every token of this dialect has is missing.
    Missing,
}

impl std::fmt::Display for ClaimsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the claims are malformed",
            Self::Missing => "a claim is missing",
        })
    }
}

impl std::error::Error for ClaimsError {}
