//! A statement whose conditions are built at run time.

use std::fmt::Write as _;

use tokio_postgres::types::ToSql;

/// SQL text and its parameters, which are extended together.
pub(super) struct Conditions<'a> {
    pub(super) sql: String,
    pub(super) parameters: Vec<&'a (dyn ToSql + Sync)>,
}

impl<'a> Conditions<'a> {
    /// Starts with `sql`, which ends in a condition and uses `parameters`.
    pub(super) fn new(sql: &str, parameters: &[&'a (dyn ToSql + Sync)]) -> Self {
        Self { sql: sql.to_owned(), parameters: parameters.to_vec() }
    }

    /// Adds `AND` and a condition such as `realm =` on `value`, if there is one.
    pub(super) fn and<T: ToSql + Sync>(&mut self, condition: &str, value: &'a Option<T>) {
        if let Some(value) = value {
            self.parameters.push(value);
            let _writes_to_a_string =
                write!(self.sql, " AND {condition} ${}", self.parameters.len());
        }
    }

    /// Adds the order and the limit.
    pub(super) fn order(&mut self, by: &str, limit: &'a i64) {
        self.parameters.push(limit);
        let _writes_to_a_string =
            write!(self.sql, " ORDER BY {by} LIMIT ${}", self.parameters.len());
    }
}

/// The number of rows of a page with `limit`.
pub(super) fn page(limit: usize) -> i64 {
    limit.min(store::MAX_PAGE) as i64
}
