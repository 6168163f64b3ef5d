//! Authorization server metadata (RFC 8414 §2).

use serde::{Deserialize, Serialize};

/// The metadata that an issuer publishes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// The issuer identifier.
    pub issuer: String,
    /// Where users sign in and consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_endpoint: Option<String>,
    /// Where tokens are issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint: Option<String>,
    /// Where the signing keys are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Where tokens are introspected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint: Option<String>,
    /// Where tokens are revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint: Option<String>,
    /// Where an app reads the user's claims (OpenID Connect Discovery §3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_endpoint: Option<String>,
    /// Where users are signed out (OpenID Connect RP-Initiated Logout §2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_session_endpoint: Option<String>,
    /// Where all status lists are listed (Token Status List §9.1).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status_list_aggregation_endpoint: Option<String>,
    /// Where revocations are published as they happen. No standard defines this member.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub feed_endpoint: Option<String>,
    /// Grant types a client may use.
    pub grant_types_supported: Vec<String>,
    /// Response types of the authorization endpoint; empty where there is none.
    pub response_types_supported: Vec<String>,
    /// How the authorization response is sent (RFC 6749 §4.1.2).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub response_modes_supported: Vec<String>,
    /// RFC 7636 §4.2: how a challenge may follow from a verifier.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub code_challenge_methods_supported: Vec<String>,
    /// RFC 9207 §3: whether authorization responses name the issuer.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub authorization_response_iss_parameter_supported: bool,
    /// OpenID Connect Discovery §3: whether `request_uri` may be sent. The default is `true`, so
    /// `false` must be written.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request_uri_parameter_supported: Option<bool>,
    /// OpenID Connect Discovery §3: `public`, the same `sub` for every client.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub subject_types_supported: Vec<String>,
    /// OpenID Connect Discovery §3.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub id_token_signing_alg_values_supported: Vec<String>,
    /// OpenID Connect Discovery §3: the claims that ID tokens and userinfo may hold.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub claims_supported: Vec<String>,
    /// Scopes of the resource servers, where they are public.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub scopes_supported: Vec<String>,
    /// How clients may authenticate at the token endpoint.
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// How protected resources may authenticate at the introspection endpoint.
    pub introspection_endpoint_auth_methods_supported: Vec<String>,
    /// How clients may authenticate at the revocation endpoint.
    pub revocation_endpoint_auth_methods_supported: Vec<String>,
}
