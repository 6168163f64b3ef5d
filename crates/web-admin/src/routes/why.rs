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
    /// Whether what it names is good at present; null when it names a request.
    good: Option<bool>,
    /// What it names and everything that depends on, one by one.
    chain: Vec<LinkView>,
    /// When it was last used, where it is a credential.
    last_used_at: Option<String>,
    last_used_from: Option<String>,
    /// Newest first.
    refusals: Vec<RefusalView>,
    /// Newest first.
    events: Vec<EventView>,
}

/// One thing that a right depends on.
#[derive(Serialize, ToSchema)]
#[schema(as = Link)]
pub(super) struct LinkView {
    kind: &'static str,
    id: String,
    good: bool,
    /// Why it is not good.
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
        good: (!it.chain.is_empty()).then(|| it.holds()),
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
