//! The pool of connections, and the limit on every wait for the database.

use std::time::Duration;

use deadpool_postgres::{Client, Pool, PoolError};
use store::StoreError;

use crate::error::{Failure, store_error};

/// For a free or a new connection.
pub(crate) const CONNECTING: Duration = Duration::from_secs(5);
/// What the database itself allows a statement: a lock that is waited for counts, too.
pub(crate) const STATEMENT: Duration = Duration::from_secs(10);
/// For all that one read or one attempt at a batch does, should the database say nothing at all.
const ANSWER: Duration = Duration::from_secs(30);

/// Connections to the database.
#[derive(Clone, Debug)]
pub(crate) struct Database(pub(crate) Pool);

impl Database {
    /// Does `work` on a connection. One that does not answer in time is closed, not used again.
    pub(crate) async fn with<T, E>(
        &self,
        work: impl AsyncFnOnce(&mut Client) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        let mut client = self.0.get().await.map_err(|error| no_connection(&error))?;
        match tokio::time::timeout(ANSWER, work(&mut client)).await {
            Ok(result) => result,
            Err(_) => {
                drop(Client::take(client));
                Err(StoreError::Unavailable("no answer in time".to_owned()).into())
            }
        }
    }

    /// [`Database::with`] for reads.
    pub(crate) async fn read<T>(
        &self,
        work: impl AsyncFnOnce(&mut Client) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        self.with(work).await.map_err(|failure| match failure {
            Failure::Store(error) => error,
            Failure::Again(error) => store_error(&error),
            other @ (Failure::Conflict(_) | Failure::NoPartition) => {
                StoreError::Failed(format!("{other:?}"))
            }
        })
    }
}

fn no_connection(error: &PoolError) -> StoreError {
    StoreError::Unavailable(match error {
        PoolError::Timeout(_) => "no connection in time".to_owned(),
        PoolError::Backend(error) => crate::error::text(error),
        other => other.to_string(),
    })
}
