//! `/legacy-tokens`: imported and revoked, never created.

use axum::routing::MethodFilter;
use engine::Denial;
use engine::admin::legacy_tokens::{self, Import, RowOutcome, RowResult};
use serde::Serialize;
use utoipa::ToSchema;
use web_rest::{Row, row};

use super::credential_kinds::LEGACY_TOKENS;
use crate::call::{Call, Table};

/// The longest body of an import, in bytes.
const IMPORT_BODY: usize = 1024 * 1024;

/// The result of an import.
#[derive(Serialize, ToSchema)]
pub(super) struct Imported {
    imported: usize,
    /// Tokens that existed already, with the same secret.
    unchanged: usize,
    refused: usize,
    /// Tokens among the imported and unchanged ones whose secret can be guessed.
    weak: usize,
    /// One result per row, in the order of the rows.
    results: Vec<RowView>,
}

/// The result of one row.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportedRow)]
pub(super) struct RowView {
    id: String,
    /// `imported`, `unchanged` or `refused`.
    outcome: &'static str,
    /// Whether its secret can be guessed, and it was imported all the same.
    weak: bool,
    /// Why it was refused.
    problem: Option<String>,
}

pub(super) fn rows(table: Table) -> Table {
    let import_row = row(
        MethodFilter::POST,
        "/legacy-tokens/import",
        "tokens:write",
        "Import up to 500 tokens of an older system; doing it again changes nothing",
    );
    let table = table
        .about("Legacy tokens", "Tokens of an older system, imported with their secrets.")
        .perform(Row { body_limit: IMPORT_BODY, ..import_row }, import);
    LEGACY_TOKENS.managed(table)
}

async fn import(call: Call, input: Import) -> Result<Imported, Denial> {
    let rows = legacy_tokens::import(&call.context(), call.actor(), &input).await?;
    let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count();
    Ok(Imported {
        imported: count(RowOutcome::Imported),
        unchanged: count(RowOutcome::Unchanged),
        refused: count(RowOutcome::Refused),
        weak: rows.iter().filter(|row| row.weak).count(),
        results: rows.iter().map(shown).collect(),
    })
}

fn shown(row: &RowResult) -> RowView {
    RowView {
        id: row.id.clone(),
        outcome: row.outcome.as_str(),
        weak: row.weak,
        problem: row.problem.clone(),
    }
}
