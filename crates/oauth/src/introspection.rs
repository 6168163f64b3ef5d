//! The introspection response (RFC 7662 §2.2).

use serde::{Deserialize, Serialize};

/// What a token stands for. An inactive one says `active: false` and nothing of itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Introspection {
    /// Whether the token is good at this moment.
    pub active: bool,
    /// Space-separated scopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Public id of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// A name for people: the user's e-mail address or the credential's label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// How to present it: `Bearer` or `Basic`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
    /// When it expires, in seconds since the Unix epoch; absent when it never does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// When it was issued, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// Before when it is not good, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// Whom it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// Who it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
    /// Who issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// Its own identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// Ours: public id of the organization it acts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Ours: public id of the user it acts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Ours: what kind of credential it is, such as `access_token` or `api_key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_kind: Option<String>,
    /// Ours: on inactive tokens, `suspended` where the token is genuine and its client or
    /// organization is suspended, so that an API can answer 403 where its documentation promises
    /// that. Told only to the resource server the token is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inactive_reason: Option<String>,
}
