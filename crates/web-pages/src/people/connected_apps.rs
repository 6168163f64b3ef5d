//! `/settings/apps`: the apps that may act for the user, each with a button that disconnects it.
//!
//! Invariant: a form disconnects only the connection that its CSRF token was made for, and only if it is the user's
//! own. Any other form changes nothing: the page is shown again.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Response;
use domain::{Organization, ResourceServer};
use engine::account::Person;
use engine::account::connections::{self, Connection};
use engine::admin::PageQuery;
use engine::people::SignedIn;
use engine::{Context, Denial, SignInReason, WriteContext, identity};
use web_base::cookies::Cookie;
use web_base::names::Names;

use super::page::{Allowed, Layout, page, see_other};
use super::paths::CONNECTED_APPS;
use super::resume;
use super::show::{self, STALE};
use super::templates::{App, ConnectedApp, ConnectedAppsPage, ScopeLine};
use super::visit::Visit;

/// The most connections that are shown.
const MOST: usize = store::MAX_PAGE;

/// Answers a request to `/settings/apps`.
pub(super) async fn answer(visit: &Visit<'_>) -> Response<Body> {
    let ctx = visit.context();
    match step(visit, &ctx).await {
        Ok(response) => response,
        Err(denial) => show::denied(visit, &ctx, &denial),
    }
}

async fn step(visit: &Visit<'_>, ctx: &WriteContext<'_>) -> Result<Response<Body>, Denial> {
    let here = visit.at(CONNECTED_APPS);
    let Some(signed_in) = visit.person(ctx).await? else {
        return Ok(see_other(&resume::sign_in_then(visit, &here)));
    };
    let cookie = visit.cookie(Cookie::Session).unwrap_or_default();
    let person = Person::by_cookie(ctx, cookie).await?;
    let feedback = match visit.form {
        Some(_) => disconnect(visit, ctx, (&signed_in, &person)).await?,
        None => Feedback { status: 200, notice: None },
    };
    let (apps, more) = list(visit, ctx, (&signed_in, &person)).await?;
    let template = ConnectedAppsPage {
        layout: Layout::of(visit),
        person: show::person(visit, &signed_in, Some(&here)),
        apps,
        more,
        notice: feedback.notice,
    };
    Ok(page(visit, feedback.status, &template, &Allowed::default()))
}

/// What the page says about the form that was sent.
struct Feedback {
    status: u16,
    notice: Option<String>,
}

async fn disconnect(
    visit: &Visit<'_>,
    ctx: &WriteContext<'_>,
    (signed_in, person): (&SignedIn, &Person),
) -> Result<Feedback, Denial> {
    let field = visit.form.as_ref().and_then(|form| form.field("connection"));
    let id = field.unwrap_or_default();
    if !visit.is_ours(&purpose(id), Some(signed_in)) {
        visit.note(ctx, &SignInReason::FormOfAnotherSession.into());
        return Ok(Feedback { status: 400, notice: Some(STALE.to_owned()) });
    }
    let revoke = async |ctx| connections::revoke(&ctx, person, id).await;
    let notice = match engine::settle(ctx, revoke).await {
        Ok((gone, _)) => format!("{} is disconnected.", gone.app.name),
        // A double click, or another window: the app is already disconnected.
        Err(denial) if denial.is_not_found() => "That app was disconnected already.".to_owned(),
        Err(denial) => return Err(denial),
    };
    Ok(Feedback { status: 200, notice: Some(notice) })
}

/// The purpose of a form, which its CSRF token is bound to.
fn purpose(id: &str) -> String {
    format!("disconnect {id}")
}

/// The connections, and whether there are more than are shown.
async fn list(
    visit: &Visit<'_>,
    ctx: &Context<'_>,
    (signed_in, person): (&SignedIn, &Person),
) -> Result<(Vec<ConnectedApp>, bool), Denial> {
    visit.state.app().flush_uses().await?;
    let query = PageQuery { limit: Some(MOST), after: None };
    let found = connections::list(ctx, person, &query).await?;
    let mut names = Names::new(ctx);
    let mut apps = Vec::with_capacity(found.items.len());
    for connection in &found.items {
        let id = connection.grant.id.to_string();
        let csrf = visit.token(&purpose(&id), Some(signed_in));
        apps.push(shown(ctx, &mut names, connection, (id, csrf)).await?);
    }
    Ok((apps, found.next.is_some()))
}

async fn shown(
    ctx: &Context<'_>,
    names: &mut Names<'_>,
    connection: &Connection,
    (id, csrf): (String, String),
) -> Result<ConnectedApp, Denial> {
    let grant = &connection.grant;
    let organization: Option<Arc<Organization>> = match grant.organization {
        Some(organization) => names.entity(organization).await?,
        None => None,
    };
    let api: Option<Arc<ResourceServer>> = names.entity(grant.resource_server).await?;
    let used = connections::last_use(ctx, connection).await?;
    let line = |name: &str| {
        let mut defined = api.iter().flat_map(|api| &api.scopes);
        let own = defined.find(|it| it.scope.as_str() == name).map(|it| it.description.as_str());
        let description = own.or_else(|| identity::description(name)).unwrap_or_default();
        ScopeLine { name: name.to_owned(), description: description.to_owned(), is_new: false }
    };
    Ok(ConnectedApp {
        id,
        csrf,
        // No logos: the content security policy would have to name the hosts of all of them.
        app: App { logo: None, ..show::app(&connection.app) },
        organization: organization.map(|it| it.name.clone()),
        scopes: grant.scopes.iter().map(|scope| line(scope.as_str())).collect(),
        since: show::day(grant.created_at),
        last_used: used.map(|used| show::day(used.last_at)),
    })
}
