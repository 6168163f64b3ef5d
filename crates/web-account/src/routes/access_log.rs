//! `/access-log` and `/uses`: the user's actions, and the last uses of their credentials.

use axum::routing::MethodFilter;
use domain::{Client, Credential, Event, Use};
use engine::Denial;
use engine::account::{SESSION, history};
use serde::Serialize;
use utoipa::ToSchema;
use web_base::names::Names;
use web_rest::row;
use web_rest::views::{List, PageParams, time};

use crate::call::{Call, Table};

/// An action of yours.
#[derive(Serialize, ToSchema)]
#[schema(as = LoggedEvent)]
struct EventView {
    /// Rises with each event; has gaps.
    sequence: u64,
    at: String,
    /// Such as `personal_access_token.created`.
    action: String,
    target: TargetView,
    request_id: Option<String>,
    address: Option<String>,
    /// Further details of the event.
    #[schema(value_type = Object)]
    detail: serde_json::Map<String, serde_json::Value>,
}

/// The entity that was changed.
#[derive(Serialize, ToSchema)]
#[schema(as = LoggedTarget)]
struct TargetView {
    kind: &'static str,
    id: String,
}

/// A credential or consent that acts for you, with its last use.
#[derive(Serialize, ToSchema)]
#[schema(as = LoggedUse)]
struct UseView {
    id: String,
    /// `personal_access_token`, `refresh_token`, `access_token` or `consent`.
    kind: &'static str,
    /// The name you gave it.
    label: String,
    /// The app that has it; null means your own.
    app: Option<AppView>,
    /// When it was last used; null means not yet.
    last_used_at: Option<String>,
    last_used_from: Option<String>,
    /// How often it was used.
    uses: u64,
    /// When it expires; null means never.
    expires_at: Option<String>,
    /// When it was revoked; null means it is not revoked.
    revoked_at: Option<String>,
}

/// An app.
#[derive(Serialize, ToSchema)]
#[schema(as = LoggedApp)]
struct AppView {
    id: String,
    name: String,
}

pub(super) fn rows(table: Table) -> Table {
    let used = "List what acts for you, with its last use";
    table
        .about("Access log", "Your changes, and the last use of your credentials.")
        .read(
            row(MethodFilter::GET, "/access-log", SESSION, "List what you did, newest first"),
            log,
        )
        .read(row(MethodFilter::GET, "/uses", SESSION, used), uses)
}

fn event(it: &Event) -> EventView {
    let draft = &it.draft;
    EventView {
        sequence: it.sequence,
        at: time(draft.at),
        action: draft.action.clone(),
        target: TargetView { kind: draft.target.kind.as_str(), id: draft.target.public_id.clone() },
        request_id: draft.origin.request_id.clone(),
        address: draft.origin.address.clone(),
        detail: draft.detail.clone(),
    }
}

async fn log(call: Call, page: PageParams) -> Result<List<EventView>, Denial> {
    let page = history::events(&call.context(), call.caller(), &page.into()).await?;
    Ok(List::of(page, event))
}

async fn uses(call: Call, page: PageParams) -> Result<List<UseView>, Denial> {
    call.state().app().flush_uses().await?;
    let ctx = call.context();
    let page = history::uses(&ctx, call.caller(), &page.into()).await?;
    let mut names = Names::new(&ctx);
    let mut data = Vec::with_capacity(page.items.len());
    for (credential, used) in &page.items {
        data.push(view(&mut names, credential, used.as_ref()).await?);
    }
    Ok(List { data, next: page.next })
}

async fn view(
    names: &mut Names<'_>,
    it: &Credential,
    used: Option<&Use>,
) -> Result<UseView, Denial> {
    let app = match it.client() {
        Some(id) => names.entity::<Client>(id).await?,
        None => None,
    };
    Ok(UseView {
        id: it.public_id.to_string(),
        kind: it.kind().as_str(),
        label: it.label.clone(),
        app: app.map(|app| AppView { id: app.public_id.to_string(), name: app.name.clone() }),
        last_used_at: used.map(|used| time(used.last_at)),
        last_used_from: used.and_then(|used| used.address.clone()),
        uses: used.map_or(0, |used| used.count),
        expires_at: it.expires_at.map(time),
        revoked_at: it.revoked.as_ref().map(|it| time(it.at)),
    })
}
