//! Two companies of one customer, a key for the first, a partner's app, and a user who belongs to
//! both.

use engine::Denial;
use engine::admin::{api_keys, clients, memberships, users};

use super::demo_file::{App, Company, Pair, Person, Spendesk};
use super::realm::{SeedRealm, made, text};

/// The identifier of its API.
pub(in crate::dev) const AUDIENCE: &str = "https://public-api.spendesk.example";
/// The redirect URI of the partner's app.
const REDIRECT: &str = "https://localhost:3000/callback";
const COMPANIES: [(&str, &str); 2] = [
    ("6f9e8a8e-2c1b-4d5e-9f3a-0b7c6d5e4f31", "Atelier Nord SAS"),
    ("b02d7c41-93fa-4e0c-8a67-5f1e2d3c4b52", "Atelier Nord Belgium SRL"),
];

pub(super) async fn seed(realm: &SeedRealm<'_>) -> Result<Spendesk, Denial> {
    realm.api(AUDIENCE, "Spend", &demo_apis::spendesk::SCOPES).await?;
    let mut companies = Vec::new();
    for (id, name) in COMPANIES {
        realm.organization(id, name).await?;
        companies.push(Company { id: id.to_owned(), name: name.to_owned() });
    }
    let [(first, _), _] = COMPANIES;
    Ok(Spendesk {
        base: realm.base(),
        admin_key: realm.admin_key().await?,
        api_key: key(realm, first).await?,
        app: app(realm, "Ledgerly").await?,
        user: person(realm).await?,
        companies,
    })
}

async fn key(realm: &SeedRealm<'_>, company: &str) -> Result<Pair, Denial> {
    let new = api_keys::NewApiKey {
        organization: company.to_owned(),
        label: "Nightly export".to_owned(),
        ..api_keys::NewApiKey::default()
    };
    let issued = made!(realm, api_keys::create, &new)?;
    Ok(Pair { id: issued.credential.public_id.to_string(), secret: text(&issued) })
}

async fn app(realm: &SeedRealm<'_>, name: &str) -> Result<App, Denial> {
    let (client_id, client_secret) = realm.client(&partner(name)).await?;
    let client_secret = client_secret.unwrap_or_default();
    Ok(App { client_id, client_secret, redirect_uri: REDIRECT.to_owned() })
}

/// A partner's app with a secret. It belongs to no organization.
pub(super) fn partner(name: &str) -> clients::NewClient {
    clients::NewClient {
        name: name.to_owned(),
        kind: Some("app".to_owned()),
        grant_types: Some(vec!["authorization_code".to_owned(), "refresh_token".to_owned()]),
        ..clients::NewClient::default()
    }
}

async fn person(realm: &SeedRealm<'_>) -> Result<Person, Denial> {
    let of = |company: &str| memberships::NewMembership {
        organization: company.to_owned(),
        role: Some("admin".to_owned()),
    };
    let email = "camille.moreau@atelier-nord.example";
    let new = users::NewUser {
        public_id: Some("user_camille".to_owned()),
        email: email.to_owned(),
        email_verified: true,
        name: "Camille Moreau".to_owned(),
        company: Some("Atelier Nord".to_owned()),
        memberships: COMPANIES.iter().map(|(id, _)| of(id)).collect(),
        ..users::NewUser::default()
    };
    realm.user(&new).await?;
    Ok(Person { email: email.to_owned(), password: realm.password() })
}
