//! The state of the handlers.

use std::sync::Arc;

use verify::VerifyLayer;

use super::ledger::Ledger;
use super::limit::Limits;

/// The state of the handlers.
#[derive(Clone, Debug)]
pub(super) struct Api {
    pub(super) ledger: Arc<Ledger>,
    pub(super) layer: VerifyLayer,
    pub(super) limits: Arc<Limits>,
}
