//! Revoked tokens, what was used once, and idempotency records.

use base::Timestamp;
use deadpool_postgres::Client;
use domain::RealmName;
use store::{IdempotencyRecord, RevokedTokens, StoreError};

use crate::error::AttemptError;
use crate::uuid::Uuid;

pub(crate) async fn token_revoked(client: &Client, token: u128) -> Result<bool, AttemptError> {
    let sql = "SELECT EXISTS (SELECT FROM revoked_token WHERE token = $1)";
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query_one(&statement, &[&Uuid(token)]).await?.try_get(0)?)
}

/// All revoked tokens, or `None` when there are more than `at_most`.
pub(crate) async fn revoked_tokens(
    client: &Client,
    at_most: usize,
) -> Result<Option<RevokedTokens>, AttemptError> {
    let sql = "SELECT token, until FROM revoked_token LIMIT $1";
    let statement = client.prepare_cached(sql).await?;
    let one_more = i64::try_from(at_most).unwrap_or(i64::MAX).saturating_add(1);
    let rows = client.query(&statement, &[&one_more]).await?;
    if rows.len() > at_most {
        return Ok(None);
    }
    let tokens: Result<Vec<_>, tokio_postgres::Error> = rows
        .iter()
        .map(|row| {
            let (Uuid(token), until) = (row.try_get(0)?, row.try_get::<_, Option<i64>>(1)?);
            Ok((token, until.map(Timestamp::from_millis)))
        })
        .collect();
    Ok(Some(tokens?))
}

pub(crate) async fn spent(client: &Client, id: u128) -> Result<bool, AttemptError> {
    let sql = "SELECT EXISTS (SELECT FROM spent WHERE id = $1)";
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query_one(&statement, &[&Uuid(id)]).await?.try_get(0)?)
}

pub(crate) async fn answer(
    client: &Client,
    realm: &RealmName,
    key: &[u8; 32],
) -> Result<Option<IdempotencyRecord>, AttemptError> {
    let sql = "SELECT request, sealed, at, until FROM answer WHERE realm = $1 AND key = $2";
    let statement = client.prepare_cached(sql).await?;
    let Some(row) = client.query_opt(&statement, &[&realm.as_str(), &key.as_slice()]).await? else {
        return Ok(None);
    };
    let request: &[u8] = row.try_get(0)?;
    let not_a_digest = |_| StoreError::Failed("an answer without a digest".to_owned());
    Ok(Some(IdempotencyRecord {
        realm: realm.clone(),
        key: *key,
        request: request.try_into().map_err(not_a_digest)?,
        sealed: row.try_get(1)?,
        at: Timestamp::from_millis(row.try_get(2)?),
        until: Timestamp::from_millis(row.try_get(3)?),
    }))
}
