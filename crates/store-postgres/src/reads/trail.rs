//! Reads events and refusals, with filters and pages.

use deadpool_postgres::Client;
use domain::{Event, EventDraft, RealmName, Refusal};
use store::{EventQuery, RefusalQuery, StoreError};

use super::conditions::{Conditions, page};
use super::{cannot_be_stored, to_bigint};
use crate::error::AttemptError;

pub(crate) async fn events(
    client: &Client,
    query: &EventQuery,
) -> Result<Vec<Event>, AttemptError> {
    if [&query.target, &query.request_id].into_iter().flatten().any(|text| cannot_be_stored(text)) {
        return Ok(Vec::new());
    }
    let realm = query.realm.as_ref().map(RealmName::as_str);
    let [after, before] = [query.after, query.before].map(|number| number.map(to_bigint));
    let actor = query.actor.as_ref().map(store::actor_key);
    let limit = page(query.limit);
    let mut conditions = Conditions::new("SELECT sequence, body::text FROM event WHERE true", &[]);
    conditions.and("realm =", &realm);
    conditions.and("target =", &query.target);
    conditions.and("request_id =", &query.request_id);
    conditions.and("actor =", &actor);
    conditions.and("sequence >", &after);
    conditions.and("sequence <", &before);
    conditions.order(if query.newest_first { "sequence DESC" } else { "sequence" }, &limit);
    let statement = client.prepare_cached(&conditions.sql).await?;
    let rows = client.query(&statement, &conditions.parameters).await?;
    let event = |row: &tokio_postgres::Row| {
        let sequence = row.try_get::<_, i64>(0)?.unsigned_abs();
        let draft: EventDraft = parsed(row.try_get(1)?)?;
        Ok(Event { sequence, draft })
    };
    rows.iter().map(event).collect()
}

/// The newest sequence number.
pub(crate) async fn sequence(client: &Client) -> Result<u64, AttemptError> {
    let statement = client.prepare_cached("SELECT sequence FROM feed").await?;
    Ok(client.query_one(&statement, &[]).await?.try_get::<_, i64>(0)?.unsigned_abs())
}

pub(crate) async fn refusals(
    client: &Client,
    query: &RefusalQuery,
) -> Result<Vec<Refusal>, AttemptError> {
    if [&query.subject, &query.request_id].into_iter().flatten().any(|text| cannot_be_stored(text))
    {
        return Ok(Vec::new());
    }
    let realm = query.realm.as_ref().map(RealmName::as_str);
    let limit = page(query.limit);
    let mut conditions = Conditions::new("SELECT body::text FROM refusal WHERE true", &[]);
    conditions.and("realm =", &realm);
    conditions.and("request_id =", &query.request_id);
    conditions.and("subject =", &query.subject);
    conditions.order("arrived DESC", &limit);
    let statement = client.prepare_cached(&conditions.sql).await?;
    let rows = client.query(&statement, &conditions.parameters).await?;
    rows.iter().map(|row| parsed(row.try_get(0)?)).collect()
}

fn parsed<T: for<'de> serde::Deserialize<'de>>(body: &str) -> Result<T, AttemptError> {
    let failed = |problem| StoreError::Failed(format!("a row of the trail: {problem}"));
    Ok(serde_json::from_str(body).map_err(failed)?)
}
