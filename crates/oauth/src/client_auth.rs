//! How a client proves who it is (RFC 6749 §2.3, RFC 7591 §2).

use std::fmt;

use base::Secret;
use serde::{Deserialize, Serialize};

/// Marks secrets that authenticate a client.
#[derive(Debug)]
pub enum ClientSecret {}

/// The `token_endpoint_auth_method` of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthMethod {
    /// HTTP Basic (RFC 6749 §2.3.1).
    ClientSecretBasic,
    /// `client_id` and `client_secret` in the request body (RFC 6749 §2.3.1).
    ClientSecretPost,
    /// A public client: it has no secret (RFC 7591 §2).
    None,
}

impl ClientAuthMethod {
    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::None => "none",
        }
    }
}

impl fmt::Display for ClientAuthMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The two parts of an `Authorization: Basic` header (RFC 7617), decoded.
#[derive(Clone, Debug)]
pub struct BasicCredentials {
    /// The part before the first colon.
    pub id: String,
    /// The part after it.
    pub secret: Secret<ClientSecret>,
}
