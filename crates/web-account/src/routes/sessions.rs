//! `/sessions`: the user's browser sessions.

use std::sync::Arc;

use axum::routing::MethodFilter;
use engine::account::{SESSION, sessions};
use engine::{Denial, Outcome};
use serde::Serialize;
use utoipa::ToSchema;
use web_rest::row;
use web_rest::views::{EndedView, List, NoQuery, Nothing, SessionView, session, shown};

use crate::call::{Call, Table};

/// A browser where you are signed in.
#[derive(Serialize, ToSchema)]
#[schema(as = MySession)]
struct MySessionView {
    #[serde(flatten)]
    session: SessionView,
    /// Whether it is this one.
    current: bool,
}

pub(super) fn rows(table: Table) -> Table {
    let (all, one, others) = ("/sessions", "/sessions/{id}", "/sessions/end-others");
    table
        .about("Sessions", "Where you are signed in.")
        .read(row(MethodFilter::GET, all, SESSION, "List where you are signed in"), list)
        .change(row(MethodFilter::DELETE, one, SESSION, "End a session"), end)
        .change(row(MethodFilter::POST, others, SESSION, "Sign out everywhere else"), end_others)
}

async fn list(call: Call, _: NoQuery) -> Result<List<MySessionView>, Denial> {
    let sessions = sessions::list(&call.context(), call.caller()).await?;
    let this = call.caller().session().map(|it| it.id);
    let data = sessions
        .iter()
        .map(|it| MySessionView { session: session(it), current: Some(it.id) == this });
    Ok(List { data: data.collect(), next: None })
}

async fn end(call: Call, _: Arc<Nothing>) -> Result<Outcome<EndedView>, Denial> {
    let ctx = call.context();
    let ended = sessions::end(&ctx, call.caller(), call.id()).await?;
    Ok(shown(ended, |()| EndedView::new(1)))
}

async fn end_others(call: Call, _: Arc<Nothing>) -> Result<Outcome<EndedView>, Denial> {
    let ctx = call.context();
    let ended = sessions::end_others(&ctx, call.caller()).await?;
    Ok(shown(ended, EndedView::new))
}
