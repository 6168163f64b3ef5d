//! Checks the stored tokens.

use serde_json::Value;

use super::lists::{each, named};
use crate::check::finding::Finding;
use crate::cli::Api;
use crate::error::CommandError;

/// Imported tokens whose secret can be guessed. Revoked ones open nothing any more.
pub(super) async fn legacy(api: &Api, findings: &mut Vec<Finding>) -> Result<(), CommandError> {
    let mut weak = Vec::new();
    each(api, "legacy-tokens", |token| {
        let is_active = token.get("revoked").is_none_or(Value::is_null);
        if is_active && token.get("weak") == Some(&Value::Bool(true)) {
            weak.extend(token.get("id").and_then(Value::as_str).map(str::to_owned));
        }
    })
    .await?;
    if !weak.is_empty() {
        let text = format!(
            "{} imported tokens have a secret that can be guessed: {}",
            weak.len(),
            named(&weak)
        );
        findings.push(Finding::weak("weak_imported_secret", text));
    }
    Ok(())
}
