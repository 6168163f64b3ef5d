//! The pool of connections, with a time limit on every wait for the database.
//!
//! A connection that was idle is checked before it is used. When one is found dead, all that were
//! idle at the time are renewed, so a restart of the database causes no error for later requests.
//! Requests that were running at that moment get an error; reads are retried once on a new
//! connection.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use deadpool_postgres::{Client, Hook, HookError, Metrics, Pool, PoolError};
use store::StoreError;
use tokio::time::timeout;

use crate::error::AttemptError;

/// The time limit for getting a free or a new connection.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The database's own time limit for a statement, including waiting for a lock.
pub(crate) const STATEMENT_TIMEOUT: Duration = Duration::from_secs(10);
/// The time limit for one read or one attempt at a batch, if the database does not answer at all.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// A connection that was idle for longer than this is checked before it is used.
const CHECK_AFTER_IDLE: Duration = Duration::from_secs(1);
/// The time limit for this check.
const CHECK_TIMEOUT: Duration = Duration::from_secs(1);

/// When a connection was last found dead.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lost(Arc<Mutex<Option<Instant>>>);

impl Lost {
    fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether a connection with this idle time was last used after that.
    fn is_before(&self, last_used: Duration) -> bool {
        let lost = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lost.is_none_or(|lost| last_used < lost.elapsed())
    }

    /// The check before the pool hands out a connection again.
    pub(crate) fn hook(&self) -> Hook {
        let lost = self.clone();
        Hook::async_fn(move |connection, metrics: &Metrics| {
            let (lost, last_used) = (lost.clone(), metrics.last_used());
            Box::pin(async move {
                if !lost.is_before(last_used) {
                    return Err(HookError::message("it is from before others were lost"));
                }
                if last_used < CHECK_AFTER_IDLE {
                    return Ok(());
                }
                match timeout(CHECK_TIMEOUT, connection.simple_query("")).await {
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
    /// Runs `work` on a connection. A connection that does not answer in time is closed.
    pub(crate) async fn with<T>(
        &self,
        work: impl AsyncFnOnce(&mut Client) -> Result<T, AttemptError>,
    ) -> Result<T, AttemptError> {
        let mut client = self.pool.get().await.map_err(|error| no_connection(&error))?;
        let Ok(outcome) = timeout(ANSWER_TIMEOUT, work(&mut client)).await else {
            drop(Client::take(client));
            return Err(StoreError::Unavailable("no answer in time".to_owned()).into());
        };
        if let Err(AttemptError::Lost(_) | AttemptError::Undone(_)) = outcome {
            drop(Client::take(client));
            self.lost.note();
        }
        outcome
    }

    /// [`Database::with`] for work that may run twice: when the connection is lost, it is repeated
    /// on another.
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

    /// [`Database::with`] for writes without a precondition, which must not run twice.
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
