//! A user with a personal access token, and an app.

use engine::Denial;
use engine::admin::{memberships, personal_access_tokens, users};

use super::demo_file::{Person, Speckle, SplitApp};
use super::realm::{SeedRealm, made, text, texts};
use super::spendesk::partner;

/// The identifier of its API.
pub(in crate::dev) const AUDIENCE: &str = "https://speckle.example/graphql";
/// The redirect URI of the app.
const REDIRECT: &str = "http://localhost:3000/callback";
const WORKSPACE: (&str, &str) = ("org_studio_linden", "Studio Linden");
const USER: &str = "a1b2c3d4e5";
const TOKEN_SCOPES: [&str; 7] = [
    "streams:read",
    "streams:write",
    "profile:read",
    "profile:email",
    "users:read",
    "tokens:read",
    "apps:read",
];

pub(super) async fn seed(realm: &SeedRealm<'_>) -> Result<Speckle, Denial> {
    realm.api(AUDIENCE, "Models", &demo_apis::speckle::SCOPES).await?;
    let (id, name) = WORKSPACE;
    realm.organization(id, name).await?;
    let user = person(realm, id).await?;
    let (client, secret) = realm.client(&partner("Facade Checker")).await?;
    let new = personal_access_tokens::NewPersonalAccessToken {
        user: USER.to_owned(),
        name: "My laptop".to_owned(),
        scopes: texts(&TOKEN_SCOPES),
        ..personal_access_tokens::NewPersonalAccessToken::default()
    };
    let issued = made!(realm, personal_access_tokens::create, &new)?;
    Ok(Speckle {
        base: realm.base(),
        admin_key: realm.admin_key().await?,
        personal_access_token: text(&issued),
        app: SplitApp {
            id: client,
            secret: secret.unwrap_or_default(),
            redirect_uri: REDIRECT.to_owned(),
        },
        user,
    })
}

async fn person(realm: &SeedRealm<'_>, workspace: &str) -> Result<Person, Denial> {
    let email = "jonas.gruber@studio-linden.example";
    let new = users::NewUser {
        public_id: Some(USER.to_owned()),
        email: email.to_owned(),
        email_verified: true,
        name: "Jonas Gruber".to_owned(),
        role: Some("server:user".to_owned()),
        company: Some("Studio Linden".to_owned()),
        bio: Some("Facades, mostly.".to_owned()),
        memberships: vec![memberships::NewMembership {
            organization: workspace.to_owned(),
            role: Some("member".to_owned()),
        }],
        ..users::NewUser::default()
    };
    realm.user(&new).await?;
    Ok(Person { email: email.to_owned(), password: realm.password() })
}
