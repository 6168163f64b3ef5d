//! Reads entities: one by its key, or a page by its owners.

use std::collections::BTreeMap;

use deadpool_postgres::Client;
use domain::{Entity, Kind};
use store::{Key, ListQuery, MAX_SCAN, PageReader, StoreError, Stored, Version};
use tokio_postgres::Row;

use super::cannot_be_stored;
use super::conditions::{Conditions, page};
use crate::error::AttemptError;
use crate::sql;
use crate::uuid::Uuid;

pub(crate) async fn fetch(client: &Client, key: &Key) -> Result<Option<Stored>, AttemptError> {
    let (kind, row) = match key {
        Key::Id(kind, id) => {
            let statement = client.prepare_cached(sql::by_id(*kind)).await?;
            (*kind, client.query_opt(&statement, &[&Uuid(*id)]).await?)
        }
        Key::PublicId(_, _, name) | Key::Handle(_, _, name) if cannot_be_stored(name) => {
            return Ok(None);
        }
        Key::PublicId(kind, realm, name) => {
            let statement = client.prepare_cached(sql::by_public_id(*kind)).await?;
            (*kind, client.query_opt(&statement, &[&realm.as_str(), &&**name]).await?)
        }
        Key::Handle(kind, realm, name) => {
            let statement = client.prepare_cached(sql::by_handle(*kind)).await?;
            (*kind, client.query_opt(&statement, &[&realm.as_str(), &&**name]).await?)
        }
    };
    row.map(|row| stored(kind, &row)).transpose()
}

/// The existing ones of these entities, one kind after the other.
pub(crate) async fn fetch_many(
    client: &Client,
    keys: &[(Kind, u128)],
) -> Result<Vec<Stored>, AttemptError> {
    let mut by_kind: BTreeMap<Kind, Vec<Uuid>> = BTreeMap::new();
    for (kind, id) in keys {
        by_kind.entry(*kind).or_default().push(Uuid(*id));
    }
    let mut found = Vec::with_capacity(keys.len());
    for (kind, ids) in by_kind {
        let statement = client.prepare_cached(sql::by_ids(kind)).await?;
        for row in client.query(&statement, &[&ids]).await? {
            found.push(stored(kind, &row)?);
        }
    }
    Ok(found)
}

/// The next entities of a kind, of all realms.
pub(crate) async fn scan(
    client: &Client,
    kind: Kind,
    after: Option<u128>,
    limit: usize,
) -> Result<Vec<Stored>, AttemptError> {
    let Some(from) = after.map_or(Some(0), |after| after.checked_add(1)) else {
        return Ok(Vec::new());
    };
    let statement = client.prepare_cached(sql::scan(kind)).await?;
    let limit = limit.min(MAX_SCAN) as i64;
    let rows = client.query(&statement, &[&Uuid(from), &limit]).await?;
    rows.iter().map(|row| stored(kind, row)).collect()
}

pub(crate) async fn list(client: &Client, query: &ListQuery) -> Result<Vec<Stored>, AttemptError> {
    let mut page = PageReader::new(query);
    while !page.take(rows(client, page.query()).await?)? {}
    Ok(page.into_page())
}

/// The rows of a page, each with its identifier, and whether it can be read.
async fn rows(
    client: &Client,
    query: &ListQuery,
) -> Result<Vec<(u128, Result<Stored, StoreError>)>, AttemptError> {
    let owners = &query.owners;
    let [organization, user, of_client, resource_server, grant, after] = [
        owners.organization,
        owners.user,
        owners.client,
        owners.resource_server,
        owners.grant,
        query.after,
    ]
    .map(|bits| bits.map(Uuid));
    let (realm, limit) = (query.realm.as_str(), page(query.limit));
    let mut conditions = Conditions::new(sql::list(query.kind), &[&realm]);
    conditions.and("organization =", &organization);
    conditions.and("user_id =", &user);
    conditions.and("client =", &of_client);
    conditions.and("resource_server =", &resource_server);
    conditions.and("grant_id =", &grant);
    conditions.and("variety =", &owners.variety);
    conditions.and("id >", &after);
    conditions.order("id", &limit);
    let statement = client.prepare_cached(&conditions.sql).await?;
    let rows = client.query(&statement, &conditions.parameters).await?;
    let row = |row: &Row| {
        let Uuid(id) = row.try_get(2)?;
        Ok((id, stored(query.kind, row).map_err(StoreError::from)))
    };
    rows.iter().map(row).collect()
}

/// Converts a row of body and version.
fn stored(kind: Kind, row: &Row) -> Result<Stored, AttemptError> {
    let entity = Entity::from_json(kind, row.try_get(0)?)
        .map_err(|problem| StoreError::Failed(format!("a {} in it: {problem}", kind.as_str())))?;
    Ok(Stored { entity, version: Version(row.try_get::<_, i64>(1)?.unsigned_abs()) })
}
