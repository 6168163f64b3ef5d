//! Sends the mails of decisions that were not mailed yet.
//!
//! Invariant: pending mails are in the store, so nothing is lost when the process ends at any
//! moment. A mail may be handed over twice, with the same `Message-ID`. The back-off is in memory
//! only.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use domain::{AccessDecision, AccessRequest};
use engine::{Denial, RequestOrigin, WriteContext, access_requests, settle};
use web::RealmState;
use web::mail::{Mailer, answer};

/// How often the store is checked.
pub(crate) const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// The wait after a first failure. It doubles with each further one.
const FIRST_RETRY: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 60);
/// After this number of failures in a row, the last of them permanent, a mail is given up: some eight
/// minutes. A server that is set up wrongly says for a while, too, that it will never take a mail.
const MOST_FAILURES: u32 = 9;
/// A mail without a link is given up this long after the decision, whatever the failures are (RFC 5321
/// §4.5.4.1). One with a link is given up when the link expires.
const GIVE_UP_AFTER: Duration = Duration::from_secs(4 * 24 * 60 * 60);

/// The pending mails of the realms that accept access requests.
#[derive(Debug)]
pub(crate) struct Delivery {
    realms: Vec<RealmState>,
    mailer: Arc<dyn Mailer>,
    waiting: HashMap<u128, Wait>,
}

/// When a failed mail is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wait {
    failures: u32,
    until: Timestamp,
}

impl Wait {
    /// Whether a mail that failed so often is given up now. `until`: when it is in any case.
    fn is_over(self, permanent: bool, until: Timestamp, now: Timestamp) -> bool {
        (permanent && self.failures >= MOST_FAILURES) || until <= now
    }

    /// The wait after one more failure.
    fn longer(before: Option<Self>, now: Timestamp) -> Self {
        let failures = before.map_or(0, |before| before.failures).saturating_add(1);
        let doubled = FIRST_RETRY.saturating_mul(1 << (failures - 1).min(16));
        Self { failures, until: now.plus(doubled.min(LONGEST_WAIT)) }
    }
}

impl Delivery {
    /// Sends by `mailer`, for those of `realms` that accept access requests.
    pub(crate) fn new<'a>(
        realms: impl Iterator<Item = &'a RealmState>,
        mailer: Arc<dyn Mailer>,
    ) -> Self {
        let asks = |realm: &&RealmState| realm.issuer().dialect().authorization().access_requests;
        let realms = realms.filter(asks).cloned().collect();
        Self { realms, mailer, waiting: HashMap::new() }
    }

    /// Whether no realm can have mails.
    pub(crate) fn is_idle(&self) -> bool {
        self.realms.is_empty()
    }

    /// Sends the pending mails.
    pub(crate) async fn deliver(&mut self) {
        let mut still_waiting = HashMap::new();
        for realm in self.realms.clone() {
            let origin = RequestOrigin::default();
            let ctx = realm.write_context(&origin);
            if let Err(denial) = self.of_realm(&ctx, &mut still_waiting).await {
                let realm = ctx.issuer.realm().as_str();
                tracing::warn!(realm, "answers could not be mailed: {denial}");
                // After the store was away, mails that failed before still wait.
                still_waiting.extend(self.waiting.iter());
            }
        }
        self.waiting = still_waiting;
    }

    async fn of_realm(
        &self,
        ctx: &WriteContext<'_>,
        still_waiting: &mut HashMap<u128, Wait>,
    ) -> Result<(), Denial> {
        let mut after = None;
        loop {
            let page = access_requests::unmailed(ctx, after).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.id.as_u128());
            for request in &page {
                let id = request.id.as_u128();
                let before = self.waiting.get(&id).copied();
                if let Some(wait) = before.filter(|wait| wait.until > ctx.now) {
                    still_waiting.insert(id, wait);
                } else if let Some(wait) = self.deliver_one(ctx, request, before).await? {
                    still_waiting.insert(id, wait);
                }
            }
        }
    }

    /// Hands over one mail. Returns the wait where that failed.
    async fn deliver_one(
        &self,
        ctx: &WriteContext<'_>,
        request: &AccessRequest,
        before: Option<Wait>,
    ) -> Result<Option<Wait>, Denial> {
        let id = request.public_id.as_str();
        // Its link has expired. Staff can send another one.
        let Some(mail) = answer(ctx, request) else {
            give_up(ctx, request, "its link expired before it could be mailed").await?;
            return Ok(None);
        };
        if let Err(error) = self.mailer.send(&mail).await {
            let wait = Wait::longer(before, ctx.now);
            let failures = wait.failures;
            tracing::warn!(request = id, failures, "an answer was not mailed: {error}");
            if wait.is_over(error.permanent, last_attempt(request), ctx.now) {
                give_up(ctx, request, &error.text).await?;
                return Ok(None);
            }
            return Ok(Some(wait));
        }
        settle(ctx, async |ctx| access_requests::mailed(&ctx, request).await).await?;
        tracing::info!(request = id, "an answer was mailed");
        Ok(None)
    }
}

/// Ends the attempts. Staff see it in the list of access requests and in the events.
async fn give_up(
    ctx: &WriteContext<'_>,
    request: &AccessRequest,
    reason: &str,
) -> Result<(), Denial> {
    settle(ctx, async |ctx| access_requests::mail_failed(&ctx, request, reason).await).await?;
    let id = request.public_id.as_str();
    tracing::error!(request = id, "an answer will not be mailed: {reason}");
    Ok(())
}

/// The time from which on no more attempt is made.
fn last_attempt(request: &AccessRequest) -> Timestamp {
    match &request.decision {
        AccessDecision::Approved { fetch_until, .. } => *fetch_until,
        AccessDecision::Declined { at, .. } => at.plus(GIVE_UP_AFTER),
        AccessDecision::Pending => request.created_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_doubles_the_wait_up_to_a_bound() {
        let now = Timestamp::from_seconds(1_000);
        let first = Wait::longer(None, now);
        assert_eq!(first, Wait { failures: 1, until: now.plus(FIRST_RETRY) });
        let second = Wait::longer(Some(first), now);
        assert_eq!(second.until, now.plus(FIRST_RETRY * 2));
        let many = Wait { failures: u32::MAX, until: now };
        assert_eq!(Wait::longer(Some(many), now).until, now.plus(LONGEST_WAIT));
    }

    #[test]
    fn every_mail_is_given_up_at_some_time() {
        let now = Timestamp::from_seconds(1_000);
        let later = now.plus(Duration::from_secs(1));
        let failed = |failures| Wait { failures, until: now };
        assert!(!failed(MOST_FAILURES - 1).is_over(true, later, now));
        assert!(failed(MOST_FAILURES).is_over(true, later, now));
        assert!(!failed(MOST_FAILURES).is_over(false, later, now));
        assert!(failed(1).is_over(false, now, now));
    }
}
