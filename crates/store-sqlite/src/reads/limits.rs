//! Budgets, revoked tokens, what was used once, idempotency records, and uses of credentials.

use base::{Id, Timestamp};
use domain::{BudgetState, Credential, RealmName, Use};
use rusqlite::{Connection, OptionalExtension as _};
use store::{IdempotencyRecord, RevokedTokens};

use crate::error::{OrStoreError as _, Read};

pub(crate) fn budget(connection: &Connection, subject: u128) -> Read<BudgetState> {
    Ok(budget_row(connection, subject).or_store_error()?.unwrap_or_default())
}

/// The committed state of a subject; `None` when it never spent.
pub(crate) fn budget_row(
    connection: &Connection,
    subject: u128,
) -> rusqlite::Result<Option<BudgetState>> {
    connection
        .prepare_cached(
            "SELECT hour, used_in_hour, day, used_in_day FROM budget WHERE subject = ?1",
        )?
        .query_row([subject.to_be_bytes()], |row| {
            Ok(BudgetState {
                hour: row.get(0)?,
                used_in_hour: row.get::<_, i64>(1)?.cast_unsigned(),
                day: row.get(2)?,
                used_in_day: row.get::<_, i64>(3)?.cast_unsigned(),
            })
        })
        .optional()
}

pub(crate) fn token_revoked(connection: &Connection, token: u128) -> Read<bool> {
    connection
        .prepare_cached("SELECT 1 FROM revoked_token WHERE token = ?1")
        .and_then(|mut statement| statement.exists([token.to_be_bytes()]))
        .or_store_error()
}

/// All revoked tokens, or `None` when there are more than `at_most`.
pub(crate) fn revoked_tokens(
    connection: &Connection,
    at_most: usize,
) -> Read<Option<RevokedTokens>> {
    let mut statement =
        connection.prepare_cached("SELECT token, until FROM revoked_token").or_store_error()?;
    let rows = statement.query_map([], |row| {
        let until = row.get::<_, Option<i64>>(1)?.map(Timestamp::from_millis);
        Ok((u128::from_be_bytes(row.get(0)?), until))
    });
    let one_more = rows.or_store_error()?.take(at_most.saturating_add(1));
    let tokens: Vec<_> = one_more.collect::<Result<_, _>>().or_store_error()?;
    Ok((tokens.len() <= at_most).then_some(tokens))
}

pub(crate) fn spent(connection: &Connection, id: u128) -> Read<bool> {
    connection
        .prepare_cached("SELECT 1 FROM spent WHERE id = ?1")
        .and_then(|mut statement| statement.exists([id.to_be_bytes()]))
        .or_store_error()
}

pub(crate) fn answer(
    connection: &Connection,
    realm: &RealmName,
    key: &[u8; 32],
) -> Read<Option<IdempotencyRecord>> {
    let sql = "SELECT request, sealed, at, until FROM answer WHERE realm = ?1 AND key = ?2";
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| {
            statement
                .query_row((realm.as_str(), key), |row| {
                    Ok(IdempotencyRecord {
                        realm: realm.clone(),
                        key: *key,
                        request: row.get(0)?,
                        sealed: row.get(1)?,
                        at: Timestamp::from_millis(row.get(2)?),
                        until: Timestamp::from_millis(row.get(3)?),
                    })
                })
                .optional()
        })
        .or_store_error()
}

pub(crate) fn uses(connection: &Connection, credentials: &[Id<Credential>]) -> Read<Vec<Use>> {
    let sql = "SELECT last_at, address, count FROM credential_use WHERE credential = ?1";
    let mut statement = connection.prepare_cached(sql).or_store_error()?;
    let mut found = Vec::new();
    for &credential in credentials {
        let noted = statement.query_row([credential.to_bytes()], |row| {
            Ok(Use {
                credential,
                last_at: Timestamp::from_millis(row.get(0)?),
                address: row.get(1)?,
                count: row.get::<_, i64>(2)?.cast_unsigned(),
            })
        });
        found.extend(noted.optional().or_store_error()?);
    }
    Ok(found)
}
