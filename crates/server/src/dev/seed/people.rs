//! What users need: a password, an app with redirect URIs, and the demo partner's app.
//!
//! This is separate from the rest of the seed, because it also completes a data folder from before
//! the demo had users. Invariant: a repeated run creates no second app; only the partner's secret
//! is new.

use base::Secret;
use domain::Client;
use engine::Denial;
use engine::admin::{client_secrets, clients, passwords};
use partner_app::{Provider, Registration, Settings};

use super::demo_file::{DemoFile, DemoRealms, Person};
use super::realm::{SeedRealm, made, text, texts};
use super::{SeedRealms, error};
use crate::error::CommandError;

/// The name of the partner's app at its providers.
const PARTNER: &str = "demo-partner";

/// How the partner's app authenticates: always with its secret. An app on this machine that could do
/// without is asked for consent each time.
const PARTNER_METHODS: [&str; 2] = ["client_secret_basic", "client_secret_post"];

/// A realm with users who sign in.
struct RealmPeople<'a> {
    provider: Provider,
    name: &'static str,
    /// The user's public id.
    user: &'static str,
    person: &'a Person,
    app: DemoApp<'a>,
    /// The scopes that the partner's app requests.
    partner_scopes: &'static [&'static str],
}

/// The app of `demo.json`.
struct DemoApp<'a> {
    id: &'a str,
    redirect_uri: &'a str,
    scopes: Vec<String>,
    description: &'static str,
}

/// Sets passwords, sets the apps' redirect URIs, and registers the partner's app.
///
/// # Errors
/// When a realm is missing, or the store fails.
pub(crate) async fn people(
    realms: SeedRealms<'_>,
    demo: &DemoFile,
    base: &str,
) -> Result<Settings, CommandError> {
    let mut settings = Settings { base: base.to_owned(), registrations: Vec::new() };
    for people_of in realms_with_people(&demo.realms) {
        let realm = realms.realm(people_of.name)?;
        password(&realm, &people_of).await.map_err(error)?;
        app(&realm, &people_of.app).await.map_err(error)?;
        let registration = partner(&realm, &people_of, &settings).await.map_err(error)?;
        settings.registrations.push(registration);
    }
    Ok(settings)
}

/// Changes the redirect URI of the partner's app, and the addresses of its providers.
///
/// # Errors
/// When a realm is missing, or the store fails.
pub(crate) async fn move_partner(
    realms: SeedRealms<'_>,
    settings: Settings,
    base: &str,
) -> Result<Settings, CommandError> {
    let mut moved = Settings { base: base.to_owned(), registrations: Vec::new() };
    for registration in settings.registrations {
        let realm = realms.realm(&registration.provider.to_string())?;
        let change = clients::ClientChange {
            redirect_uris: Some(vec![moved.redirect_uri(registration.provider)]),
            ..clients::ClientChange::default()
        };
        made!(&realm, clients::update, &registration.client_id, &change).map_err(error)?;
        moved.registrations.push(Registration { base: realm.base(), ..registration });
    }
    Ok(moved)
}

fn realms_with_people(realms: &DemoRealms) -> [RealmPeople<'_>; 3] {
    let identity = ["openid", "profile", "email"];
    let spending = demo_apis::spendesk::SCOPES.map(|(scope, _)| scope);
    [
        RealmPeople {
            provider: Provider::Spendesk,
            name: "spendesk",
            user: "user_camille",
            person: &realms.spendesk.user,
            app: DemoApp {
                id: &realms.spendesk.app.client_id,
                redirect_uri: &realms.spendesk.app.redirect_uri,
                scopes: texts(&[&spending[..], &identity[..]].concat()),
                description: "Puts the spending of your company into its books.",
            },
            partner_scopes: &["settlement:read", "wallet-summary:read"],
        },
        RealmPeople {
            provider: Provider::Spiko,
            name: "spiko",
            user: "user_ingrid",
            person: &realms.spiko.user,
            app: DemoApp {
                id: &realms.spiko.app.client_id,
                redirect_uri: &realms.spiko.app.redirect_uri,
                scopes: texts(&[&["offline", "offline_access"][..], &identity[..]].concat()),
                description: "Shows your holdings beside your bank accounts.",
            },
            partner_scopes: &["offline"],
        },
        RealmPeople {
            provider: Provider::Speckle,
            name: "speckle",
            user: "a1b2c3d4e5",
            person: &realms.speckle.user,
            app: DemoApp {
                id: &realms.speckle.app.id,
                redirect_uri: &realms.speckle.app.redirect_uri,
                scopes: texts(&["streams:read", "streams:write", "profile:read", "profile:email"]),
                description: "Checks facades against their plans.",
            },
            partner_scopes: &["profile:read", "profile:email", "streams:read"],
        },
    ]
}

async fn password(realm: &SeedRealm<'_>, people_of: &RealmPeople<'_>) -> Result<(), Denial> {
    let password = Secret::new(people_of.person.password.clone());
    let hash = realm.realm().app().passwords.hash(password).await?;
    made!(realm, passwords::set, people_of.user, &hash).map(|_| ())
}

async fn app(realm: &SeedRealm<'_>, app: &DemoApp<'_>) -> Result<(), Denial> {
    let change = clients::ClientChange {
        redirect_uris: Some(vec![app.redirect_uri.to_owned()]),
        scopes: Some(app.scopes.clone()),
        description: Some(app.description.to_owned()),
        ..clients::ClientChange::default()
    };
    made!(realm, clients::update, app.id, &change).map(|_| ())
}

async fn partner(
    realm: &SeedRealm<'_>,
    people_of: &RealmPeople<'_>,
    settings: &Settings,
) -> Result<Registration, Denial> {
    let redirect_uri = settings.redirect_uri(people_of.provider);
    let new = clients::NewClient {
        public_id: Some(PARTNER.to_owned()),
        name: "Demo partner".to_owned(),
        kind: Some("app".to_owned()),
        auth_methods: Some(texts(&PARTNER_METHODS)),
        redirect_uris: Some(vec![redirect_uri.clone()]),
        scopes: Some(texts(people_of.partner_scopes)),
        description: Some("Shows what came of connecting, and forgets it when it ends.".to_owned()),
        ..clients::NewClient::default()
    };
    let client_secret = match made!(realm, clients::create, &new) {
        Ok(made) => made.secret.map(|issued| text(&issued)).unwrap_or_default(),
        Err(denial) if denial.name_taken().is_some() => another_secret(realm, redirect_uri).await?,
        Err(denial) => return Err(denial),
    };
    let (base, client_id) = (realm.base(), PARTNER.to_owned());
    Ok(Registration { provider: people_of.provider, base, client_id, client_secret })
}

/// Makes a new secret for an existing app, because the old one cannot be read back.
async fn another_secret(realm: &SeedRealm<'_>, redirect_uri: String) -> Result<String, Denial> {
    let change = clients::ClientChange {
        auth_methods: Some(texts(&PARTNER_METHODS)),
        redirect_uris: Some(vec![redirect_uri]),
        ..clients::ClientChange::default()
    };
    let _: Client = made!(realm, clients::update, PARTNER, &change)?;
    let new = client_secrets::NewSecret::default();
    made!(realm, client_secrets::create, PARTNER, &new).map(|issued| text(&issued))
}
