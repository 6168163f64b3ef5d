//! Grants: the rights that credentials and tokens hang from.

use base::{Id, Timestamp};
use oauth::ScopeSet;
use serde::{Deserialize, Serialize};

use crate::{Actor, Client, Organization, RealmName, ResourceServer, User};

/// When, by whom and why something was taken back. Never undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
    /// Why, in a few words for support.
    pub reason: Option<String>,
}

/// A right: who, on whose behalf, for which organization, with which scopes, at which API.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Grant {
    /// Its identifier; access tokens carry it.
    pub id: Id<Grant>,
    /// Where it belongs.
    pub realm: RealmName,
    /// The client that acts, where one does.
    pub client: Option<Id<Client>>,
    /// The user on whose behalf, where there is one.
    pub user: Option<Id<User>>,
    /// The organization it acts for.
    pub organization: Option<Id<Organization>>,
    /// The API.
    pub resource_server: Id<ResourceServer>,
    /// The most that tokens may be given.
    pub scopes: ScopeSet,
    /// What they are given when a request names no scope; `None`: all of [`Grant::scopes`].
    pub default_scopes: Option<ScopeSet>,
    /// The client's [`Client::connections_epoch`] when the person gave it.
    #[serde(default)]
    pub epoch: u32,
    /// A name that keeps it unique, such as [`Grant::machine_handle`].
    pub handle: Option<String>,
    /// Its place in the status lists of its realm (Token Status List, §4): the number of the bit that
    /// tells whether it was taken back. Grants and credentials of a realm share one row of numbers,
    /// and no number is given twice. `None`: it was made while none was at hand.
    #[serde(rename = "place", default, skip_serializing_if = "Option::is_none")]
    pub status_index: Option<u32>,
    /// Set once it was taken back.
    pub revoked: Option<Revocation>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Grant {
    /// The handle of the one grant that a client has at a resource server for itself.
    pub fn machine_handle(client: Id<Client>, resource_server: Id<ResourceServer>) -> String {
        format!("machine:{client}:{resource_server}")
    }

    /// The handle of the one live connection of an app, a user and an organization at a resource
    /// server: the memory of their consent. A revoked grant gives it up.
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

    /// What a request without a scope is given.
    pub fn default_scopes(&self) -> &ScopeSet {
        self.default_scopes.as_ref().unwrap_or(&self.scopes)
    }
}
