//! Grants: the authorizations that credentials and tokens depend on.

use base::{Id, Timestamp};
use oauth::ScopeSet;
use serde::{Deserialize, Serialize};

use crate::{Actor, Client, Organization, RealmName, ResourceServer, User};

/// When, by whom and why a grant or credential was revoked. A revocation is never undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// When it was revoked.
    pub at: Timestamp,
    /// Who revoked it.
    pub by: Actor,
    /// The reason, in a few words for support.
    pub reason: Option<String>,
}

/// An authorization: a client or user, acting for an organization, with scopes, at one API.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Grant {
    /// The identifier. Access tokens carry it.
    pub id: Id<Grant>,
    /// The realm it belongs to.
    pub realm: RealmName,
    /// The client that acts, where there is one.
    pub client: Option<Id<Client>>,
    /// The user on whose behalf the client acts, where there is one.
    pub user: Option<Id<User>>,
    /// The organization it acts for.
    pub organization: Option<Id<Organization>>,
    /// The API that it is for.
    pub resource_server: Id<ResourceServer>,
    /// The largest set of scopes that a token may be given.
    pub scopes: ScopeSet,
    /// The scopes of a token when the request names none; `None`: all of [`Grant::scopes`].
    pub default_scopes: Option<ScopeSet>,
    /// The client's [`Client::connections_epoch`] when the user gave the grant.
    #[serde(default)]
    pub epoch: u32,
    /// A name that makes it unique, such as [`Grant::machine_handle`].
    pub handle: Option<String>,
    /// Its index in the status lists of its realm (Token Status List §4): the number of the bit
    /// that is set when it is revoked. Grants and credentials of a realm share one sequence of
    /// indexes, and no index is used twice. `None`: no index was available when the grant was made.
    #[serde(rename = "place", default, skip_serializing_if = "Option::is_none")]
    pub status_index: Option<u32>,
    /// Set when it was revoked.
    pub revoked: Option<Revocation>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Grant {
    /// The handle of the one grant that a client has for itself at a resource server.
    pub fn machine_handle(client: Id<Client>, resource_server: Id<ResourceServer>) -> String {
        format!("machine:{client}:{resource_server}")
    }

    /// The handle of the one active connection of an app, a user and an organization at a resource
    /// server. It records their consent. A revoked grant loses this handle.
    pub fn connection_handle(
        client: Id<Client>,
        user: Id<User>,
        organization: Option<Id<Organization>>,
        resource_server: Id<ResourceServer>,
    ) -> String {
        let organization = organization.map(|id| id.to_string()).unwrap_or_default();
        format!("connection:{client}:{user}:{organization}:{resource_server}")
    }

    /// The handle of the grant that the legacy tokens of an organization share.
    pub fn legacy_handle(
        organization: Id<Organization>,
        resource_server: Id<ResourceServer>,
    ) -> String {
        format!("legacy:{organization}:{resource_server}")
    }

    /// The scopes of a token when the request names none.
    pub fn default_scopes(&self) -> &ScopeSet {
        self.default_scopes.as_ref().unwrap_or(&self.scopes)
    }
}
