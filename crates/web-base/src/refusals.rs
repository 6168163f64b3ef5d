//! Records denied requests: in the log, in the metrics, and in the store, where `postern why` finds them.
//!
//! Invariant: a flood of requests writes a limited number of lines. Refusals that are our own fault, those of known
//! callers and those of strangers are limited apart, so that none of them hides the others.

use domain::Refusal;
use engine::{Context, Denial, Level};

use crate::log_limiter::LogLimiter;
use crate::refusal_lines::RefusalLines;
use crate::state::RealmState;

impl RealmState {
    /// Records a denial.
    pub fn note(&self, ctx: &Context<'_>, denial: &Denial) {
        self.note_refusal(denial.refusal(ctx), denial.code(), denial.level());
    }

    /// Records a refusal. `code` is its reason.
    pub fn note_refusal(&self, refusal: Refusal, code: &'static str, level: Level) {
        let now = self.app().clock.now();
        let named = self.app().refusals.keeps_name(&refusal);
        let lines = self.lines();
        let limiter = match (level, named) {
            (Level::Error, _) => &lines.ours,
            (Level::Info | Level::Warn, true) => &lines.named,
            (Level::Info | Level::Warn, false) => &lines.nameless,
        };
        macro_rules! log {
            ($level:ident, $left_out:ident) => {
                tracing::$level!(
                    request_id = refusal.request_id,
                    realm = refusal.realm.as_str(),
                    request = refusal.request,
                    reason = code,
                    subject = refusal.subject,
                    address = refusal.address,
                    $left_out,
                    "refused: {}",
                    refusal.explanation
                )
            };
        }
        limiter.line(now, |left_out| match level {
            Level::Info => log!(info, left_out),
            Level::Warn => log!(warn, left_out),
            Level::Error => log!(error, left_out),
        });
        self.metrics().refused(code);
        self.app().refusals.keep(refusal, named);
    }

    /// Counts a refusal of an unknown caller that is neither logged nor stored, since there are too many.
    pub fn count_refusal(&self, code: &'static str) {
        self.metrics().refused(code);
        self.lines().nameless.leave_out();
    }

    /// Logs how many refusals were left out of the log since the last line. For the end of a flood, after which no
    /// line says it.
    pub fn log_left_out(&self) {
        let RefusalLines { ours, named, nameless } = self.lines();
        let left_out: u64 =
            [ours, named, nameless].into_iter().filter_map(LogLimiter::take_left_out).sum();
        if left_out > 0 {
            let realm = self.issuer().realm().as_str();
            tracing::warn!(realm, left_out, "refusals were left out of the log");
        }
    }
}
