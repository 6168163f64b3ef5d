//! A client with a budget, and a token of an older system.

use base::Secret;
use engine::Denial;
use engine::admin::{Budget, clients, legacy_tokens};

use super::demo_file::{Fyma, Pair};
use super::plot::Plot;

/// What its API calls itself.
pub(in crate::dev) const AUDIENCE: &str = "https://api.fyma.example";
/// Tokens a UTC day, and as many an hour: enough to try things, few enough to see the end.
const DAILY_LIMIT: u64 = 100;
const CUSTOMER: (&str, &str) = ("org_harbour_authority", "Harbour Authority");

pub(super) async fn sow(plot: &Plot<'_>) -> Result<Fyma, Denial> {
    plot.api(AUDIENCE, "Cameras", &demo_apis::fyma::SCOPES).await?;
    let (id, name) = CUSTOMER;
    plot.organization(id, name).await?;
    let new = clients::NewClient {
        name: "Traffic dashboard".to_owned(),
        organization: Some(id.to_owned()),
        budget: Some(Budget { per_hour: Some(DAILY_LIMIT), per_day: Some(DAILY_LIMIT) }),
        ..clients::NewClient::default()
    };
    let (client_id, client_secret) = plot.client(&new).await?;
    plot.grant(&client_id, None).await?;
    Ok(Fyma {
        base: plot.base(),
        admin_key: plot.admin_key().await?,
        client_id,
        client_secret: client_secret.unwrap_or_default(),
        audience: AUDIENCE.to_owned(),
        daily_limit: DAILY_LIMIT,
        legacy_token: legacy_token(plot, id).await?,
    })
}

/// As if it came from a file of the older system.
async fn legacy_token(plot: &Plot<'_>, customer: &str) -> Result<Pair, Denial> {
    let id = format!("legacy-{}", plot.password());
    let secret = format!("{}{}", plot.password(), plot.password());
    let row = legacy_tokens::LegacyRow {
        id: id.clone(),
        secret: legacy_tokens::ImportedSecret(Secret::new(secret.clone())),
        organization: customer.to_owned(),
        scopes: None,
        label: "Signal box (2019)".to_owned(),
        expires_at: None,
    };
    let import = legacy_tokens::Import { audience: None, tokens: vec![row] };
    legacy_tokens::import(&plot.context(), plot.by(), &import).await?;
    Ok(Pair { id, secret })
}
