//! Records denied requests: in the log, in the metrics, and in the store, where `postern why` finds them.

use domain::Refusal;
use engine::{Context, Denial, Level};

use crate::state::RealmState;

impl RealmState {
    /// Records a denial.
    pub fn note(&self, ctx: &Context<'_>, denial: &Denial) {
        self.note_refusal(denial.refusal(ctx), denial.code(), denial.level());
    }

    /// Records a refusal. `code` is its reason.
    pub fn note_refusal(&self, refusal: Refusal, code: &'static str, level: Level) {
        macro_rules! log {
            ($level:ident) => {
                tracing::$level!(
                    request_id = refusal.request_id,
                    realm = refusal.realm.as_str(),
                    request = refusal.request,
                    reason = code,
                    subject = refusal.subject,
                    address = refusal.address,
                    "refused: {}",
                    refusal.explanation
                )
            };
        }
        match level {
            Level::Info => log!(info),
            Level::Warn => log!(warn),
            Level::Error => log!(error),
        }
        self.metrics().refused(code);
        self.app().refusals.note(refusal);
    }
}
