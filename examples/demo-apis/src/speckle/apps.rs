//! Apps in GraphQL: what their creators change, and what users granted them.
//!
//! The published system shows an app's secret to its author at any time. Here only its digest is
//! stored, so `secret` is shown once: when the author first reads it after `appCreate`.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::accounts::{App, AppFacts, Author};
use super::context::{accounts, failed};
use super::scalars::DateTime;
use super::scopes::{SCOPES, ScopeInfo, bad_input, required, user_with};

/// The length limit of an app's name, in bytes.
const MAX_NAME: usize = 200;
/// The largest number of secrets that wait to be read. Beyond it the oldest is dropped.
const MAX_WAITING: usize = 100;

/// Secrets of new apps that their authors have not read yet.
#[derive(Clone, Default)]
pub(super) struct Unread(Arc<Mutex<Vec<Waiting>>>);

struct Waiting {
    author: String,
    app: String,
    secret: String,
}

impl std::fmt::Debug for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Unread")
    }
}

impl Unread {
    fn keep(&self, author: &str, app: &str, secret: String) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MAX_WAITING {
            waiting.remove(0);
        }
        waiting.push(Waiting { author: author.to_owned(), app: app.to_owned(), secret });
    }

    fn take(&self, author: &str, app: &str) -> Option<String> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = waiting.iter().position(|it| it.author == author && it.app == app)?;
        Some(waiting.remove(found).secret)
    }
}

/// An app.
pub(super) struct ServerApp(pub(super) App);

#[Object]
impl ServerApp {
    async fn id(&self) -> &str {
        &self.0.id
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    async fn logo(&self) -> Option<&str> {
        self.0.logo.as_deref()
    }

    async fn terms_and_conditions_link(&self) -> Option<&str> {
        None
    }

    /// Whether it is listed for everybody.
    async fn public(&self) -> Option<bool> {
        Some(false)
    }

    /// Whether nobody is asked: everybody is.
    async fn trust_by_default(&self) -> Option<bool> {
        Some(false)
    }

    async fn redirect_url(&self) -> &str {
        &self.0.redirect_url
    }

    async fn scopes(&self) -> Vec<ScopeInfo> {
        let known = SCOPES.iter().filter(|(name, _)| self.0.scopes.iter().any(|own| own == name));
        known.map(|&(name, description)| ScopeInfo { name, description }).collect()
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at.clone())
    }

    async fn author(&self) -> Option<AppAuthor> {
        self.0.author.clone().map(AppAuthor::from)
    }

    /// Shown once, to its author, after it was made; null from then on.
    async fn secret(&self, context: &Context<'_>) -> Option<Result<String>> {
        let author = self.0.author.as_ref()?;
        // A caller that may not manage apps gets null, as if the secret had been read before.
        let user = user_with(context, "apps:write").ok().flatten()?;
        if user != author.id {
            return None;
        }
        let unread = match context.data::<Unread>() {
            Ok(unread) => unread,
            Err(error) => return Some(Err(error)),
        };
        unread.take(user, &self.0.id).map(Ok)
    }
}

/// An app that somebody authorized.
#[derive(SimpleObject)]
pub(super) struct ServerAppListItem {
    id: String,
    name: String,
    description: Option<String>,
    logo: Option<String>,
    terms_and_conditions_link: Option<String>,
    trust_by_default: Option<bool>,
    redirect_url: String,
    author: Option<AppAuthor>,
}

impl From<App> for ServerAppListItem {
    fn from(app: App) -> Self {
        Self {
            id: app.id,
            name: app.name,
            description: app.description,
            logo: app.logo,
            terms_and_conditions_link: None,
            trust_by_default: Some(false),
            redirect_url: app.redirect_url,
            author: app.author.map(AppAuthor::from),
        }
    }
}

/// Who made an app.
#[derive(SimpleObject)]
pub(super) struct AppAuthor {
    id: Option<String>,
    name: Option<String>,
    avatar: Option<String>,
}

impl From<Author> for AppAuthor {
    fn from(author: Author) -> Self {
        Self { id: Some(author.id), name: Some(author.name), avatar: author.avatar }
    }
}

/// An app to make.
#[derive(Debug, InputObject)]
pub(super) struct AppCreateInput {
    name: String,
    description: Option<String>,
    redirect_url: String,
    /// The largest set of scopes that it may ask users for.
    scopes: Vec<String>,
    logo: Option<String>,
    public: Option<bool>,
    terms_and_conditions_link: Option<String>,
}

/// An app as it shall be. Other scopes than before drop what people gave it.
#[derive(Debug, InputObject)]
pub(super) struct AppUpdateInput {
    id: String,
    name: String,
    description: Option<String>,
    redirect_url: String,
    scopes: Vec<String>,
    logo: Option<String>,
    public: Option<bool>,
    terms_and_conditions_link: Option<String>,
}

/// Checks the facts of an app before they are stored.
fn acceptable(facts: AppFacts) -> Result<AppFacts> {
    let name = facts.name.trim().to_owned();
    if name.is_empty() || name.len() > MAX_NAME {
        return Err(bad_input("An app needs a name of 1 to 200 bytes."));
    }
    let stray = |scope: &&String| !SCOPES.iter().any(|(known, _)| known == scope);
    if let Some(unknown) = facts.scopes.iter().find(stray) {
        return Err(bad_input(format!("There is no scope {unknown:?}.")));
    }
    if facts.scopes.is_empty() {
        return Err(bad_input("An app needs at least one scope."));
    }
    Ok(AppFacts { name, ..facts })
}

fn done(there: bool) -> Result<bool> {
    if there { Ok(true) } else { Err(bad_input("You have no such app.")) }
}

/// Changes of apps. All of them need `apps:write`.
#[derive(Debug, Default)]
pub(super) struct AppMutation;

const WRITE: &str = "apps:write";

#[Object]
impl AppMutation {
    /// Registers an app, and returns its id. Its secret is on the app, once.
    async fn app_create(&self, context: &Context<'_>, app: AppCreateInput) -> Result<String> {
        let (caller, user) = required(context, WRITE)?;
        let facts = acceptable(AppFacts {
            name: app.name,
            description: app.description,
            redirect_url: app.redirect_url,
            scopes: app.scopes,
            logo: app.logo,
        })?;
        let made = accounts(context)?.create_app(user, facts, &caller.request).await;
        let made = made.map_err(failed)?;
        if let Some(secret) = made.secret {
            context.data::<Unread>()?.keep(user, &made.id, secret);
        }
        Ok(made.id)
    }

    /// Changes an app of yours.
    async fn app_update(&self, context: &Context<'_>, app: AppUpdateInput) -> Result<bool> {
        let (caller, user) = required(context, WRITE)?;
        let facts = acceptable(AppFacts {
            name: app.name,
            description: app.description,
            redirect_url: app.redirect_url,
            scopes: app.scopes,
            logo: app.logo,
        })?;
        let there = accounts(context)?.update_app(user, &app.id, facts, &caller.request).await;
        done(there.map_err(failed)?)
    }

    /// Deletes an app of yours, and what everybody gave it.
    async fn app_delete(&self, context: &Context<'_>, app_id: String) -> Result<bool> {
        let (caller, user) = required(context, WRITE)?;
        let there = accounts(context)?.delete_app(user, &app_id, &caller.request).await;
        done(there.map_err(failed)?)
    }

    /// Takes back what you gave an app.
    async fn app_revoke_access(&self, context: &Context<'_>, app_id: String) -> Result<bool> {
        let (caller, user) = required(context, WRITE)?;
        let there = accounts(context)?.revoke_app(user, &app_id, &caller.request).await;
        if there.map_err(failed)? {
            return Ok(true);
        }
        Err(bad_input("You have not authorized such an app."))
    }
}
