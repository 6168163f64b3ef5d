//! `/why/{id}`: everything known about one id.

use axum::routing::MethodFilter;
use engine::Denial;
use engine::admin::why::{self, Explanation, Link};
use serde::Serialize;
use utoipa::ToSchema;
use web_rest::row;
use web_rest::views::{NoQuery, time};

use super::audit::{EventView, RefusalView, event, refusal};
use crate::call::{Call, Table};

/// Everything known about one id.
#[derive(Serialize, ToSchema)]
#[schema(as = Explanation)]
pub(super) struct ExplanationView {
    id: String,
    /// Whether the entity is active at present; null for a request id.
    good: Option<bool>,
    /// The entity, and each entity that it depends on.
    chain: Vec<LinkView>,
    /// When it was last used; null for anything but a credential.
    last_used_at: Option<String>,
    last_used_from: Option<String>,
    /// Newest first.
    refusals: Vec<RefusalView>,
    /// Newest first.
    events: Vec<EventView>,
}

/// An entity of the chain.
#[derive(Serialize, ToSchema)]
#[schema(as = Link)]
pub(super) struct LinkView {
    kind: &'static str,
    id: String,
    good: bool,
    /// The reason why it is not active.
    reason: Option<String>,
}

fn link(it: &Link) -> LinkView {
    LinkView {
        kind: it.kind,
        id: it.id.clone(),
        good: it.broken.is_none(),
        reason: it.broken.clone(),
    }
}

fn view(id: &str, it: &Explanation) -> ExplanationView {
    ExplanationView {
        id: id.to_owned(),
        good: (!it.chain.is_empty()).then(|| it.is_active()),
        chain: it.chain.iter().map(link).collect(),
        last_used_at: it.last_use.as_ref().map(|used| time(used.last_at)),
        last_used_from: it.last_use.as_ref().and_then(|used| used.address.clone()),
        refusals: it.refusals.iter().map(refusal).collect(),
        events: it.events.iter().map(event).collect(),
    }
}

pub(super) fn rows(table: Table) -> Table {
    let what = "Explain a request id, or the public id of anything";
    table.read(row(MethodFilter::GET, "/why/{id}", "audit:read", what), explain)
}

async fn explain(call: Call, _: NoQuery) -> Result<ExplanationView, Denial> {
    let app = call.state().app();
    app.flush_refusals().await?;
    app.flush_uses().await?;
    Ok(view(call.id(), &why::explain(&call.context(), call.id()).await?))
}
