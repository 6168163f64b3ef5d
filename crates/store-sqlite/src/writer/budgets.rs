//! Budgets: counted in memory, written once per subject and group.
//!
//! The writer alone changes them, so a subject that spends a thousand times a second is read once
//! and written once per commit. Invariant: memory holds what the database will hold after the
//! commit. After a failure, the counts are restored or forgotten.

use std::collections::{HashMap, HashSet};

use base::Timestamp;
use domain::{BudgetLimits, BudgetState, BudgetSubject};
use rusqlite::{Connection, Result};

use crate::reads::limits::budget_row;

/// How many subjects are kept in memory: about 4 MiB. Beyond that, all are dropped and read again.
const MAX_SUBJECTS: usize = 50_000;

#[derive(Default)]
pub(super) struct Budgets {
    states: HashMap<u128, BudgetState>,
    /// Subjects that this group changed and that are not written yet.
    changed: HashSet<u128>,
    /// The states before the changes of this batch, in order.
    before: Vec<(u128, BudgetState)>,
}

impl Budgets {
    /// Drops the subjects when there are too many. Call it between transactions.
    pub(super) fn make_room(&mut self) {
        if self.states.len() > MAX_SUBJECTS {
            self.forget();
        }
    }

    /// Starts a batch.
    pub(super) fn begin(&mut self) {
        self.before.clear();
    }

    /// Undoes what the batch spent.
    pub(super) fn undo(&mut self) {
        for (subject, state) in self.before.drain(..).rev() {
            self.states.insert(subject, state);
        }
    }

    pub(super) fn forget(&mut self) {
        self.states.clear();
        self.changed.clear();
        self.before.clear();
    }

    /// The state afterwards, or the state that forbids spending.
    pub(super) fn spend(
        &mut self,
        connection: &Connection,
        subject: BudgetSubject,
        limits: &BudgetLimits,
        now: Timestamp,
    ) -> Result<Result<BudgetState, BudgetState>> {
        let subject = subject.as_u128();
        let current = match self.states.get(&subject) {
            Some(state) => *state,
            None => budget_row(connection, subject)?.unwrap_or_default(),
        };
        let spent = current.spend(limits, now);
        self.states.insert(subject, *spent.as_ref().unwrap_or(&current));
        if spent.is_ok() {
            self.before.push((subject, current));
            self.changed.insert(subject);
        }
        Ok(spent)
    }

    /// Writes what this group changed. Call it directly before the commit.
    pub(super) fn flush(&mut self, connection: &Connection) -> Result<()> {
        if self.changed.is_empty() {
            return Ok(());
        }
        let mut statement = connection.prepare_cached(
            "INSERT INTO budget (subject, hour, used_in_hour, day, used_in_day)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (subject) DO UPDATE SET hour = excluded.hour, day = excluded.day,
                used_in_hour = excluded.used_in_hour, used_in_day = excluded.used_in_day",
        )?;
        for subject in &self.changed {
            let Some(state) = self.states.get(subject) else { continue };
            let [used_in_hour, used_in_day] =
                [state.used_in_hour, state.used_in_day].map(u64::cast_signed);
            statement.execute((
                subject.to_be_bytes(),
                state.hour,
                used_in_hour,
                state.day,
                used_in_day,
            ))?;
        }
        self.changed.clear();
        Ok(())
    }
}
