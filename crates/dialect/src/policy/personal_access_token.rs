//! Scopes that personal access tokens never get: section `[personal_access_token]`.

use oauth::{Scope, ScopeSet};

use crate::DialectError;
use crate::read::Table;

/// Reads `[personal_access_token]`: the scopes that no personal access token gets.
pub(crate) fn kept_scopes(table: &Table<'_>) -> Result<ScopeSet, DialectError> {
    let item = table.required("forbidden_scopes")?;
    let scope = |text: &&str| -> Result<Scope, DialectError> {
        text.parse().map_err(|reason| item.error(format!("found {text:?}; {reason}")))
    };
    let kept = item.texts()?.iter().map(scope).collect::<Result<_, _>>()?;
    table.finish("key")?;
    Ok(kept)
}
