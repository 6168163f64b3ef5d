//! Delivers what was decided and not yet mailed.
//!
//! Invariant: what has to be mailed is in the store, so nothing is lost when the process ends at any
//! moment; a mail may be handed over twice, with the same `Message-ID`. Back-off is in memory alone.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use domain::AccessRequest;
use engine::{Context, Denial, RequestOrigin, access_requests, settle};
use web::RealmState;
use web::mail::{Mailer, answer};

/// How often is looked.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(1);
/// From a first failure to the next try; doubled with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 60);

/// What has to be mailed in the realms that take access requests.
#[derive(Debug)]
pub(crate) struct Delivery {
    realms: Vec<RealmState>,
    mailer: Arc<dyn Mailer>,
    waiting: HashMap<u128, Wait>,
}

/// When to try again what failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wait {
    failures: u32,
    until: Timestamp,
}

impl Wait {
    /// After one more failure.
    fn longer(before: Option<Self>, now: Timestamp) -> Self {
        let failures = before.map_or(0, |before| before.failures).saturating_add(1);
        let doubled = FIRST_WAIT.saturating_mul(1 << (failures - 1).min(16));
        Self { failures, until: now.plus(doubled.min(LONGEST_WAIT)) }
    }
}

impl Delivery {
    /// By `mailer`, for those of `realms` that take access requests.
    pub(crate) fn new<'a>(
        realms: impl Iterator<Item = &'a RealmState>,
        mailer: Arc<dyn Mailer>,
    ) -> Self {
        let asks = |realm: &&RealmState| realm.issuer().dialect().authorization().access_requests;
        let realms = realms.filter(asks).cloned().collect();
        Self { realms, mailer, waiting: HashMap::new() }
    }

    /// Whether there is anything to do, ever.
    pub(crate) fn is_idle(&self) -> bool {
        self.realms.is_empty()
    }

    /// Delivers what can be.
    pub(crate) async fn deliver(&mut self) {
        let mut still_waiting = HashMap::new();
        for realm in self.realms.clone() {
            let origin = RequestOrigin::default();
            let ctx = realm.context(&origin);
            if let Err(denial) = self.of_realm(&ctx, &mut still_waiting).await {
                let realm = ctx.issuer.realm().as_str();
                tracing::warn!(realm, "answers could not be mailed: {denial}");
                // What failed before is not tried at once when the store is back.
                still_waiting.extend(self.waiting.iter());
            }
        }
        self.waiting = still_waiting;
    }

    async fn of_realm(
        &self,
        ctx: &Context<'_>,
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
                } else if let Some(wait) = self.one(ctx, request, before).await? {
                    still_waiting.insert(id, wait);
                }
            }
        }
    }

    /// Hands one over; how long to wait where that failed.
    async fn one(
        &self,
        ctx: &Context<'_>,
        request: &AccessRequest,
        before: Option<Wait>,
    ) -> Result<Option<Wait>, Denial> {
        let id = request.public_id.as_str();
        // Its link is over: staff see it unmailed, and can send another.
        let Some(mail) = answer(ctx, request) else { return Ok(None) };
        if let Err(error) = self.mailer.send(&mail).await {
            let wait = Wait::longer(before, ctx.now);
            let failures = wait.failures;
            tracing::warn!(request = id, failures, "an answer was not mailed: {error}");
            return Ok(Some(wait));
        }
        settle(ctx.store, async || access_requests::mailed(ctx, request).await).await?;
        tracing::info!(request = id, "an answer was mailed");
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_doubles_the_wait_up_to_a_bound() {
        let now = Timestamp::from_seconds(1_000);
        let first = Wait::longer(None, now);
        assert_eq!(first, Wait { failures: 1, until: now.plus(FIRST_WAIT) });
        let second = Wait::longer(Some(first), now);
        assert_eq!(second.until, now.plus(FIRST_WAIT * 2));
        let many = Wait { failures: u32::MAX, until: now };
        assert_eq!(Wait::longer(Some(many), now).until, now.plus(LONGEST_WAIT));
    }
}
