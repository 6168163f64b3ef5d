//! Pages of credentials that a row which cannot be read does not take down.

use domain::Kind;

use crate::{ListQuery, MAX_PAGE, StoreError, Stored};

/// Collects one page of a list out of rows.
///
/// A credential that cannot be read is logged and left out, and the next row takes its place. Nobody
/// can use such a credential, because to fetch it is an error, so the list hides nothing that works;
/// and the other credentials of its client can still be listed and revoked. A row of any other kind
/// that cannot be read fails the list, as it fails a fetch and a scan: what is decided from all rows
/// (which signing keys there are, which marks are revoked) is not decided without one.
#[derive(Debug)]
pub struct PageReader {
    query: ListQuery,
    limit: usize,
    page: Vec<Stored>,
}

impl PageReader {
    /// For the page that `query` asks for.
    pub fn new(query: &ListQuery) -> Self {
        let limit = query.limit.min(MAX_PAGE);
        Self { query: ListQuery { limit, ..query.clone() }, limit, page: Vec::new() }
    }

    /// The rows that are still missing.
    pub const fn query(&self) -> &ListQuery {
        &self.query
    }

    /// Takes the rows that [`PageReader::query`] finds, each with its identifier. `true`: the page is
    /// complete; `false`: rows were left out, so there is more to read.
    ///
    /// # Errors
    /// That of a row which may not be left out.
    pub fn take(
        &mut self,
        rows: Vec<(u128, Result<Stored, StoreError>)>,
    ) -> Result<bool, StoreError> {
        let found = rows.len();
        for (id, row) in rows {
            self.query.after = Some(id);
            match row {
                Ok(stored) => self.page.push(stored),
                Err(error) if self.query.kind == Kind::Credential => {
                    tracing::error!(%error, "left a credential out of a list");
                }
                Err(error) => return Err(error),
            }
        }
        let ended = found < self.query.limit;
        self.query.limit = self.limit.saturating_sub(self.page.len());
        Ok(ended || self.query.limit == 0)
    }

    /// The page.
    pub fn into_page(self) -> Vec<Stored> {
        self.page
    }
}
