//! `/personal-access-tokens`.

use std::sync::Arc;

use axum::routing::MethodFilter;
use domain::CredentialKind;
use engine::admin::personal_access_tokens::{self, NewPersonalAccessToken};
use engine::{Denial, Outcome};

use super::credentials::{self, CredentialView, IssuedView, OwnedPage};
use super::words::{List, NoQuery, Reason};
use crate::admin::call::Call;
use crate::admin::table::{Made, Table, row};

const KIND: CredentialKind = CredentialKind::PersonalAccessToken;

pub(super) fn rows(table: Table) -> Table {
    let (read, write) = ("tokens:read", "tokens:write");
    let (all, one) = ("/personal-access-tokens", "/personal-access-tokens/{id}");
    let revocation = "/personal-access-tokens/{id}/revoke";
    table
        .about("Personal access tokens", "Users' tokens for their own programs.")
        .create(row(MethodFilter::POST, all, write, "Create a personal access token"), create)
        .read(row(MethodFilter::GET, all, read, "List personal access tokens"), list)
        .read(row(MethodFilter::GET, one, read, "Read a personal access token"), show)
        .change(
            row(MethodFilter::POST, revocation, write, "Revoke a personal access token"),
            revoke,
        )
}

async fn create(
    call: Call,
    input: Arc<NewPersonalAccessToken>,
) -> Result<Outcome<Made<IssuedView>>, Denial> {
    let ctx = call.context();
    credentials::made(&ctx, personal_access_tokens::create(&ctx, call.actor(), &input).await?).await
}

async fn list(call: Call, query: OwnedPage) -> Result<List<CredentialView>, Denial> {
    let (page, owned_by) = query.split();
    credentials::list(call, KIND, owned_by, page).await
}

async fn show(call: Call, _: NoQuery) -> Result<CredentialView, Denial> {
    credentials::show(call.clone(), KIND, call.id()).await
}

async fn revoke(call: Call, reason: Arc<Reason>) -> Result<Outcome<CredentialView>, Denial> {
    credentials::revoke(call.clone(), KIND, call.id(), reason).await
}
