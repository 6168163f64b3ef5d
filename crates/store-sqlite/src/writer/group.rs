//! A group: requests that share one transaction, each in a savepoint of its own.

use std::sync::atomic::Ordering;

use rusqlite::{Connection, Result};
use store::Committed;

use super::{Failure, Reply, Request, State, Work};
use crate::error::store_error;
use crate::open::checkpoint;
use crate::prepared::{Prepared, Step};

fn run(connection: &Connection, sql: &str) -> Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

impl State {
    /// Writes the requests and answers them.
    pub(super) fn group(&mut self, requests: &mut Vec<Request>) {
        match self.transaction(requests) {
            Ok(replies) => {
                let numbers = replies.iter().flatten().filter_map(|committed| committed.sequence);
                if let Some(newest) = numbers.max() {
                    self.sequence.store(newest, Ordering::Release);
                }
                // Whoever no longer waits for the answer has it all the same: it is committed.
                for (request, reply) in requests.drain(..).zip(replies) {
                    drop(request.reply.send(reply));
                }
            }
            Err(error) => {
                tracing::error!(%error, requests = requests.len(), "a commit failed");
                self.forget();
                for request in requests.drain(..) {
                    drop(request.reply.send(Err(store_error(&error).into())));
                }
            }
        }
    }

    fn transaction(&mut self, requests: &[Request]) -> Result<Vec<Reply>> {
        self.budgets.make_room();
        run(&self.connection, "BEGIN")?;
        let mut replies = Vec::with_capacity(requests.len());
        for request in requests {
            let outcome = self.request(&request.work)?;
            if let Err(Failure::Sqlite(error)) = outcome {
                // Of some errors (a full disk, say) SQLite undoes the whole transaction.
                if self.connection.is_autocommit() {
                    return Err(error);
                }
                tracing::error!(%error, "a write failed");
                replies.push(Err(store_error(&error).into()));
            } else {
                replies.push(outcome.map_err(Into::into));
            }
        }
        self.budgets.flush(&self.connection)?;
        run(&self.connection, "COMMIT")?;
        Ok(replies)
    }

    /// One request, whole or not at all. The outer error is one of the transaction.
    fn request(&mut self, work: &Work) -> Result<Result<Committed, Failure>> {
        if let Work::Batch(batch) = work
            && !batch.writes_rows()
        {
            return Ok(self.batch_or_undo(batch));
        }
        run(&self.connection, "SAVEPOINT request")?;
        let outcome = match work {
            Work::Batch(batch) => self.batch_or_undo(batch),
            Work::Uses(uses) => self.record_uses(uses).map_err(Into::into),
            Work::Refusals(refusals) => self.record_refusals(refusals).map_err(Into::into),
            Work::DropEventsBefore(month) => {
                self.events.drop_before(&self.connection, *month).map_err(Into::into)
            }
        };
        if matches!(outcome, Err(Failure::Sqlite(_))) {
            self.events.forget();
            self.refusals.forget();
        }
        if !self.connection.is_autocommit() {
            if outcome.is_err() {
                run(&self.connection, "ROLLBACK TO request")?;
            }
            run(&self.connection, "RELEASE request")?;
        }
        Ok(outcome)
    }

    fn batch_or_undo(&mut self, batch: &Prepared) -> Result<Committed, Failure> {
        self.budgets.begin();
        let outcome = self.batch(batch);
        if outcome.is_err() {
            self.budgets.undo();
        }
        outcome
    }

    fn batch(&mut self, batch: &Prepared) -> Result<Committed, Failure> {
        let mut committed = Committed::default();
        for (index, step) in batch.steps.iter().enumerate() {
            match step {
                Step::Insert { entity, body } => self.insert(entity, body)?,
                Step::Replace { entity, body, expected } => {
                    self.replace(entity, body, *expected)?
                }
                Step::SpendBudget { subject, limits, now } => {
                    let spent = self.budgets.spend(&self.connection, *subject, limits, *now)?;
                    let state = spent.map_err(|state| {
                        Failure::Conflict(store::Conflict::BudgetSpent { write: index, state })
                    })?;
                    committed.budgets.push(state);
                }
                Step::RevokeToken { token, until, now } => self.revoke(*token, *until, *now)?,
                Step::SpendOnce { id, until, now } => self.spend_once(*id, *until, *now)?,
                Step::Remember(answer) => self.remember(answer)?,
            }
        }
        for event in &batch.events {
            committed.sequence = Some(self.events.append(&self.connection, event)?);
        }
        Ok(committed)
    }

    /// After a transaction that failed: what was in memory is as doubtful as what was in it.
    fn forget(&mut self) {
        if !self.connection.is_autocommit()
            && let Err(error) = run(&self.connection, "ROLLBACK")
        {
            tracing::error!(%error, "a failed commit could not be rolled back");
        }
        self.budgets.forget();
        self.events.forget();
        self.refusals.forget();
        // On a full disk the log cannot grow; written back, it starts anew in the room it has.
        if let Err(error) = checkpoint(&self.connection) {
            tracing::warn!(%error, "the log could not be written back");
        }
    }
}
