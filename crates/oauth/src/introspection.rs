//! The introspection response (RFC 7662 §2.2).

use serde::{Deserialize, Serialize};

/// What a token stands for. For an inactive token, only `active: false` is returned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Introspection {
    /// Whether the token is active now.
    pub active: bool,
    /// Space-separated scopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Public id of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// A human-readable name: the user's e-mail address or the credential's label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// How the token is presented: `Bearer` or `Basic`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
    /// When it expires, in seconds since the Unix epoch; absent when it never does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// When it was issued, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// The token is not valid before this time, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// The subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// The audience.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
    /// The issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// The token's own identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// Extension: public id of the organization that the token acts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Extension: public id of the user that the token acts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Extension: the kind of credential, such as `access_token` or `api_key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_kind: Option<String>,
    /// Extension, on inactive tokens: `suspended` where the token is genuine but its client or
    /// organization is suspended. An API whose documentation promises a 403 can then answer 403.
    /// Only the resource server that the token is for receives this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inactive_reason: Option<String>,
}
