//! A group: requests that share one transaction. Each is written whole or not at all.

use std::time::Instant;

use rusqlite::{Connection, Result};

use super::work::{Reply, Request, Work, WriteError, Written};
use super::{State, notes};
use crate::error::store_error;
use crate::open::checkpoint;
use crate::prepared::{Prepared, Step};

fn run(connection: &Connection, sql: &str) -> Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

/// Whether a failed request leaves the transaction unchanged, because it writes no rows.
fn leaves_no_trace(work: &Work) -> bool {
    matches!(work, Work::Batch(batch) if !batch.writes_rows())
}

/// After a group had to be undone, this number of groups is written with savepoints: one race is
/// often followed by another.
const SAVEPOINT_GROUPS: u32 = 32;

impl State {
    /// Writes the requests and replies to them.
    pub(super) fn group(&mut self, requests: &mut Vec<Request>) {
        match self.written(requests) {
            Ok(replies) => {
                let numbers = replies.iter().flatten().filter_map(|written| written.newest);
                if let Some(newest) = numbers.max() {
                    self.newest.send_replace(newest);
                }
                // A caller that no longer waits for the reply does not matter: the request is
                // committed.
                for (request, reply) in requests.drain(..).zip(replies) {
                    drop(request.reply.send(reply));
                }
            }
            Err(error) => {
                self.errors.line(Instant::now(), |left_out| {
                    tracing::error!(%error, requests = requests.len(), left_out, "a commit failed");
                });
                self.forget();
                for request in requests.drain(..) {
                    drop(request.reply.send(Err(store_error(&error).into())));
                }
            }
        }
    }

    /// Writes the requests. A savepoint copies each page before it is changed, and in most groups
    /// no request fails. So a group is first written without savepoints; if a request fails, the
    /// whole group is undone and written again.
    fn written(&mut self, requests: &[Request]) -> Result<Vec<Reply>> {
        if let Some(less) = self.savepoint_groups.checked_sub(1) {
            self.savepoint_groups = less;
            return self.in_savepoints(requests);
        }
        if let Some(replies) = self.without_savepoints(requests)? {
            return Ok(replies);
        }
        self.undo();
        self.savepoint_groups = SAVEPOINT_GROUPS;
        self.in_savepoints(requests)
    }

    /// Writes all requests without savepoints; `None` where one failed, and the transaction must be
    /// undone.
    fn without_savepoints(&mut self, requests: &[Request]) -> Result<Option<Vec<Reply>>> {
        self.begin()?;
        let mut replies = Vec::with_capacity(requests.len());
        for request in requests {
            match self.work(&request.work) {
                Ok(written) => replies.push(Ok(written)),
                Err(failure) if leaves_no_trace(&request.work) => replies.push(Err(failure.into())),
                Err(_) => return Ok(None),
            }
        }
        self.commit()?;
        Ok(Some(replies))
    }

    fn in_savepoints(&mut self, requests: &[Request]) -> Result<Vec<Reply>> {
        self.begin()?;
        let mut replies = Vec::with_capacity(requests.len());
        for request in requests {
            let outcome = self.in_savepoint(&request.work)?;
            if let Err(WriteError::Sqlite(error)) = outcome {
                // After some errors, such as a full disk, SQLite rolls back the whole transaction.
                if self.connection.is_autocommit() {
                    return Err(error);
                }
                self.errors.line(Instant::now(), |left_out| {
                    tracing::error!(%error, left_out, "a write failed");
                });
                replies.push(Err(store_error(&error).into()));
            } else {
                replies.push(outcome.map_err(Into::into));
            }
        }
        self.commit()?;
        Ok(replies)
    }

    fn begin(&mut self) -> Result<()> {
        self.budgets.make_room();
        run(&self.connection, "BEGIN")
    }

    fn commit(&mut self) -> Result<()> {
        self.budgets.flush(&self.connection)?;
        run(&self.connection, "COMMIT")
    }

    /// Writes one request whole or not at all. The outer error is an error of the transaction.
    fn in_savepoint(&mut self, work: &Work) -> Result<Result<Written, WriteError>> {
        if leaves_no_trace(work) {
            return Ok(self.work(work));
        }
        run(&self.connection, "SAVEPOINT request")?;
        let outcome = self.work(work);
        if matches!(outcome, Err(WriteError::Sqlite(_))) {
            self.reset_counts();
        }
        if !self.connection.is_autocommit() {
            if outcome.is_err() {
                run(&self.connection, "ROLLBACK TO request")?;
            }
            run(&self.connection, "RELEASE request")?;
        }
        Ok(outcome)
    }

    fn work(&mut self, work: &Work) -> Result<Written, WriteError> {
        match work {
            Work::Batch(batch) => self.batch_or_undo(batch),
            Work::Uses(uses) => notes::record_uses(&self.connection, uses).map_err(Into::into),
            Work::Refusals(refusals) => {
                self.refusals.record(&self.connection, refusals).map_err(Into::into)
            }
            Work::StatusIndexes(realm, count) => self.reserve_status_indexes(realm, *count),
            Work::DropEventsBefore(month) => {
                self.events.drop_before(&self.connection, *month).map_err(Into::into)
            }
        }
    }

    fn batch_or_undo(&mut self, batch: &Prepared) -> Result<Written, WriteError> {
        self.budgets.begin();
        let outcome = self.batch(batch);
        if outcome.is_err() {
            self.budgets.undo();
        }
        outcome
    }

    fn batch(&mut self, batch: &Prepared) -> Result<Written, WriteError> {
        let mut written = Written::default();
        let committed = &mut written.committed;
        for (index, step) in batch.steps.iter().enumerate() {
            match step {
                Step::Insert { entity, body } => self.insert(entity, body)?,
                Step::Replace { entity, body, expected } => {
                    self.replace(entity, body, *expected)?
                }
                Step::Remove { kind, id, expected } => self.remove(*kind, *id, *expected)?,
                Step::SpendBudget { subject, limits, now } => {
                    let spent = self.budgets.spend(&self.connection, *subject, limits, *now)?;
                    let state = spent.map_err(|state| {
                        WriteError::Conflict(store::Conflict::BudgetSpent { write: index, state })
                    })?;
                    committed.budgets.push(state);
                }
                Step::RevokeToken { token, until, now } => self.revoke(*token, *until, *now)?,
                Step::SpendOnce { id, until, now } => self.spend_once(*id, *until, *now)?,
                Step::TakeNumber => {}
                Step::Remember(answer) => self.remember(answer)?,
            }
        }
        for event in &batch.events {
            committed.sequence = Some(self.events.append(&self.connection, event)?);
        }
        if let Some(effects) = &batch.effects {
            let number = match committed.sequence {
                Some(number) => number,
                None => self.events.next(&self.connection)?,
            };
            self.changes.append(&self.connection, number, effects)?;
            written.newest = Some(number);
        }
        Ok(written)
    }

    /// Rolls back a transaction, and forgets the counts in memory.
    fn undo(&mut self) {
        if !self.connection.is_autocommit()
            && let Err(error) = run(&self.connection, "ROLLBACK")
        {
            self.errors.line(Instant::now(), |left_out| {
                tracing::error!(%error, left_out, "a failed commit could not be rolled back");
            });
        }
        self.budgets.forget();
        self.reset_counts();
    }

    /// The counts of tables that only the writer changes must be read again.
    fn reset_counts(&mut self) {
        self.events.forget();
        self.changes.forget();
        self.refusals.forget();
    }

    /// Cleans up after a transaction that failed finally.
    fn forget(&mut self) {
        self.undo();
        // On a full disk the log cannot grow. After a checkpoint, it restarts in the room it has.
        if let Err(error) = checkpoint(&self.connection) {
            self.errors.line(Instant::now(), |left_out| {
                tracing::warn!(%error, left_out, "the log could not be written back");
            });
        }
    }
}
