//! Budgets: spent in memory, written once a subject and group.
//!
//! The writer is the only one who changes them, so the row of a subject that spends a thousand
//! times a second is read once and written once a commit. Invariant: memory holds what the
//! database will hold after the commit; whatever fails is taken back or forgotten.

use std::collections::{HashMap, HashSet};

use base::Timestamp;
use domain::{BudgetLimits, BudgetState, BudgetSubject};
use rusqlite::{Connection, Result};

use crate::reads::limits::budget_row;

/// How many subjects are remembered: about 4 MiB. Beyond that all are forgotten and read again.
const REMEMBERED: usize = 50_000;

#[derive(Default)]
pub(super) struct Budgets {
    states: HashMap<u128, BudgetState>,
    /// Changed in this group, not written yet.
    changed: HashSet<u128>,
    /// States before the changes of this batch, in order.
    before: Vec<(u128, BudgetState)>,
}

impl Budgets {
    /// To be called between transactions.
    pub(super) fn make_room(&mut self) {
        if self.states.len() > REMEMBERED {
            self.forget();
        }
    }

    /// A batch begins.
    pub(super) fn begin(&mut self) {
        self.before.clear();
    }

    /// Takes back what the batch spent.
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

    /// The state afterwards, or the one that forbids it.
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

    /// Writes what this group changed. To be called right before the commit.
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
