//! `postern check --live`: says what is weak in what a realm has stored. It asks the admin API of the running realm, so
//! it needs an admin key with the scopes to read, and changes nothing.

mod clients;
mod gate;
mod lists;
mod texts;
mod tokens;
mod users;

use super::finding::Finding;
use crate::cli::Api;
use crate::config::Config;
use crate::error::CommandError;

/// Runs all checks of the realm behind `api`, and of what `config` says about it.
///
/// # Errors
/// When the admin API cannot be asked.
pub(super) async fn findings(api: &Api, config: &Config) -> Result<Vec<Finding>, CommandError> {
    let mut findings = Vec::new();
    tokens::legacy(api, &mut findings).await?;
    clients::redirects(api, &mut findings).await?;
    users::addresses(api, &mut findings).await?;
    texts::hidden(api, &mut findings).await?;
    gate::audiences(api, config, &mut findings).await?;
    Ok(findings)
}
