//! `/access-requests`.

use std::sync::Arc;

use axum::routing::MethodFilter;
use domain::{AccessDecision, AccessRequest};
use engine::admin::PageQuery;
use engine::admin::access_requests::{self, AccessRequestState, Approval, Decline};
use engine::{Context, Denial, Outcome};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web_base::names::Names;
use web_rest::row;
use web_rest::views::{List, NoQuery, Nothing, time};

use crate::call::{Call, Table};

/// An access request: a person without an account asks for credentials. Its values are not verified.
#[derive(Serialize, ToSchema)]
#[schema(as = AccessRequest)]
pub(super) struct AccessRequestView {
    id: String,
    name: String,
    organization: String,
    use_case: String,
    /// The person's e-mail address, not confirmed.
    contact: String,
    /// `pending`, `approved` or `declined`.
    state: &'static str,
    decided_at: Option<String>,
    decided_by: Option<String>,
    /// The reason that the mail gave the person, if it was declined.
    reason: Option<String>,
    /// The client that was created for the person.
    client: Option<String>,
    /// The time until which the person can fetch the secret through the link.
    fetch_until: Option<String>,
    /// When the secret was fetched.
    fetched_at: Option<String>,
    /// Whether the mail was handed to the mail server; null while there is no decision.
    mailed: Option<bool>,
    created_at: String,
}

/// The page of a list, with a filter.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct RequestsPage {
    /// The most rows of the page, 1 to 200; the default is 50.
    limit: Option<usize>,
    /// The cursor from `next` of the page before.
    after: Option<String>,
    /// `pending`, `approved`, `declined`, or `unmailed`: decided, but the mail is not sent yet.
    #[param(inline)]
    state: Option<AccessRequestState>,
}

async fn view(names: &mut Names<'_>, it: &AccessRequest) -> Result<AccessRequestView, Denial> {
    let mut view = AccessRequestView {
        id: it.public_id.to_string(),
        name: it.name.clone(),
        organization: it.organization.clone(),
        use_case: it.use_case.clone(),
        contact: it.contact.clone(),
        state: "pending",
        decided_at: None,
        decided_by: None,
        reason: None,
        client: None,
        fetch_until: None,
        fetched_at: None,
        mailed: it.mailed,
        created_at: time(it.created_at),
    };
    match &it.decision {
        AccessDecision::Pending => {}
        AccessDecision::Approved { at, by, client, fetch_until, fetched_at } => {
            view.state = "approved";
            (view.decided_at, view.decided_by) = (Some(time(*at)), Some(by.to_string()));
            view.client = names.of(Some(*client)).await?;
            view.fetch_until = Some(time(*fetch_until));
            view.fetched_at = fetched_at.map(time);
        }
        AccessDecision::Declined { at, by, reason } => {
            view.state = "declined";
            (view.decided_at, view.decided_by) = (Some(time(*at)), Some(by.to_string()));
            view.reason.clone_from(reason);
        }
    }
    Ok(view)
}

async fn shown(
    ctx: &Context<'_>,
    outcome: Outcome<AccessRequest>,
) -> Result<Outcome<AccessRequestView>, Denial> {
    let reply = view(&mut Names::with(ctx, &outcome.batch), &outcome.reply).await?;
    Ok(Outcome { batch: outcome.batch, reply })
}

pub(super) fn rows(table: Table) -> Table {
    let (read, write) = ("access_requests:read", "access_requests:write");
    let (all, one) = ("/access-requests", "/access-requests/{id}");
    table
        .about("Access requests", "People without an account who ask for credentials.")
        .read(row(MethodFilter::GET, all, read, "List access requests"), list)
        .read(row(MethodFilter::GET, one, read, "Read an access request"), show)
        .change(
            row(
                MethodFilter::POST,
                "/access-requests/{id}/approve",
                write,
                "Approve an access request: makes a client, and mails a link to fetch its secret",
            ),
            approve,
        )
        .change(
            row(
                MethodFilter::POST,
                "/access-requests/{id}/decline",
                write,
                "Decline an access request, and mail that",
            ),
            decline,
        )
        .change(
            row(
                MethodFilter::POST,
                "/access-requests/{id}/resend",
                write,
                "Mail another link in place of the one before",
            ),
            resend,
        )
}

async fn list(call: Call, query: RequestsPage) -> Result<List<AccessRequestView>, Denial> {
    let ctx = call.context();
    let page = PageQuery { limit: query.limit, after: query.after };
    let page = access_requests::list(&ctx, query.state, &page).await?;
    let mut names = Names::new(&ctx);
    let mut data = Vec::with_capacity(page.items.len());
    for request in &page.items {
        data.push(view(&mut names, request).await?);
    }
    Ok(List { data, next: page.next })
}

async fn show(call: Call, _: NoQuery) -> Result<AccessRequestView, Denial> {
    let ctx = call.context();
    let found = access_requests::read(&ctx, call.id()).await?;
    view(&mut Names::new(&ctx), &found).await
}

async fn approve(
    call: Call,
    approval: Arc<Approval>,
) -> Result<Outcome<AccessRequestView>, Denial> {
    let ctx = call.context();
    shown(&ctx, access_requests::approve(&ctx, call.actor(), call.id(), &approval).await?).await
}

async fn decline(call: Call, input: Arc<Decline>) -> Result<Outcome<AccessRequestView>, Denial> {
    let ctx = call.context();
    shown(&ctx, access_requests::decline(&ctx, call.actor(), call.id(), &input).await?).await
}

async fn resend(call: Call, _: Arc<Nothing>) -> Result<Outcome<AccessRequestView>, Denial> {
    let ctx = call.context();
    shown(&ctx, access_requests::resend(&ctx, call.actor(), call.id()).await?).await
}
