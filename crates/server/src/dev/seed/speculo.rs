//! A client that exchanges a reusable refresh token, and a second organization beside it.

use engine::Denial;
use engine::admin::{clients, refresh_tokens};

use super::demo_file::Speculo;
use super::plot::{Plot, made, text, texts};

/// What its API calls itself.
pub(in crate::dev) const AUDIENCE: &str = "https://api.speculo.example";
const SCOPES: [&str; 2] = ["contacts.read", "contacts.write"];

pub(super) async fn sow(plot: &Plot<'_>) -> Result<Speculo, Denial> {
    plot.api(AUDIENCE, "Contacts", &demo_apis::speculo::SCOPES).await?;
    let organization = plot.organization("org_brightwater", "Brightwater Logistics").await?;
    let (client_id, refresh_token) =
        credentials(plot, "Brightwater CRM sync", organization.public_id.as_str()).await?;
    let other = plot.organization("org_elmtree", "Elmtree Foods").await?;
    credentials(plot, "Elmtree newsletter", other.public_id.as_str()).await?;
    Ok(Speculo {
        base: plot.base(),
        admin_key: plot.admin_key().await?,
        org_id: organization.public_id.to_string(),
        client_id,
        refresh_token,
        scopes: texts(&SCOPES),
    })
}

/// A client with a refresh token.
async fn credentials(
    plot: &Plot<'_>,
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
    let (client, _) = plot.client(&new).await?;
    plot.grant(&client, Some(&SCOPES)).await?;
    let new = refresh_tokens::NewRefreshToken {
        client: client.clone(),
        label: "demo".to_owned(),
        ..refresh_tokens::NewRefreshToken::default()
    };
    let issued = made!(plot, refresh_tokens::create, &new)?;
    Ok((client, text(&issued)))
}
