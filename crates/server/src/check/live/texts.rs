//! Checks the stored texts that people read.

use domain::text::escaped_lines;
use serde_json::Value;

use super::lists::{each, named};
use crate::check::finding::Finding;
use crate::cli::Api;
use crate::error::CommandError;

/// The lists with texts that somebody typed.
const LISTS: [&str; 6] =
    ["organizations", "users", "clients", "resource-servers", "api-keys", "personal-access-tokens"];

/// Texts with characters that hide, break a line or turn the direction of writing. They are from a time when these were
/// not refused.
pub(super) async fn hidden(api: &Api, findings: &mut Vec<Finding>) -> Result<(), CommandError> {
    let mut found = Vec::new();
    for list in LISTS {
        each(api, list, |row| {
            if hides(row) {
                let id = row.get("id").and_then(Value::as_str).unwrap_or_default();
                found.push(format!("{id} ({list})"));
            }
        })
        .await?;
    }
    if !found.is_empty() {
        let text = format!(
            "{} entities have a text with hidden characters: {}",
            found.len(),
            named(&found)
        );
        findings.push(Finding::weak("hidden_characters", text));
    }
    Ok(())
}

fn hides(value: &Value) -> bool {
    match value {
        Value::String(text) => escaped_lines(text) != text.as_str(),
        Value::Array(items) => items.iter().any(hides),
        Value::Object(members) => members.values().any(hides),
        _ => false,
    }
}
