//! OAuth clients (RFC 6749 §2).

use base::{Id, Timestamp};
use jose::Algorithm;
use oauth::{ClientAuthMethod, GrantType, RedirectUri, ScopeSet};
use serde::{Deserialize, Serialize};

use crate::{BudgetLimits, Grant, Organization, PublicId, RealmName, ResourceServer, Status, User};

/// What kind of program a client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// A program that acts for itself or its organization.
    Machine,
    /// A partner's app that acts for the users and organizations who connect it.
    App,
}

/// Where an app runs (OpenID Connect Registration §2, `application_type`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppType {
    /// On a server, or in a browser.
    #[default]
    Web,
    /// On a device: loopback redirects may use any port (RFC 8252 §7.3, RFC 9700 §4.1.3).
    Native,
}

/// An OAuth client. Its grants say what it may do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Client {
    /// Its identifier.
    pub id: Id<Client>,
    /// The realm it belongs to.
    pub realm: RealmName,
    /// The `client_id` (RFC 6749 §2.2).
    pub public_id: PublicId,
    /// The display name.
    pub name: String,
    /// The kind of program.
    pub kind: ClientKind,
    /// The organization that owns it; `None`: the provider owns it.
    pub organization: Option<Id<Organization>>,
    /// The client authentication methods that it may use.
    pub auth_methods: Vec<ClientAuthMethod>,
    /// The grant types it may use.
    pub grant_types: Vec<GrantType>,
    /// The resource server used when a request names none.
    pub default_audience: Option<Id<ResourceServer>>,
    /// Where the app runs.
    #[serde(default)]
    pub app_type: AppType,
    /// The registered redirect URIs (RFC 6749 §3.1.2).
    #[serde(default)]
    pub redirect_uris: Vec<RedirectUri>,
    /// The registered post-logout redirect URIs (OpenID Connect RP-Initiated Logout §3).
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// The domain that a partner registered, for dialects that compare redirect URIs by domain.
    #[serde(default)]
    pub redirect_domain: Option<String>,
    /// The largest set of scopes that an app may ask users for.
    #[serde(default)]
    pub scopes: ScopeSet,
    /// What the app does, in one sentence for users.
    #[serde(default)]
    pub description: Option<String>,
    /// Its home page (RFC 7591 §2, `client_uri`).
    #[serde(default)]
    pub client_uri: Option<String>,
    /// Address of its logo (RFC 7591 §2, `logo_uri`).
    #[serde(default)]
    pub logo_uri: Option<String>,
    /// Whether it must use PKCE (RFC 7636) where it has a secret; `None`: as the dialect has it. An
    /// app without a secret always must.
    #[serde(default)]
    pub require_pkce: Option<bool>,
    /// The signature algorithm of its ID tokens (OpenID Connect Registration §2); `None`: RS256.
    #[serde(default)]
    pub id_token_signed_response_alg: Option<Algorithm>,
    /// The user who registered it, where one did. That user may change it.
    #[serde(default)]
    pub creator: Option<Id<User>>,
    /// Whether staff vouch for the app. The browser of a person is sent on to the redirect URI of an
    /// app that nobody verified only after that person saw a page (RFC 9700 §4.11.2). What was stored
    /// without this field counts as verified.
    #[serde(default = "verified")]
    pub verified: bool,
    /// A counter. Raising it revokes all connections that users gave to the app: see
    /// [`Client::accepts`].
    #[serde(default)]
    pub connections_epoch: u32,
    /// How many tokens it may be issued.
    pub budget: BudgetLimits,
    /// A suspended client is issued no tokens, and its tokens are refused.
    pub status: Status,
    /// When it was made.
    pub created_at: Timestamp,
}

const fn verified() -> bool {
    true
}

impl Client {
    /// Whether it is a public client (RFC 6749 §2.1), which does not authenticate.
    pub fn is_public(&self) -> bool {
        self.auth_methods.iter().all(|method| *method == ClientAuthMethod::None)
    }

    /// Whether the client still accepts `grant`. It does not accept a connection that a user gave
    /// before all connections were revoked at once. One counter decides this for any number of
    /// connections.
    pub const fn accepts(&self, grant: &Grant) -> bool {
        grant.user.is_none() || grant.epoch == self.connections_epoch
    }
}
