//! Events and refusals.

use domain::{Event, Refusal};
use rusqlite::Connection;
use rusqlite::types::ToSql;
use store::{EventQuery, MAX_PAGE, RefusalQuery};

use crate::error::{OrStoreError as _, Read, damaged};
use crate::event_month::{EventMonth, partitions};

/// The filters that are set, as SQL with one parameter each.
struct Filters<'a> {
    sql: String,
    parameters: Vec<&'a dyn ToSql>,
}

impl<'a> Filters<'a> {
    fn new(filters: impl IntoIterator<Item = (&'static str, Option<&'a dyn ToSql>)>) -> Self {
        let mut all = Self { sql: "true".to_owned(), parameters: Vec::new() };
        for (condition, value) in filters {
            if let Some(value) = value {
                all.sql.push_str(" AND ");
                all.sql.push_str(condition);
                all.parameters.push(value);
            }
        }
        all
    }
}

fn set<T: ToSql>(value: &Option<T>) -> Option<&dyn ToSql> {
    value.as_ref().map(|value| value as &dyn ToSql)
}

/// Reads events, partition by partition until there are enough. One snapshot makes sure that a
/// partition that is dropped meanwhile is still there.
pub(crate) fn events(connection: &Connection, query: &EventQuery) -> Read<Vec<Event>> {
    let snapshot = connection.unchecked_transaction().or_store_error()?;
    let realm = query.realm.as_ref().map(|realm| realm.as_str());
    let bound = |number: Option<u64>| number.map(|it| i64::try_from(it).unwrap_or(i64::MAX));
    let actor = query.actor.as_ref().map(store::actor_key);
    let (after, before) = (bound(query.after), bound(query.before));
    let filters = Filters::new([
        ("realm = ?", set(&realm)),
        ("target = ?", set(&query.target)),
        ("request_id = ?", set(&query.request_id)),
        ("actor = ?", set(&actor)),
        ("sequence > ?", set(&after)),
        ("sequence < ?", set(&before)),
    ]);
    let mut months = partitions(&snapshot).or_store_error()?;
    if query.newest_first {
        months.reverse();
    }
    let limit = query.limit.min(MAX_PAGE);
    let mut found = Vec::new();
    for month in months {
        if found.len() >= limit {
            break;
        }
        let left = limit - found.len();
        found.extend(of_month(&snapshot, month, &filters, query.newest_first, left)?);
    }
    Ok(found)
}

fn of_month(
    connection: &Connection,
    month: EventMonth,
    filters: &Filters<'_>,
    newest_first: bool,
    limit: usize,
) -> Read<Vec<Event>> {
    let sql = format!(
        "SELECT sequence, body FROM {} WHERE {} ORDER BY sequence {} LIMIT ?",
        month.table(),
        filters.sql,
        if newest_first { "DESC" } else { "ASC" },
    );
    let mut statement = connection.prepare_cached(&sql).or_store_error()?;
    let mut parameters = filters.parameters.clone();
    let limit = limit as i64;
    parameters.push(&limit);
    let rows = statement
        .query_map(parameters.as_slice(), |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        })
        .or_store_error()?;
    rows.map(|row| {
        let (sequence, body) = row.or_store_error()?;
        let draft = serde_json::from_str(&body).map_err(damaged)?;
        Ok(Event { sequence: sequence.cast_unsigned(), draft })
    })
    .collect()
}

/// Refusals, newest first. At most [`store::REFUSALS_KEPT`] with and without a subject are read.
pub(crate) fn refusals(connection: &Connection, query: &RefusalQuery) -> Read<Vec<Refusal>> {
    let realm = query.realm.as_ref().map(|realm| realm.as_str());
    let filters = Filters::new([
        ("realm = ?", set(&realm)),
        ("request_id = ?", set(&query.request_id)),
        ("subject = ?", set(&query.subject)),
    ]);
    let sql =
        format!("SELECT body FROM refusal WHERE {} ORDER BY arrived DESC LIMIT ?", filters.sql);
    let mut statement = connection.prepare_cached(&sql).or_store_error()?;
    let limit = query.limit.min(MAX_PAGE) as i64;
    let mut parameters = filters.parameters;
    parameters.push(&limit);
    let rows = statement
        .query_map(parameters.as_slice(), |row| row.get::<_, String>(0))
        .or_store_error()?;
    rows.map(|body| serde_json::from_str(&body.or_store_error()?).map_err(damaged)).collect()
}
