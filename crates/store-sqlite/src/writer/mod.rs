//! The writer: a single thread that takes requests from a queue and commits many of them with one
//! fsync.
//!
//! Invariants: a request is answered after its COMMIT; a failed request changes nothing; an error
//! never ends the thread, only the end of the queue does.

mod budgets;
mod entities;
mod error_log;
mod events;
mod group;
mod limits;
mod notes;
mod status_indexes;
mod work;

use std::thread::JoinHandle;

use rusqlite::Connection;
use store::StoreError;
use tokio::sync::{mpsc, oneshot, watch};

use self::budgets::Budgets;
use self::error_log::ErrorLog;
use self::events::Events;
use self::notes::RefusalCounts;
use self::work::{Reply, Request};
pub(crate) use self::work::{Work, Written};
use crate::changes::{Changes, newest_sequence};
use crate::open::checkpoint;

/// How many requests may wait for the writer. Further callers wait to enter the queue.
const QUEUE: usize = 4_096;

/// The largest number of requests in a commit.
const GROUP: usize = 1_024;

/// The sender of requests to the writer. When it is dropped, pending requests are finished and the
/// log is checkpointed.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Option<mpsc::Sender<Request>>,
    thread: Option<JoinHandle<()>>,
    newest: watch::Sender<u64>,
}

impl Writer {
    /// Starts the thread of the writer.
    pub(crate) fn start(connection: Connection) -> rusqlite::Result<Self> {
        let (queue, requests) = mpsc::channel(QUEUE);
        let newest = watch::Sender::new(newest_sequence(&connection)?);
        let state = State {
            connection,
            budgets: Budgets::default(),
            events: Events::default(),
            changes: Changes::default(),
            refusals: RefusalCounts::default(),
            newest: newest.clone(),
            savepoint_groups: 0,
            errors: ErrorLog::default(),
        };
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || state.run(requests))
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        Ok(Self { queue: Some(queue), thread: Some(thread), newest })
    }

    /// Sends a request and waits for its commit.
    pub(crate) async fn write(&self, work: Work) -> Reply {
        let stopped = || StoreError::Failed("the writer has stopped".into());
        let (reply, answer) = oneshot::channel();
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        queue.send(Request { work, reply }).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }

    /// The newest committed sequence number.
    pub(crate) fn sequence(&self) -> u64 {
        *self.newest.borrow()
    }

    /// Returns when the newest sequence number is greater than `after`.
    pub(crate) async fn changed(&self, after: u64) {
        // The sender lives as long as `self`.
        let _ = self.newest.subscribe().wait_for(|newest| *newest > after).await;
    }

    /// Whether the thread still runs.
    pub(crate) fn is_running(&self) -> bool {
        self.queue.as_ref().is_some_and(|queue| !queue.is_closed())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the store's writer ended by a panic");
        }
    }
}

/// The state of the writer's thread.
struct State {
    connection: Connection,
    budgets: Budgets,
    events: Events,
    changes: Changes,
    refusals: RefusalCounts,
    /// The newest committed sequence number.
    newest: watch::Sender<u64>,
    /// How many groups are still to be written with savepoints.
    savepoint_groups: u32,
    errors: ErrorLog,
}

impl State {
    fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut group = Vec::with_capacity(GROUP);
        while requests.blocking_recv_many(&mut group, GROUP) > 0 {
            // Requests that arrive together should share one fsync. On a single core, the other
            // callers can only send their requests when this thread yields. Otherwise the first
            // request would have a commit of its own, and all others would wait for two.
            std::thread::yield_now();
            while group.len() < GROUP
                && let Ok(request) = requests.try_recv()
            {
                group.push(request);
            }
            self.group(&mut group);
        }
        if let Err(error) = checkpoint(&self.connection) {
            tracing::warn!(%error, "the log could not be written back; the next start will do it");
        }
    }
}
