//! A key that is presented directly at the API, a partner's app, and an investor.

use engine::Denial;
use engine::admin::{api_keys, memberships, users};

use super::demo_file::{App, ClientPair, Person, Spiko};
use super::realm::{SeedRealm, made, text};
use super::spendesk::partner;

/// The identifier of its API.
pub(in crate::dev) const AUDIENCE: &str = "https://investor-api.spiko.example";
/// The redirect URI of the partner's app.
const REDIRECT: &str = "http://localhost:3000/callback";
const ACCOUNT: (&str, &str) = ("org_fjordline", "Fjordline AS");

pub(super) async fn seed(realm: &SeedRealm<'_>) -> Result<Spiko, Denial> {
    realm.api(AUDIENCE, "Investors", &demo_apis::spiko::SCOPES).await?;
    let (id, name) = ACCOUNT;
    realm.organization(id, name).await?;
    let (client_id, client_secret) = realm.client(&partner("Treasury Desk")).await?;
    let client_secret = client_secret.unwrap_or_default();
    Ok(Spiko {
        base: realm.base(),
        admin_key: realm.admin_key().await?,
        api_key: key(realm, id).await?,
        app: App { client_id, client_secret, redirect_uri: REDIRECT.to_owned() },
        user: person(realm, id).await?,
    })
}

async fn key(realm: &SeedRealm<'_>, account: &str) -> Result<ClientPair, Denial> {
    let new = api_keys::NewApiKey {
        organization: account.to_owned(),
        label: "Back office".to_owned(),
        ..api_keys::NewApiKey::default()
    };
    let issued = made!(realm, api_keys::create, &new)?;
    let client_id = issued.credential.public_id.to_string();
    Ok(ClientPair { client_id, client_secret: text(&issued) })
}

async fn person(realm: &SeedRealm<'_>, account: &str) -> Result<Person, Denial> {
    let email = "ingrid.solberg@fjordline.example";
    let new = users::NewUser {
        public_id: Some("user_ingrid".to_owned()),
        email: email.to_owned(),
        email_verified: true,
        name: "Ingrid Solberg".to_owned(),
        company: Some("Fjordline AS".to_owned()),
        memberships: vec![memberships::NewMembership {
            organization: account.to_owned(),
            role: Some("admin".to_owned()),
        }],
        ..users::NewUser::default()
    };
    realm.user(&new).await?;
    Ok(Person { email: email.to_owned(), password: realm.password() })
}
