//! Checks the stored users.

use std::collections::BTreeMap;

use serde_json::Value;

use super::lists::{each, named};
use crate::check::finding::Finding;
use crate::cli::Api;
use crate::error::CommandError;

/// E-mail addresses that are one address in Unicode's NFC. They are from a time when addresses were kept as they were
/// typed. Each account still belongs to whoever types its address as it is stored.
pub(super) async fn addresses(api: &Api, findings: &mut Vec<Finding>) -> Result<(), CommandError> {
    let mut by_address: BTreeMap<String, Vec<String>> = BTreeMap::new();
    each(api, "users", |user| {
        let text = |member| user.get(member).and_then(Value::as_str);
        if let (Some(id), Some(email)) = (text("id"), text("email")) {
            by_address.entry(engine::email_address(email)).or_default().push(id.to_owned());
        }
    })
    .await?;
    let same = by_address.into_iter().filter(|(_, ids)| ids.len() > 1);
    let same: Vec<_> =
        same.map(|(email, ids)| format!("{email} of {}", ids.join(" and "))).collect();
    if !same.is_empty() {
        let text = format!(
            "{} e-mail addresses belong to several users, in different spellings that look the same: {}",
            same.len(),
            named(&same)
        );
        findings.push(Finding::weak("addresses_alike", text));
    }
    Ok(())
}
