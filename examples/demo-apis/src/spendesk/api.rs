//! What the handlers see.

use std::sync::Arc;

use verify::VerifyLayer;

use super::ledger::Ledger;
use super::limit::Limits;

/// What the handlers see.
#[derive(Clone, Debug)]
pub(super) struct Api {
    pub(super) ledger: Arc<Ledger>,
    pub(super) layer: VerifyLayer,
    pub(super) limits: Arc<Limits>,
}
