//! The kinds of credential.

use serde::{Deserialize, Serialize};

/// What a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// Authenticates a client (RFC 6749 §2.3.1). A client may have several, to rotate them.
    ClientSecret,
    /// An organization's key: presented as it is, or exchanged for a token.
    ApiKey,
    /// A user's token for their own programs.
    PersonalAccessToken,
    /// A long-lived token for minting access tokens (RFC 6749 §1.5).
    RefreshToken,
    /// A token of an older system: imported, never created.
    LegacyToken,
    /// Opens the admin API.
    AdminKey,
    /// Authenticates a resource server when it introspects (RFC 7662 §2.1).
    ResourceServerSecret,
    /// An access token that a dialect wants stored, because its published form is a bare secret.
    AccessToken,
    /// A person's consent itself: what access tokens that came without a refresh token hang from.
    /// At most one a grant; nobody holds its secret.
    Consent,
}

impl CredentialKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::ClientSecret,
        Self::ApiKey,
        Self::PersonalAccessToken,
        Self::RefreshToken,
        Self::LegacyToken,
        Self::AdminKey,
        Self::ResourceServerSecret,
        Self::AccessToken,
        Self::Consent,
    ];

    /// The name in the admin API, dialect files and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecret => "client_secret",
            Self::ApiKey => "api_key",
            Self::PersonalAccessToken => "personal_access_token",
            Self::RefreshToken => "refresh_token",
            Self::LegacyToken => "legacy_token",
            Self::AdminKey => "admin_key",
            Self::ResourceServerSecret => "resource_server_secret",
            Self::AccessToken => "access_token",
            Self::Consent => "consent",
        }
    }
}
