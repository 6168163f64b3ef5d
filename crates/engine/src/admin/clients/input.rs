//! The inputs to make a client and to change one.

use serde::Deserialize;

use crate::admin::apps::Facts;
use crate::fields::{Budget, Switch};

/// A client to be.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewClient {
    /// Its `client_id`, where it has one already.
    pub public_id: Option<String>,
    /// For people.
    pub name: String,
    /// `machine` (the default) or `app`.
    pub kind: Option<String>,
    /// Public id of the organization that owns it; missing: the provider itself.
    pub organization: Option<String>,
    /// How it may authenticate: `client_secret_basic`, `client_secret_post`, `none`. Missing: by a
    /// secret, either way; an app as the realm's token endpoints have it.
    pub auth_methods: Option<Vec<String>>,
    /// What it may use: `client_credentials`, `refresh_token`, `authorization_code`. Missing:
    /// `client_credentials` for a machine, the other two for an app.
    pub grant_types: Option<Vec<String>>,
    /// The resource server meant when a request names none.
    pub default_audience: Option<String>,
    /// How many tokens it may be issued.
    pub budget: Option<Budget>,
    /// Where it runs: `web` (on a server or in a browser; the default) or `native` (on a device).
    pub app_type: Option<String>,
    /// Where people are sent back to, compared character by character; at most 20.
    pub redirect_uris: Option<Vec<String>>,
    /// Where people are sent back to after they signed out; at most 20.
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// The domain that a partner registered, where redirects are compared by it.
    pub redirect_domain: Option<String>,
    /// The most that an app may ask people for: scopes of its API, and `openid`, `profile`, `email`,
    /// `offline`, `offline_access`.
    pub scopes: Option<Vec<String>>,
    /// A few sentences for people about what it does, at most 500 characters.
    pub description: Option<String>,
    /// Its home page: https, at most 2000 characters.
    pub client_uri: Option<String>,
    /// Address of its logo: https, at most 2000 characters.
    pub logo_uri: Option<String>,
    /// Whether it is given its first secret. Missing: yes, unless it authenticates without one.
    pub with_secret: Option<bool>,
}

/// What to change; what is missing stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientChange {
    /// For people.
    pub name: Option<String>,
    /// Suspended: it is issued nothing and its tokens are refused.
    pub status: Option<Switch>,
    /// How it may authenticate.
    pub auth_methods: Option<Vec<String>>,
    /// The grant types it may use.
    pub grant_types: Option<Vec<String>>,
    /// The resource server meant when a request names none; an empty text: none.
    pub default_audience: Option<String>,
    /// New limits, in place of the old ones.
    pub budget: Option<Budget>,
    /// Where it runs: `web` (on a server or in a browser; the default) or `native` (on a device).
    pub app_type: Option<String>,
    /// Where people are sent back to, compared character by character; at most 20.
    pub redirect_uris: Option<Vec<String>>,
    /// Where people are sent back to after they signed out; at most 20.
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// The domain that a partner registered, where redirects are compared by it; an empty text: none.
    pub redirect_domain: Option<String>,
    /// The most that an app may ask people for: scopes of its API, and `openid`, `profile`, `email`,
    /// `offline`, `offline_access`. Where the realm asks people
    /// anew, a change drops what they gave the app so far.
    pub scopes: Option<Vec<String>>,
    /// A few sentences for people about what it does, at most 500 characters; an empty text: none.
    pub description: Option<String>,
    /// Its home page: https, at most 2000 characters; an empty text: none.
    pub client_uri: Option<String>,
    /// Address of its logo: https, at most 2000 characters; an empty text: none.
    pub logo_uri: Option<String>,
}

macro_rules! facts {
    ($($input:ident)*) => {$(
        impl $input {
            /// The fields about an app.
            pub(super) fn facts(&self) -> Facts<'_> {
                Facts {
                    app_type: self.app_type.as_deref(),
                    redirect_domain: self.redirect_domain.as_deref(),
                    redirect_uris: self.redirect_uris.as_deref(),
                    post_logout_redirect_uris: self.post_logout_redirect_uris.as_deref(),
                    scopes: self.scopes.as_deref(),
                    description: self.description.as_deref(),
                    client_uri: self.client_uri.as_deref(),
                    logo_uri: self.logo_uri.as_deref(),
                }
            }
        }
    )*};
}

facts! { NewClient ClientChange }
