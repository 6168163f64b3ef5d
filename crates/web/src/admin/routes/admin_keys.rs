//! `/admin-keys`.

use std::sync::Arc;

use axum::routing::MethodFilter;
use domain::CredentialKind;
use engine::admin::admin_keys::{self, NewAdminKey};
use engine::{Denial, Outcome};

use super::credentials::{self, CredentialView, IssuedView, OwnedPage};
use super::words::{List, NoQuery, Reason};
use crate::admin::call::Call;
use crate::admin::table::{Made, Table, row};

const KIND: CredentialKind = CredentialKind::AdminKey;

pub(super) fn rows(table: Table) -> Table {
    let (read, write) = ("admin_keys:read", "admin_keys:write");
    let (all, one) = ("/admin-keys", "/admin-keys/{id}");
    let revocation = "/admin-keys/{id}/revoke";
    table
        .about("Admin keys", "They open this API. None makes another that may do more than itself.")
        .create(row(MethodFilter::POST, all, write, "Create an admin key"), create)
        .read(row(MethodFilter::GET, all, read, "List admin keys"), list)
        .read(row(MethodFilter::GET, one, read, "Read an admin key"), show)
        .change(row(MethodFilter::POST, revocation, write, "Revoke an admin key"), revoke)
}

async fn create(call: Call, input: Arc<NewAdminKey>) -> Result<Outcome<Made<IssuedView>>, Denial> {
    let ctx = call.context();
    let held = Some(call.administrator().scopes());
    credentials::made(&ctx, admin_keys::create(&ctx, call.actor(), held, &input).await?).await
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
