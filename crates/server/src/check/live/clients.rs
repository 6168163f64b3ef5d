//! Checks the stored clients.

use oauth::RedirectUri;
use serde_json::Value;

use super::lists::{each, named};
use crate::check::finding::Finding;
use crate::cli::Api;
use crate::error::CommandError;

/// Redirect URIs of `http` that are not on the user's machine. What is sent there can be read on its way. They were
/// registered before that was refused, or the dialect allows them.
pub(super) async fn redirects(api: &Api, findings: &mut Vec<Finding>) -> Result<(), CommandError> {
    let mut plain = Vec::new();
    each(api, "clients", |client| {
        let id = client.get("id").and_then(Value::as_str).unwrap_or_default();
        for member in ["redirect_uris", "post_logout_redirect_uris"] {
            let uris = client.get(member).and_then(Value::as_array).into_iter().flatten();
            let uris = uris.filter_map(|uri| uri.as_str()?.parse::<RedirectUri>().ok());
            plain.extend(uris.filter(RedirectUri::is_plain).map(|uri| format!("{uri} of {id}")));
        }
    })
    .await?;
    if !plain.is_empty() {
        let text =
            format!("{} redirect URIs are http on the network: {}", plain.len(), named(&plain));
        findings.push(Finding::weak("redirect_without_tls", text));
    }
    Ok(())
}
