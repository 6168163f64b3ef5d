//! `/api-keys`.

use std::sync::Arc;

use axum::routing::MethodFilter;
use domain::CredentialKind;
use engine::admin::api_keys::{self, NewApiKey};
use engine::{Denial, Outcome};

use super::credentials::{self, CredentialView, IssuedView, OwnedPage};
use super::words::{List, NoQuery, Reason};
use crate::admin::call::Call;
use crate::admin::table::{Made, Table, row};

const KIND: CredentialKind = CredentialKind::ApiKey;

pub(super) fn rows(table: Table) -> Table {
    let (read, write) = ("keys:read", "keys:write");
    let (all, one) = ("/api-keys", "/api-keys/{id}");
    let revocation = "/api-keys/{id}/revoke";
    table
        .about("API keys", "Organizations' keys: presented as they are, or exchanged for a token.")
        .create(row(MethodFilter::POST, all, write, "Create an API key"), create)
        .read(row(MethodFilter::GET, all, read, "List API keys"), list)
        .read(row(MethodFilter::GET, one, read, "Read an API key"), show)
        .change(row(MethodFilter::POST, revocation, write, "Revoke an API key"), revoke)
}

async fn create(call: Call, input: Arc<NewApiKey>) -> Result<Outcome<Made<IssuedView>>, Denial> {
    let ctx = call.context();
    credentials::made(&ctx, api_keys::create(&ctx, call.actor(), &input).await?).await
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
