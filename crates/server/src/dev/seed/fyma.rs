//! A client with a budget, and a token of an older system.

use base::Secret;
use engine::Denial;
use engine::admin::{Budget, clients, legacy_tokens};

use super::demo_file::{Fyma, Pair};
use super::realm::SeedRealm;

/// The identifier of its API.
pub(in crate::dev) const AUDIENCE: &str = "https://api.fyma.example";
/// Tokens per UTC day, and as many per hour: enough to try things, few enough to reach the limit.
const DAILY_LIMIT: u64 = 100;
const CUSTOMER: (&str, &str) = ("org_harbour_authority", "Harbour Authority");

pub(super) async fn seed(realm: &SeedRealm<'_>) -> Result<Fyma, Denial> {
    realm.api(AUDIENCE, "Cameras", &demo_apis::fyma::SCOPES).await?;
    let (id, name) = CUSTOMER;
    realm.organization(id, name).await?;
    let new = clients::NewClient {
        name: "Traffic dashboard".to_owned(),
        organization: Some(id.to_owned()),
        budget: Some(Budget { per_hour: Some(DAILY_LIMIT), per_day: Some(DAILY_LIMIT) }),
        ..clients::NewClient::default()
    };
    let (client_id, client_secret) = realm.client(&new).await?;
    realm.grant(&client_id, None).await?;
    Ok(Fyma {
        base: realm.base(),
        admin_key: realm.admin_key().await?,
        client_id,
        client_secret: client_secret.unwrap_or_default(),
        audience: AUDIENCE.to_owned(),
        daily_limit: DAILY_LIMIT,
        legacy_token: legacy_token(realm, id).await?,
    })
}

/// A token as from a file of the older system.
async fn legacy_token(realm: &SeedRealm<'_>, customer: &str) -> Result<Pair, Denial> {
    let id = format!("legacy-{}", realm.password());
    let secret = format!("{}{}", realm.password(), realm.password());
    let row = legacy_tokens::LegacyRow {
        id: id.clone(),
        secret: legacy_tokens::ImportedSecret(Secret::new(secret.clone())),
        organization: customer.to_owned(),
        scopes: None,
        label: "Signal box (2019)".to_owned(),
        expires_at: None,
    };
    let import = legacy_tokens::Import { tokens: vec![row], ..Default::default() };
    legacy_tokens::import(&realm.context(), realm.by(), &import).await?;
    Ok(Pair { id, secret })
}
