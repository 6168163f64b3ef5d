//! `/refresh-tokens`.

use std::sync::Arc;

use axum::routing::MethodFilter;
use domain::CredentialKind;
use engine::admin::refresh_tokens::{self, NewRefreshToken};
use engine::{Denial, Outcome};

use super::credentials::{self, CredentialView, IssuedView, OwnedPage};
use super::words::{List, NoQuery, Reason};
use crate::admin::call::Call;
use crate::admin::table::{Made, Table, row};

const KIND: CredentialKind = CredentialKind::RefreshToken;

pub(super) fn rows(table: Table) -> Table {
    let (read, write) = ("tokens:read", "tokens:write");
    let (all, one) = ("/refresh-tokens", "/refresh-tokens/{id}");
    let revocation = "/refresh-tokens/{id}/revoke";
    table
        .about(
            "Refresh tokens",
            "Long-lived tokens that support issues by hand. A client may hold several.",
        )
        .create(row(MethodFilter::POST, all, write, "Create a refresh token"), create)
        .read(row(MethodFilter::GET, all, read, "List refresh tokens"), list)
        .read(row(MethodFilter::GET, one, read, "Read a refresh token"), show)
        .change(row(MethodFilter::POST, revocation, write, "Revoke a refresh token"), revoke)
}

async fn create(
    call: Call,
    input: Arc<NewRefreshToken>,
) -> Result<Outcome<Made<IssuedView>>, Denial> {
    let ctx = call.context();
    credentials::made(&ctx, refresh_tokens::create(&ctx, call.actor(), &input).await?).await
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
