//! Status indexes: a counter per realm, which only rises.

use domain::RealmName;
use rusqlite::OptionalExtension as _;
use store::StoreError;

use super::State;
use super::work::{WriteError, Written};

const LAST: i64 = u32::MAX as i64;

impl State {
    /// Reserves `count` status indexes of a realm.
    pub(super) fn reserve_status_indexes(
        &self,
        realm: &RealmName,
        count: u32,
    ) -> Result<Written, WriteError> {
        let next: Option<i64> = self
            .connection
            .prepare_cached(
                "INSERT INTO place (realm, next) VALUES (?1, ?2)
                 ON CONFLICT (realm) DO UPDATE SET next = next + excluded.next
                    WHERE next + excluded.next <= ?3
                 RETURNING next",
            )?
            .query_row((realm.as_str(), count, LAST), |row| row.get(0))
            .optional()?;
        let first = next.and_then(|next| u32::try_from(next - i64::from(count)).ok());
        match first {
            Some(first) => Ok(Written { first_status_index: Some(first), ..Written::default() }),
            None => Err(WriteError::Store(StoreError::Failed(
                "a realm has no more places in its status lists".to_owned(),
            ))),
        }
    }
}
