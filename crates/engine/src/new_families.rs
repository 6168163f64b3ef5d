//! The connections whose refresh tokens this process has to bound ([`crate::retention`]).

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use base::Id;
use domain::Grant;

/// How many connections are noted at most. The sweep finds those beyond.
const MAX_NOTED: usize = 1 << 16;

/// The connections that got a family of refresh tokens since they were last taken.
#[derive(Debug, Default)]
pub struct NewFamilies(Mutex<HashSet<Id<Grant>>>);

impl NewFamilies {
    /// Notes a connection.
    pub fn note(&self, grant: Id<Grant>) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() < MAX_NOTED {
            noted.insert(grant);
        }
    }

    /// Takes the noted connections, in no order.
    pub fn take(&self) -> Vec<Id<Grant>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
            .into_iter()
            .collect()
    }
}
