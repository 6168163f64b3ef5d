//! Converts apps between the terms of the GraphQL demo and those of the engine.

use demo_apis::speckle::{App, AppFacts, Author};
use domain::{Client, User};
use engine::account::apps::{AppChange, NewApp};
use engine::{Context, Denial};
use store::{Loaded, StoreExt as _};

/// An app, and who made it.
pub(super) async fn app(context: &Context<'_>, client: &Client) -> Result<App, Denial> {
    let author: Option<Loaded<User>> = match client.creator {
        Some(id) => context.store.by_id(id).await?,
        None => None,
    };
    Ok(App {
        id: client.public_id.to_string(),
        name: client.name.clone(),
        description: client.description.clone(),
        logo: client.logo_uri.clone(),
        redirect_url: client.redirect_uris.first().map(ToString::to_string).unwrap_or_default(),
        scopes: client.scopes.iter().map(ToString::to_string).collect(),
        author: author.map(|author| Author {
            id: author.public_id.to_string(),
            name: author.name.clone(),
            avatar: author.profile.avatar.clone(),
        }),
        created_at: client.created_at.to_string(),
    })
}

/// Several users, each once.
pub(super) async fn all<'a>(
    context: &Context<'_>,
    clients: impl Iterator<Item = &'a Loaded<Client>>,
) -> Result<Vec<App>, Denial> {
    let mut apps: Vec<App> = Vec::new();
    for client in clients {
        if apps.iter().all(|known| known.id != client.public_id.as_str()) {
            apps.push(app(context, client).await?);
        }
    }
    Ok(apps)
}

/// A new app.
pub(super) fn new_app(facts: AppFacts) -> NewApp {
    NewApp {
        name: facts.name,
        redirect_uris: vec![facts.redirect_url],
        scopes: facts.scopes,
        description: facts.description,
        logo_uri: facts.logo,
        ..NewApp::default()
    }
}

/// The new state of an app. A fact that is not given is removed.
pub(super) fn change(facts: AppFacts) -> AppChange {
    AppChange {
        name: Some(facts.name),
        redirect_uris: Some(vec![facts.redirect_url]),
        scopes: Some(facts.scopes),
        description: Some(facts.description.unwrap_or_default()),
        logo_uri: Some(facts.logo.unwrap_or_default()),
        ..AppChange::default()
    }
}
