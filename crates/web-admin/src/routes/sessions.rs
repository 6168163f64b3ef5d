//! `/users/{id}/sessions`: where a user is signed in.

use std::sync::Arc;

use axum::routing::MethodFilter;
use engine::admin::sessions;
use engine::{Denial, Outcome};
use web_rest::row;
use web_rest::views::{EndedView, List, NoQuery, Nothing, SessionView, session, shown};

use crate::call::{Call, Table};

pub(super) fn rows(table: Table) -> Table {
    let (read, write) = ("users:read", "users:write");
    let (all, one) = ("/users/{id}/sessions", "/users/{id}/sessions/{session}");
    table
        .read(row(MethodFilter::GET, all, read, "List where a user is signed in"), list)
        .change(row(MethodFilter::DELETE, all, write, "Sign a user out everywhere"), end_all)
        .change(row(MethodFilter::DELETE, one, write, "End one session of a user"), end)
}

async fn list(call: Call, _: NoQuery) -> Result<List<SessionView>, Denial> {
    let sessions = sessions::list(&call.context(), call.id()).await?;
    Ok(List { data: sessions.iter().map(session).collect(), next: None })
}

async fn end(call: Call, _: Arc<Nothing>) -> Result<Outcome<EndedView>, Denial> {
    let ctx = call.context();
    let id = call.path("session");
    let ended = sessions::end(&ctx, call.actor(), call.id(), id).await?;
    Ok(shown(ended, |()| EndedView::new(1)))
}

async fn end_all(call: Call, _: Arc<Nothing>) -> Result<Outcome<EndedView>, Denial> {
    let ctx = call.context();
    let ended = sessions::end_all(&ctx, call.actor(), call.id()).await?;
    Ok(shown(ended, EndedView::new))
}
