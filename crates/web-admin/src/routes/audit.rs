//! `/events` and `/refusals`, newest first.

use axum::routing::MethodFilter;
use domain::{Actor, Event, Refusal};
use engine::Denial;
use engine::admin::PageQuery;
use engine::admin::history::{self, EventFilter, RefusalFilter};
use engine::denial::hint;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web_rest::row;
use web_rest::views::{List, time};

use crate::call::{Call, Table};

/// A change.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
pub(super) struct EventView {
    /// Rises with each event; has gaps.
    sequence: u64,
    at: String,
    /// Such as `client.suspended`.
    action: String,
    target: TargetView,
    actor: ActorView,
    request_id: Option<String>,
    address: Option<String>,
    /// Further details of the event.
    #[schema(value_type = Object)]
    detail: serde_json::Map<String, serde_json::Value>,
}

/// The entity that was changed.
#[derive(Serialize, ToSchema)]
#[schema(as = Target)]
pub(super) struct TargetView {
    kind: &'static str,
    id: String,
}

/// The actor of an event.
#[derive(Serialize, ToSchema)]
#[schema(as = Actor)]
pub(super) struct ActorView {
    /// `system`, `admin_key`, `client` or `user`.
    kind: &'static str,
    id: Option<String>,
}

/// A request that was refused.
#[derive(Serialize, ToSchema)]
#[schema(as = Refusal)]
pub(super) struct RefusalView {
    request_id: String,
    at: String,
    /// Method and path pattern of the request, such as `POST /token`.
    request: String,
    /// The public error code that the caller got.
    problem: String,
    /// The private reason, as a stable code.
    reason: String,
    /// The private reason, for people.
    explanation: String,
    /// How to fix it.
    hint: Option<&'static str>,
    /// The client or credential that was recognised.
    subject: Option<String>,
    address: Option<String>,
}

/// The page of events, with filters.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct EventsPage {
    /// The most rows of the page, 1 to 200; the default is 50.
    limit: Option<usize>,
    /// The cursor from `next` of the page before.
    after: Option<String>,
    /// Only about this public id.
    target: Option<String>,
    /// Only by this request.
    request_id: Option<String>,
}

/// The page of refusals, with filters.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct RefusalsPage {
    /// The most rows of the page, 1 to 200; the default is 50.
    limit: Option<usize>,
    /// Only of this client or credential.
    subject: Option<String>,
    /// Only of this request.
    request_id: Option<String>,
}

pub(super) fn event(it: &Event) -> EventView {
    let draft = &it.draft;
    EventView {
        sequence: it.sequence,
        at: time(draft.at),
        action: draft.action.clone(),
        target: TargetView { kind: draft.target.kind.as_str(), id: draft.target.public_id.clone() },
        actor: actor(&draft.origin.actor),
        request_id: draft.origin.request_id.clone(),
        address: draft.origin.address.clone(),
        detail: draft.detail.clone(),
    }
}

fn actor(it: &Actor) -> ActorView {
    let (kind, id) = match it {
        Actor::System => ("system", None),
        Actor::AdminKey(id) => ("admin_key", Some(id)),
        Actor::Client(id) => ("client", Some(id)),
        Actor::User(id) => ("user", Some(id)),
    };
    ActorView { kind, id: id.map(ToString::to_string) }
}

pub(super) fn refusal(it: &Refusal) -> RefusalView {
    RefusalView {
        request_id: it.request_id.clone(),
        at: time(it.at),
        request: it.request.clone(),
        problem: it.problem.clone(),
        reason: it.reason.clone(),
        explanation: it.explanation.clone(),
        hint: hint(&it.reason),
        subject: it.subject.clone(),
        address: it.address.clone(),
    }
}

pub(super) fn rows(table: Table) -> Table {
    let read = "audit:read";
    table
        .about("Audit", "What was changed, and what was refused.")
        .read(row(MethodFilter::GET, "/events", read, "List events, newest first"), events)
        .read(row(MethodFilter::GET, "/refusals", read, "List the newest refusals"), refusals)
}

async fn events(call: Call, query: EventsPage) -> Result<List<EventView>, Denial> {
    let filter = EventFilter { target: query.target, request_id: query.request_id, actor: None };
    let page = PageQuery { limit: query.limit, after: query.after };
    let page = history::events(&call.context(), &filter, &page).await?;
    Ok(List::of(page, event))
}

async fn refusals(call: Call, query: RefusalsPage) -> Result<List<RefusalView>, Denial> {
    call.state().app().flush_refusals().await?;
    let filter = RefusalFilter { subject: query.subject, request_id: query.request_id };
    let page = PageQuery { limit: query.limit, after: None };
    let refusals = history::refusals(&call.context(), &filter, &page).await?;
    Ok(List { data: refusals.iter().map(refusal).collect(), next: None })
}
