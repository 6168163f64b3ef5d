//! The kinds of work that are measured: the probe's requests for each, and the target of ours.

use crate::load::request::Request;
use crate::probe::Fixtures;

/// A kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// A token by client credentials: ES256, a durable budget.
    ClientCredentials,
    /// Introspection of an opaque token.
    IntrospectOpaque,
    /// Introspection of a JWT of our own.
    IntrospectJwt,
    /// A token for a long-lived, reusable refresh token.
    ReusableRefresh,
    /// An API key presented directly at an API.
    ApiKey,
}

impl Work {
    pub(crate) const ALL: [Self; 5] = [
        Self::ClientCredentials,
        Self::IntrospectOpaque,
        Self::IntrospectJwt,
        Self::ReusableRefresh,
        Self::ApiKey,
    ];

    /// Whether a demo realm serves it, and not the RFC realm.
    pub(crate) const fn is_of_demo(self) -> bool {
        matches!(self, Self::ReusableRefresh | Self::ApiKey)
    }

    /// The name in the table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials, ES256 JWT, budget on",
            Self::IntrospectOpaque => "introspection, opaque token",
            Self::IntrospectJwt => "introspection, our own JWT",
            Self::ReusableRefresh => "/token by reusable refresh token",
            Self::ApiKey => "API key by Basic at the demo API",
        }
    }

    /// The minimum share of the probe's rate.
    pub(crate) const fn target(self) -> f64 {
        match self {
            Self::IntrospectJwt => 2.0,
            _ => 0.5,
        }
    }

    /// Whether `answer` is a success of this work.
    pub(crate) fn is_right(self, answer: &serde_json::Value) -> bool {
        let has = |field: &str| answer.get(field).and_then(|token| token.as_str()).is_some();
        match self {
            Self::ClientCredentials => has("access_token"),
            Self::ReusableRefresh => has("accessToken"),
            Self::IntrospectOpaque | Self::IntrospectJwt => {
                answer.get("active").and_then(serde_json::Value::as_bool) == Some(true)
            }
            Self::ApiKey => !answer.is_null(),
        }
    }

    /// The name for files.
    pub(crate) const fn slug(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client-credentials",
            Self::IntrospectOpaque => "introspect-opaque",
            Self::IntrospectJwt => "introspect-jwt",
            Self::ReusableRefresh => "reusable-refresh",
            Self::ApiKey => "api-key",
        }
    }

    /// The requests to the probe on `port`. An API key is compared with the opaque look-up.
    pub(crate) fn of_probe(self, fixtures: &Fixtures, port: u16) -> Vec<Request> {
        let introspect = |path: &'static str| {
            move |token: &String| Request::new("POST", port, path).form(&[("token", token)])
        };
        match self {
            Self::ClientCredentials => {
                let of_client = |(id, secret): &(String, String)| {
                    let form = [("grant_type", "client_credentials")];
                    Request::new("POST", port, "/token").basic(id, secret).form(&form)
                };
                fixtures.clients.iter().map(of_client).collect()
            }
            Self::IntrospectOpaque | Self::ApiKey => {
                fixtures.tokens.iter().map(introspect("/introspect")).collect()
            }
            Self::IntrospectJwt => {
                fixtures.jwts.iter().map(introspect("/introspect-jwt")).collect()
            }
            Self::ReusableRefresh => {
                let clients = fixtures.clients.iter().map(|(id, _)| id).cycle();
                let of_token = |(token, client): (&String, &String)| {
                    let body = serde_json::json!({"clientId": client, "refreshToken": token});
                    Request::new("POST", port, "/refresh").json(&body)
                };
                fixtures.tokens.iter().zip(clients).map(of_token).collect()
            }
        }
    }
}
