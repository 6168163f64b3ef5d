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

/// A token to import.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LegacyRow {
    /// Its id: the first half of the Basic pair.
    pub id: String,
    /// Its secret: the second half.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub secret: ImportedSecret,
    /// Public id of the organization it acts for.
    pub organization: String,
    /// What it may do; missing: everything at the resource server.
    pub scopes: Option<Vec<String>>,
    /// A name for people.
    #[serde(default)]
    pub label: String,
    /// When it stops by itself (RFC 3339); missing: never.
    pub expires_at: Option<String>,
}

/// Tokens to import.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Import {
    /// The resource server's identifier; may be missing where the realm has only one.
    pub audience: Option<String>,
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
    /// Why the row was refused, where it was.
    pub problem: Option<String>,
}
