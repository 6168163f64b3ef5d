//! Inserts an entity, or replaces or removes one that is still at the expected version.

use deadpool_postgres::GenericClient;
use domain::{Entity, Kind, Owners};
use store::{Conflict, StoreError, Version};
use tokio_postgres::types::ToSql;

use crate::error::AttemptError;
use crate::sql;
use crate::uuid::Uuid;

const FORGET_USE: &str = "DELETE FROM credential_use WHERE credential = $1";

pub(super) async fn insert(
    client: &impl GenericClient,
    entity: &Entity,
) -> Result<(), AttemptError> {
    write(client, sql::insert(entity.kind()), entity, Version(0)).await?;
    Ok(())
}

pub(super) async fn replace(
    client: &impl GenericClient,
    entity: &Entity,
    expected: Version,
) -> Result<(), AttemptError> {
    match write(client, sql::replace(entity.kind()), entity, expected).await? {
        0 => Err(AttemptError::Conflict(Conflict::Changed(entity.kind()))),
        _ => Ok(()),
    }
}

pub(super) async fn remove(
    client: &impl GenericClient,
    entity: &Entity,
    expected: Version,
) -> Result<(), AttemptError> {
    let (kind, id) = (entity.kind(), Uuid(entity.id()));
    let version = i64::try_from(expected.0).unwrap_or(-1);
    let statement = client.prepare_cached(sql::remove(kind)).await?;
    if client.execute(&statement, &[&id, &version]).await? == 0 {
        return Err(AttemptError::Conflict(Conflict::Changed(kind)));
    }
    if kind == Kind::Credential {
        let statement = client.prepare_cached(FORGET_USE).await?;
        client.execute(&statement, &[&id]).await?;
    }
    Ok(())
}

/// Binds the columns of an entity in the order of [`sql::insert`].
async fn write(
    client: &impl GenericClient,
    sql: &str,
    entity: &Entity,
    before: Version,
) -> Result<u64, AttemptError> {
    let failed = |problem: serde_json::Error| StoreError::Failed(problem.to_string());
    let body = entity.to_json().map_err(failed)?;
    let version = i64::try_from(before.0).map_err(|_| StoreError::Failed("version".into()))?;
    let Owners { organization, user, client: client_id, resource_server, grant, variety } =
        entity.owners();
    let [organization, user, client_id, resource_server, grant] =
        [organization, user, client_id, resource_server, grant].map(|owner| owner.map(Uuid));
    let parameters: [&(dyn ToSql + Sync); 12] = [
        &Uuid(entity.id()),
        &entity.realm().as_str(),
        &entity.public_id(),
        &entity.handle(),
        &organization,
        &user,
        &client_id,
        &resource_server,
        &grant,
        &variety,
        &body,
        &version,
    ];
    let of_entity = |error| AttemptError::of_entity(entity.kind(), error);
    let statement = client.prepare_cached(sql).await?;
    client.execute(&statement, &parameters).await.map_err(of_entity)
}
