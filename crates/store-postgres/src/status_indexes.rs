//! Status indexes: a counter per realm, which only rises.

use deadpool_postgres::Client;
use domain::RealmName;
use store::StoreError;

use crate::error::AttemptError;

/// $1 realm, $2 how many, $3 the last index. No row: there are fewer left.
const RESERVE: &str = "
    INSERT INTO place AS p (realm, next) VALUES ($1, $2)
    ON CONFLICT (realm) DO UPDATE SET next = p.next + excluded.next
        WHERE p.next + excluded.next <= $3
    RETURNING next - $2";

/// Reserves `count` of them. Returns the first.
pub(crate) async fn reserve(
    client: &Client,
    realm: &RealmName,
    count: u32,
) -> Result<u32, AttemptError> {
    let statement = client.prepare_cached(RESERVE).await?;
    let [count, last] = [count, u32::MAX].map(i64::from);
    let row = client.query_opt(&statement, &[&realm.as_str(), &count, &last]).await?;
    let first: Option<i64> = row.map(|row| row.try_get(0)).transpose()?;
    let none = || StoreError::Failed("a realm has no more places in its status lists".to_owned());
    Ok(first.and_then(|first| u32::try_from(first).ok()).ok_or_else(none)?)
}
