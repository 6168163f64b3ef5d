//! A row of an import, and its result.

use base::Secret;
use domain::AnySecret;
use serde::{Deserialize, Deserializer};

/// A secret that arrives in a request body. Like [`Secret`], it cannot be printed or serialized.
#[derive(Clone, Debug)]
pub struct ImportedSecret(pub Secret<AnySecret>);

impl<'de> Deserialize<'de> for ImportedSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}

/// One token to import.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LegacyRow {
    /// The id: the user name of HTTP Basic.
    pub id: String,
    /// The secret: the password of HTTP Basic.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub secret: ImportedSecret,
    /// The public id of the organization that the token acts for.
    pub organization: String,
    /// The scopes of the token. If missing: every scope of the resource server.
    pub scopes: Option<Vec<String>>,
    /// A name that people see in lists. It need not be unique.
    #[serde(default)]
    pub label: String,
    /// When it expires (RFC 3339). If missing: never.
    pub expires_at: Option<String>,
}

/// The tokens to import.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Import {
    /// The identifier of the resource server. It may be missing where the realm has exactly one.
    pub audience: Option<String>,
    /// Whether secrets that can be guessed are imported, too. If missing: they are refused.
    #[serde(default)]
    pub allow_weak: bool,
    /// The tokens, at most 500.
    pub tokens: Vec<LegacyRow>,
}

/// The result of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowOutcome {
    /// The token was imported.
    Imported,
    /// The token existed already, with the same secret.
    Unchanged,
    /// The row was refused; nothing of it was written.
    Refused,
}

impl RowOutcome {
    /// The name in the admin API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
        }
    }
}

/// A row and its result.
#[derive(Clone, Debug)]
pub struct RowResult {
    /// The id of the row, as it was sent.
    pub id: String,
    /// The result of the row.
    pub outcome: RowOutcome,
    /// Whether the token is in the realm with a secret that can be guessed.
    pub weak: bool,
    /// Why the row was refused, where it was.
    pub problem: Option<String>,
}
