//! Inserts, replaces and removes entities, each with its precondition in the statement itself.

use domain::{Entity, Kind};
use rusqlite::{ErrorCode, ToSql};
use store::{Conflict, Version};

use super::State;
use super::work::WriteError;
use crate::sql;

impl State {
    pub(super) fn insert(&self, entity: &Entity, body: &str) -> Result<(), WriteError> {
        self.put(entity, body, sql::insert(entity.kind()), 0).map(drop)
    }

    pub(super) fn replace(
        &self,
        entity: &Entity,
        body: &str,
        expected: Version,
    ) -> Result<(), WriteError> {
        // No row has a version beyond what the column holds.
        let expected = i64::try_from(expected.0).unwrap_or(-1);
        // Most changes leave the keys as they are, for example the rotation of a refresh token.
        if self.put(entity, body, sql::rewrite(entity.kind()), expected)? == 1 {
            return Ok(());
        }
        match self.put(entity, body, sql::replace(entity.kind()), expected)? {
            0 => Err(WriteError::Conflict(Conflict::Changed(entity.kind()))),
            _ => Ok(()),
        }
    }

    pub(super) fn remove(&self, kind: Kind, id: u128, expected: Version) -> Result<(), WriteError> {
        let id = id.to_be_bytes();
        let expected = i64::try_from(expected.0).unwrap_or(-1);
        if self.connection.prepare_cached(sql::remove(kind))?.execute((id, expected))? == 0 {
            return Err(WriteError::Conflict(Conflict::Changed(kind)));
        }
        if kind == Kind::Credential {
            let sql = "DELETE FROM credential_use WHERE credential = ?1";
            self.connection.prepare_cached(sql)?.execute([id])?;
        }
        Ok(())
    }

    /// Runs a statement with the columns of `sql::insert`. Returns the number of rows written.
    fn put(
        &self,
        entity: &Entity,
        body: &str,
        statement: &str,
        version: i64,
    ) -> Result<usize, WriteError> {
        let owners = entity.owners();
        let [organization, user, client, resource_server, grant] =
            [owners.organization, owners.user, owners.client, owners.resource_server, owners.grant]
                .map(|owner| owner.map(u128::to_be_bytes));
        let (id, realm) = (entity.id().to_be_bytes(), entity.realm().as_str());
        let (public_id, handle) = (entity.public_id(), entity.handle());
        let columns: [&dyn ToSql; 12] = [
            &id,
            &realm,
            &public_id,
            &handle,
            &organization,
            &user,
            &client,
            &resource_server,
            &grant,
            &owners.variety,
            &body,
            &version,
        ];
        match self.connection.prepare_cached(statement)?.execute(columns) {
            Ok(rows) => Ok(rows),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                Err(WriteError::Conflict(Conflict::Exists(entity.kind())))
            }
            Err(error) => Err(error.into()),
        }
    }
}
