//! Resource servers: the APIs that tokens are for.

use std::time::Duration;

use base::{Id, Timestamp};
use jose::Algorithm;
use oauth::{Scope, ScopeSet};
use serde::{Deserialize, Serialize};

use crate::{PublicId, RealmName, Status};

/// What an access token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenFormat {
    /// A signed JWT (RFC 9068).
    Jwt,
    /// A sealed string that only the issuer can read. It has no row either.
    Opaque,
}

/// Where a resource server departs from its realm's dialect; `None` follows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenPolicy {
    /// What tokens for it are made of.
    pub format: Option<TokenFormat>,
    /// What JWTs for it are signed with.
    pub algorithm: Option<Algorithm>,
    /// How long tokens for it are good.
    pub lifetime: Option<Duration>,
}

/// A scope and what it means to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeDefinition {
    /// The scope.
    pub scope: Scope,
    /// One sentence for the consent page and the guide.
    pub description: String,
}

/// An API with an identifier, scopes, and its own right to introspect.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResourceServer {
    /// Its identifier.
    pub id: Id<ResourceServer>,
    /// Where it belongs.
    pub realm: RealmName,
    /// What it calls itself when it authenticates to introspect.
    pub public_id: PublicId,
    /// The audience of its tokens (RFC 7519 §4.1.3, RFC 8707 §2); unique in the realm.
    pub identifier: String,
    /// For people.
    pub name: String,
    /// The scopes it understands.
    pub scopes: Vec<ScopeDefinition>,
    /// Where its tokens depart from the dialect.
    pub tokens: TokenPolicy,
    /// Suspended: no tokens are issued for it and none are good.
    pub status: Status,
    /// When it was made.
    pub created_at: Timestamp,
}

impl ResourceServer {
    /// The scopes it understands, as a set.
    pub fn scope_set(&self) -> ScopeSet {
        self.scopes.iter().map(|definition| definition.scope.clone()).collect()
    }
}
