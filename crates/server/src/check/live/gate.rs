//! Checks what the routes of a gate name.

use std::collections::BTreeSet;

use serde_json::Value;
use web::gate::GateSettings;

use super::lists::each;
use crate::check::finding::Finding;
use crate::cli::Api;
use crate::config::{Config, Realm};
use crate::error::CommandError;

/// APIs of routes that are no active resource servers. Every request to such a route is refused.
pub(super) async fn audiences(
    api: &Api,
    config: &Config,
    findings: &mut Vec<Finding>,
) -> Result<(), CommandError> {
    let Some(realm) = behind(api, config) else { return Ok(()) };
    let audiences = realm.gate.iter().flat_map(GateSettings::audiences);
    let mut missing: BTreeSet<&str> = audiences.collect();
    if missing.is_empty() {
        return Ok(());
    }
    each(api, "resource-servers", |server| {
        let text = |member: &str| server.get(member).and_then(Value::as_str);
        if text("status") == Some("active") {
            missing.remove(text("identifier").unwrap_or_default());
        }
    })
    .await?;
    for audience in missing {
        let text = format!(
            "realm {}: a route of its gate is for the API {audience:?}, which does not exist or is suspended: every \
             request to it is refused",
            realm.name
        );
        findings.push(Finding::wrong("gate_audience_unknown", text));
    }
    Ok(())
}

/// The realm of the configuration that `api` is of: the only one, or the one with its URL.
fn behind<'a>(api: &Api, config: &'a Config) -> Option<&'a Realm> {
    match config.realms.as_slice() {
        [only] => Some(only),
        realms => realms.iter().find(|realm| realm.issuer.to_string() == api.base()),
    }
}
