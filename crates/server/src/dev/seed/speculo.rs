//! A client that uses a reusable refresh token, and a second organization.

use engine::Denial;
use engine::admin::{clients, refresh_tokens};

use super::demo_file::Speculo;
use super::realm::{SeedRealm, made, text, texts};

/// The identifier of its API.
pub(in crate::dev) const AUDIENCE: &str = "https://api.speculo.example";
const SCOPES: [&str; 2] = ["contacts.read", "contacts.write"];

pub(super) async fn seed(realm: &SeedRealm<'_>) -> Result<Speculo, Denial> {
    realm.api(AUDIENCE, "Contacts", &demo_apis::speculo::SCOPES).await?;
    let organization = realm.organization("org_brightwater", "Brightwater Logistics").await?;
    let (client_id, refresh_token) =
        credentials(realm, "Brightwater CRM sync", organization.public_id.as_str()).await?;
    let other = realm.organization("org_elmtree", "Elmtree Foods").await?;
    credentials(realm, "Elmtree newsletter", other.public_id.as_str()).await?;
    Ok(Speculo {
        base: realm.base(),
        admin_key: realm.admin_key().await?,
        org_id: organization.public_id.to_string(),
        client_id,
        refresh_token,
        scopes: texts(&SCOPES),
    })
}

/// A client with a refresh token.
async fn credentials(
    realm: &SeedRealm<'_>,
    name: &str,
    organization: &str,
) -> Result<(String, String), Denial> {
    let new = clients::NewClient {
        name: name.to_owned(),
        organization: Some(organization.to_owned()),
        auth_methods: Some(vec!["none".to_owned()]),
        grant_types: Some(vec!["refresh_token".to_owned()]),
        ..clients::NewClient::default()
    };
    let (client, _) = realm.client(&new).await?;
    realm.grant(&client, Some(&SCOPES)).await?;
    let new = refresh_tokens::NewRefreshToken {
        client: client.clone(),
        label: "demo".to_owned(),
        ..refresh_tokens::NewRefreshToken::default()
    };
    let issued = made!(realm, refresh_tokens::create, &new)?;
    Ok((client, text(&issued)))
}
