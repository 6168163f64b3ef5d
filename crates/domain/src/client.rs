//! OAuth clients (RFC 6749 §2).

use base::{Id, Timestamp};
use oauth::{ClientAuthMethod, GrantType, RedirectUri, ScopeSet};
use serde::{Deserialize, Serialize};

use crate::{BudgetLimits, Grant, Organization, PublicId, RealmName, ResourceServer, Status, User};

/// What kind of program a client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// A program that acts for itself or its organization.
    Machine,
    /// A partner's app that acts for the people and organizations who connect it.
    App,
}

/// Where an app runs (OpenID Connect Registration §2, `application_type`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppType {
    /// On a server, or in a browser.
    #[default]
    Web,
    /// On a device: loopback redirects may use any port (RFC 8252 §7.3).
    Native,
}

/// An OAuth client. What it may do is in its grants.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Client {
    /// Its identifier.
    pub id: Id<Client>,
    /// Where it belongs.
    pub realm: RealmName,
    /// The `client_id` (RFC 6749 §2.2).
    pub public_id: PublicId,
    /// For people.
    pub name: String,
    /// What kind of program it is.
    pub kind: ClientKind,
    /// Whose it is; `None`: the provider's own.
    pub organization: Option<Id<Organization>>,
    /// How it may authenticate.
    pub auth_methods: Vec<ClientAuthMethod>,
    /// The grant types it may use.
    pub grant_types: Vec<GrantType>,
    /// The resource server meant when a request names none.
    pub default_audience: Option<Id<ResourceServer>>,
    /// Where it runs.
    #[serde(default)]
    pub app_type: AppType,
    /// Where people are sent back to (RFC 6749 §3.1.2).
    #[serde(default)]
    pub redirect_uris: Vec<RedirectUri>,
    /// Where people are sent back to after they signed out (OpenID Connect RP-Initiated Logout §3).
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// The domain that a partner registered, where the dialect compares redirects by it.
    #[serde(default)]
    pub redirect_domain: Option<String>,
    /// The most that an app may ask people for.
    #[serde(default)]
    pub scopes: ScopeSet,
    /// A sentence for people about what it does.
    #[serde(default)]
    pub description: Option<String>,
    /// Its home page (RFC 7591 §2, `client_uri`).
    #[serde(default)]
    pub client_uri: Option<String>,
    /// Address of its logo (RFC 7591 §2, `logo_uri`).
    #[serde(default)]
    pub logo_uri: Option<String>,
    /// The user who registered it, where one did: they may change it.
    #[serde(default)]
    pub creator: Option<Id<User>>,
    /// Raised to drop every connection that people gave it: see [`Client::honours`].
    #[serde(default)]
    pub connections_epoch: u32,
    /// How many tokens it may be issued.
    pub budget: BudgetLimits,
    /// Suspended: it is issued nothing and its tokens are refused.
    pub status: Status,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Client {
    /// Whether it cannot keep a secret (RFC 6749 §2.1): it authenticates by nothing.
    pub fn is_public(&self) -> bool {
        self.auth_methods.iter().all(|method| *method == ClientAuthMethod::None)
    }

    /// Whether a grant of this client still holds as far as the client is concerned: what a person
    /// gave it before its connections were dropped all at once does not. One number tells, however
    /// many there are.
    pub const fn honours(&self, grant: &Grant) -> bool {
        grant.user.is_none() || grant.epoch == self.connections_epoch
    }
}
