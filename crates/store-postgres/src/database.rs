//! The pool of connections, and the limit on every wait for the database.
//!
//! A connection that was idle is asked whether it still lives before it is used, and once one was
//! found dead, all that were idle at the time are renewed: a restart of the database costs nobody who
//! comes after it an error. Who is in the middle of something when it happens is told so; reads are
//! tried once more on a new connection.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use deadpool_postgres::{Client, Hook, HookError, Metrics, Pool, PoolError};
use store::StoreError;
use tokio::time::timeout;

use crate::error::AttemptError;

/// For a free or a new connection.
pub(crate) const CONNECTING: Duration = Duration::from_secs(5);
/// What the database itself allows a statement: a lock that is waited for counts, too.
pub(crate) const STATEMENT: Duration = Duration::from_secs(10);
/// For all that one read or one attempt at a batch does, should the database say nothing at all.
const ANSWER: Duration = Duration::from_secs(30);
/// A connection that was not used for so long is asked before it is used again.
const IDLE: Duration = Duration::from_secs(1);
/// For its answer.
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);

/// When a connection was last found dead.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lost(Arc<Mutex<Option<Instant>>>);

impl Lost {
    fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether what was last used so long ago was used after that.
    fn is_before(&self, last_used: Duration) -> bool {
        let lost = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lost.is_none_or(|lost| last_used < lost.elapsed())
    }

    /// What the pool does before it gives a connection out again.
    pub(crate) fn hook(&self) -> Hook {
        let lost = self.clone();
        Hook::async_fn(move |connection, metrics: &Metrics| {
            let (lost, last_used) = (lost.clone(), metrics.last_used());
            Box::pin(async move {
                if !lost.is_before(last_used) {
                    return Err(HookError::message("it is from before others were lost"));
                }
                if last_used < IDLE {
                    return Ok(());
                }
                match timeout(SIGN_OF_LIFE, connection.simple_query("")).await {
                    Ok(Ok(_)) => Ok(()),
                    _ => {
                        lost.note();
                        Err(HookError::message("it does not answer"))
                    }
                }
            })
        })
    }
}

/// Connections to the database.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pub(crate) pool: Pool,
    pub(crate) lost: Lost,
}

impl Database {
    /// Does `work` on a connection. One that does not answer in time is closed, not used again.
    pub(crate) async fn with<T>(
        &self,
        work: impl AsyncFnOnce(&mut Client) -> Result<T, AttemptError>,
    ) -> Result<T, AttemptError> {
        let mut client = self.pool.get().await.map_err(|error| no_connection(&error))?;
        let Ok(outcome) = timeout(ANSWER, work(&mut client)).await else {
            drop(Client::take(client));
            return Err(StoreError::Unavailable("no answer in time".to_owned()).into());
        };
        if let Err(AttemptError::Lost(_) | AttemptError::Undone(_)) = outcome {
            drop(Client::take(client));
            self.lost.note();
        }
        outcome
    }

    /// [`Database::with`] for what may be done twice: when the connection is lost, another is tried.
    pub(crate) async fn with_another<T>(
        &self,
        work: impl AsyncFnOnce(&mut Client) -> Result<T, AttemptError> + Clone,
    ) -> Result<T, AttemptError> {
        match self.with(work.clone()).await {
            Err(AttemptError::Lost(error) | AttemptError::Undone(error)) => {
                tracing::debug!(error = crate::error::text(&error), "trying another connection");
                self.with(work).await
            }
            outcome => outcome,
        }
    }

    /// [`Database::with_another`] for reads.
    pub(crate) async fn read<T>(
        &self,
        work: impl AsyncFnOnce(&mut Client) -> Result<T, AttemptError> + Clone,
    ) -> Result<T, StoreError> {
        self.with_another(work).await.map_err(Into::into)
    }

    /// [`Database::with`] for what no precondition is on, and may not be done twice.
    pub(crate) async fn note<T>(
        &self,
        work: impl AsyncFnOnce(&mut Client) -> Result<T, AttemptError>,
    ) -> Result<T, StoreError> {
        self.with(work).await.map_err(Into::into)
    }
}

fn no_connection(error: &PoolError) -> StoreError {
    StoreError::Unavailable(match error {
        PoolError::Timeout(_) => "no connection in time".to_owned(),
        PoolError::Backend(error) => crate::error::text(error),
        other => other.to_string(),
    })
}
