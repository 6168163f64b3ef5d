//! The inputs to make a client and to change one.

use serde::Deserialize;

use crate::admin::apps::AppFields;
use crate::fields::{Budget, NewStatus};

/// The input to create a client.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewClient {
    /// The `client_id`, for a client that has one already. If missing: a new one.
    pub public_id: Option<String>,
    /// The name that people see.
    pub name: String,
    /// `machine` (the default): acts for itself. `app`: acts for users who consent.
    pub kind: Option<String>,
    /// The public id of the organization that owns the client. If missing: the provider itself owns
    /// it.
    pub organization: Option<String>,
    /// The allowed client authentication methods: `client_secret_basic`, `client_secret_post`,
    /// `none`. If missing: the first two for a machine, and the methods of the realm's token
    /// endpoints for an app.
    pub auth_methods: Option<Vec<String>>,
    /// The allowed grant types: `client_credentials`, `refresh_token`, `authorization_code`. If
    /// missing: `client_credentials` for a machine, the other two for an app.
    pub grant_types: Option<Vec<String>>,
    /// The identifier of the resource server for requests that name no audience.
    pub default_audience: Option<String>,
    /// How many tokens the client may be issued.
    pub budget: Option<Budget>,
    /// `web` (the default): runs on a server or in a browser. `native`: runs on a device.
    pub app_type: Option<String>,
    /// Where users may be redirected with an authorization response. URIs are compared character by
    /// character; an app of the type `native` may choose the port of an `http` URI at `localhost` or a
    /// loopback address. At most 20.
    pub redirect_uris: Option<Vec<String>>,
    /// Where users may be redirected after they signed out. At most 20.
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// The registered domain of the app, for dialects that compare redirect URIs by domain.
    pub redirect_domain: Option<String>,
    /// The scopes that an app may ask users for: scopes of its API, and `openid`, `profile`,
    /// `email`, `offline`, `offline_access`.
    pub scopes: Option<Vec<String>>,
    /// What the app does, in a few sentences for users. At most 500 characters.
    pub description: Option<String>,
    /// The URL of the app's home page: https, at most 2000 characters.
    pub client_uri: Option<String>,
    /// The URL of the app's logo: https, at most 2000 characters.
    pub logo_uri: Option<String>,
    /// Whether an app with a secret must use PKCE; missing: as the realm's dialect has it. An app
    /// without a secret always must.
    pub require_pkce: Option<bool>,
    /// What its ID tokens are signed with, one of those that the realm signs with; missing: `RS256`.
    pub id_token_signed_response_alg: Option<String>,
    /// Whether a first secret is issued. If missing: yes, unless the client authenticates without a
    /// secret.
    pub with_secret: Option<bool>,
}

/// The fields to change. A missing field stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientChange {
    /// The name that people see.
    pub name: Option<String>,
    /// `suspended`: no tokens are issued to the client, and its tokens are refused.
    pub status: Option<NewStatus>,
    /// The allowed client authentication methods.
    pub auth_methods: Option<Vec<String>>,
    /// The allowed grant types.
    pub grant_types: Option<Vec<String>>,
    /// The identifier of the resource server for requests that name no audience. An empty text
    /// removes it.
    pub default_audience: Option<String>,
    /// The new limits. They replace the old ones.
    pub budget: Option<Budget>,
    /// Whether staff vouch for the app: an app that is not verified gets errors of its requests only
    /// after the user saw a page.
    pub verified: Option<bool>,
    /// `web`: runs on a server or in a browser. `native`: runs on a device.
    pub app_type: Option<String>,
    /// Where users may be redirected with an authorization response. URIs are compared character by
    /// character. At most 20.
    pub redirect_uris: Option<Vec<String>>,
    /// Where users may be redirected after they signed out. At most 20.
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// The registered domain of the app, for dialects that compare redirect URIs by domain. An
    /// empty text removes it.
    pub redirect_domain: Option<String>,
    /// The scopes that an app may ask users for: scopes of its API, and `openid`, `profile`,
    /// `email`, `offline`, `offline_access`. Where the dialect has `scope_change_revokes`, a change
    /// revokes the app's connections.
    pub scopes: Option<Vec<String>>,
    /// What the app does, in a few sentences for users. At most 500 characters. An empty text
    /// removes it.
    pub description: Option<String>,
    /// The URL of the app's home page: https, at most 2000 characters. An empty text removes it.
    pub client_uri: Option<String>,
    /// The URL of the app's logo: https, at most 2000 characters. An empty text removes it.
    pub logo_uri: Option<String>,
    /// Whether an app with a secret must use PKCE.
    pub require_pkce: Option<bool>,
    /// What its ID tokens are signed with, one of those that the realm signs with; an empty text:
    /// `RS256`.
    pub id_token_signed_response_alg: Option<String>,
}

macro_rules! app_fields {
    ($($input:ident)*) => {$(
        impl $input {
            /// The fields about an app.
            pub(super) fn app_fields(&self) -> AppFields<'_> {
                AppFields {
                    app_type: self.app_type.as_deref(),
                    redirect_domain: self.redirect_domain.as_deref(),
                    redirect_uris: self.redirect_uris.as_deref(),
                    post_logout_redirect_uris: self.post_logout_redirect_uris.as_deref(),
                    scopes: self.scopes.as_deref(),
                    description: self.description.as_deref(),
                    client_uri: self.client_uri.as_deref(),
                    logo_uri: self.logo_uri.as_deref(),
                    id_token_signed_response_alg: self.id_token_signed_response_alg.as_deref(),
                }
            }
        }
    )*};
}

app_fields! { NewClient ClientChange }
