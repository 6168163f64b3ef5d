//! Resource servers: the APIs that accept the tokens.

use std::time::Duration;

use base::{Id, Timestamp};
use jose::Algorithm;
use oauth::{Scope, ScopeSet};
use serde::{Deserialize, Serialize};

use crate::{PublicId, RealmName, Status};

/// The format of an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenFormat {
    /// A signed JWT (RFC 9068).
    Jwt,
    /// A sealed string that only the issuer can read. It has no row either.
    Opaque,
}

/// Token settings of a resource server that differ from its realm's dialect; `None` follows the
/// dialect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenPolicy {
    /// The format of its tokens.
    pub format: Option<TokenFormat>,
    /// The signature algorithm of its JWTs.
    pub algorithm: Option<Algorithm>,
    /// The lifetime of its tokens.
    pub lifetime: Option<Duration>,
}

/// How long access tokens of a resource server can live, so far as that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenLifetimes {
    /// Since when this is known. Tokens that were minted earlier may live for any time.
    pub since: Timestamp,
    /// The longest lifetime of a token that was minted since; `None`: some never expire.
    pub longest: Option<Duration>,
}

/// A scope and its description for users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeDefinition {
    /// The scope.
    pub scope: Scope,
    /// One sentence for the consent page and the guide.
    pub description: String,
}

/// An API with an identifier and scopes, which may introspect tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResourceServer {
    /// Its identifier.
    pub id: Id<ResourceServer>,
    /// The realm it belongs to.
    pub realm: RealmName,
    /// The name by which it authenticates to introspect.
    pub public_id: PublicId,
    /// The audience of its tokens (RFC 7519 §4.1.3, RFC 8707 §2); unique in the realm.
    pub identifier: String,
    /// The display name.
    pub name: String,
    /// The scopes that the API defines.
    pub scopes: Vec<ScopeDefinition>,
    /// The token settings that differ from the dialect's.
    pub tokens: TokenPolicy,
    /// How long its tokens can live. It is recorded before a token of that lifetime is minted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_lifetimes: Option<TokenLifetimes>,
    /// While it is suspended, no tokens are issued for it and its tokens are refused.
    pub status: Status,
    /// When it was made.
    pub created_at: Timestamp,
}

impl ResourceServer {
    /// The scopes that the API defines, as a set.
    pub fn scope_set(&self) -> ScopeSet {
        self.scopes.iter().map(|definition| definition.scope.clone()).collect()
    }
}
