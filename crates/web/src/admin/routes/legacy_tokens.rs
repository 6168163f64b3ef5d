//! `/legacy-tokens`: imported and revoked, never created.

use std::sync::Arc;

use axum::routing::MethodFilter;
use domain::CredentialKind;
use engine::admin::legacy_tokens::{self, Import, RowOutcome, RowResult};
use engine::{Denial, Outcome};
use serde::Serialize;
use utoipa::ToSchema;

use super::credentials::{self, CredentialView, OwnedPage};
use super::words::{List, NoQuery, Reason};
use crate::admin::call::Call;
use crate::admin::table::{Row, Table, row};

const KIND: CredentialKind = CredentialKind::LegacyToken;

/// The longest body of an import.
const IMPORT_BODY: usize = 1024 * 1024;

/// What became of an import.
#[derive(Serialize, ToSchema)]
pub(super) struct Imported {
    imported: usize,
    /// They were there already, with the same secret.
    unchanged: usize,
    refused: usize,
    /// One a row, in their order.
    results: Vec<RowView>,
}

/// What became of a row.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportedRow)]
pub(super) struct RowView {
    id: String,
    /// `imported`, `unchanged` or `refused`.
    outcome: &'static str,
    /// Why it was refused.
    problem: Option<String>,
}

pub(super) fn rows(table: Table) -> Table {
    let (read, write) = ("tokens:read", "tokens:write");
    let (all, one) = ("/legacy-tokens", "/legacy-tokens/{id}");
    let import_row = row(
        MethodFilter::POST,
        "/legacy-tokens/import",
        write,
        "Import up to 500 tokens of an older system; doing it again changes nothing",
    );
    table
        .about("Legacy tokens", "Tokens of an older system, imported with their secrets.")
        .perform(Row { body_limit: IMPORT_BODY, ..import_row }, import)
        .read(row(MethodFilter::GET, all, read, "List legacy tokens"), list)
        .read(row(MethodFilter::GET, one, read, "Read a legacy token"), show)
        .change(
            row(MethodFilter::POST, "/legacy-tokens/{id}/revoke", write, "Revoke a legacy token"),
            revoke,
        )
}

async fn import(call: Call, input: Import) -> Result<Imported, Denial> {
    let rows = legacy_tokens::import(&call.context(), call.actor(), &input).await?;
    let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count();
    Ok(Imported {
        imported: count(RowOutcome::Imported),
        unchanged: count(RowOutcome::Unchanged),
        refused: count(RowOutcome::Refused),
        results: rows.iter().map(told).collect(),
    })
}

fn told(row: &RowResult) -> RowView {
    RowView { id: row.id.clone(), outcome: row.outcome.as_str(), problem: row.problem.clone() }
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
