//! Reads entities by key and by page.

use domain::{Entity, Kind};
use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension as _, Params, Row};
use store::{Key, ListQuery, MAX_SCAN, PageReader, Stored, Version};

use crate::error::{OrStoreError as _, Read, damaged};
use crate::sql;

type Columns = (String, i64);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?))
}

fn stored(kind: Kind, (body, version): Columns) -> Read<Stored> {
    let entity = Entity::from_json(kind, &body).map_err(damaged)?;
    Ok(Stored { entity, version: Version(version.cast_unsigned()) })
}

/// One entity.
pub(crate) fn fetch(connection: &Connection, key: &Key) -> Read<Option<Stored>> {
    match key {
        Key::Id(kind, id) => one(connection, *kind, sql::by_id(*kind), [id.to_be_bytes()]),
        Key::PublicId(kind, realm, id) => {
            one(connection, *kind, sql::by_public_id(*kind), (realm.as_str(), &**id))
        }
        Key::Handle(kind, realm, handle) => {
            one(connection, *kind, sql::by_handle(*kind), (realm.as_str(), &**handle))
        }
    }
}

fn one(
    connection: &Connection,
    kind: Kind,
    sql: &str,
    parameters: impl Params,
) -> Read<Option<Stored>> {
    let found = connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.query_row(parameters, columns).optional())
        .or_store_error()?;
    found.map(|columns| stored(kind, columns)).transpose()
}

/// The existing ones of these entities.
pub(crate) fn fetch_many(connection: &Connection, keys: &[(Kind, u128)]) -> Read<Vec<Stored>> {
    let find = |(kind, id): &(Kind, u128)| {
        one(connection, *kind, sql::by_id(*kind), [id.to_be_bytes()]).transpose()
    };
    keys.iter().filter_map(find).collect()
}

/// The next entities of a kind, of all realms.
pub(crate) fn scan(
    connection: &Connection,
    kind: Kind,
    after: Option<u128>,
    limit: usize,
) -> Read<Vec<Stored>> {
    let Some(from) = after.map_or(Some(0), |after| after.checked_add(1)) else {
        return Ok(Vec::new());
    };
    let mut statement = connection.prepare_cached(sql::scan(kind)).or_store_error()?;
    let rows = statement
        .query_map((from.to_be_bytes(), limit.min(MAX_SCAN) as i64), columns)
        .or_store_error()?;
    rows.map(|row| stored(kind, row.or_store_error()?)).collect()
}

/// A page of entities.
pub(crate) fn list(connection: &Connection, query: &ListQuery) -> Read<Vec<Stored>> {
    let mut page = PageReader::new(query);
    while !page.take(rows(connection, page.query())?)? {}
    Ok(page.into_page())
}

/// The rows of a page, each with its identifier, and whether it can be read.
fn rows(connection: &Connection, query: &ListQuery) -> Read<Vec<(u128, Read<Stored>)>> {
    let owners = &query.owners;
    let ids = [
        ("grant", owners.grant),
        ("client", owners.client),
        ("user", owners.user),
        ("organization", owners.organization),
        ("resource_server", owners.resource_server),
    ]
    .map(|(column, owner)| (column, owner.map(u128::to_be_bytes)));
    let after = query.after.map(u128::to_be_bytes);
    let (realm, limit) = (query.realm.as_str(), query.limit as i64);

    let mut filters: Vec<(&str, &dyn ToSql)> = Vec::new();
    for (column, owner) in &ids {
        filters.extend(owner.as_ref().map(|owner| (*column, owner as &dyn ToSql)));
    }
    let narrowed = !filters.is_empty();
    filters.push(("realm", &realm));
    filters.extend(owners.variety.as_ref().map(|variety| ("variety", variety as &dyn ToSql)));

    let sql = list_sql(query.kind, &filters, narrowed, after.is_some());
    let mut parameters: Vec<&dyn ToSql> = filters.into_iter().map(|(_, value)| value).collect();
    parameters.extend(after.as_ref().map(|after| after as &dyn ToSql));
    parameters.push(&limit);

    let mut statement = connection.prepare_cached(&sql).or_store_error()?;
    let rows = statement.query_map(parameters.as_slice(), |row| Ok((columns(row)?, row.get(2)?)));
    let row = |row: rusqlite::Result<_>| {
        let (columns, id): (Columns, [u8; 16]) = row.or_store_error()?;
        Ok((u128::from_be_bytes(id), stored(query.kind, columns)))
    };
    rows.or_store_error()?.map(row).collect()
}

/// The first owner decides which index is used. The owners are in the order from the fewest rows to
/// the most; a plus sign keeps SQLite from choosing another index (section 2 of its manual on the
/// query planner). Every such index continues with the identifier, so a page needs no sort.
fn list_sql(kind: Kind, filters: &[(&str, &dyn ToSql)], narrowed: bool, after: bool) -> String {
    let mut sql = format!("SELECT body, version, id FROM {} WHERE ", kind.as_str());
    for (index, (column, _)) in filters.iter().enumerate() {
        let plus = if narrowed && index > 0 { "+" } else { "" };
        sql.push_str(&format!("{plus}{column} = ? AND "));
    }
    sql.push_str(if after { "id > ? " } else { "true " });
    sql.push_str("ORDER BY id LIMIT ?");
    sql
}
