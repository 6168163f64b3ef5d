//! Removes credentials that ended long ago ([`engine::retention`]), in the background.
//!
//! A pass looks through the memory, and removes in small steps what it found. The time between two
//! passes grows with the time that one takes, so that passes need a small share of one core.

use std::sync::Arc;
use std::time::Duration;

use engine::retention::{self, Candidates};
use engine::{Denial, RequestOrigin};
use tokio::time::{Instant, sleep};
use web::{AppState, RealmState};

/// The wait before the first pass, and the shortest wait between two passes.
const SHORTEST_WAIT: Duration = Duration::from_secs(30);
/// How many times as long as a pass took is waited before the next.
const WAIT_FACTOR: u32 = 200;
/// The wait between two steps of a pass, which leaves the database to others.
const STEP_PAUSE: Duration = Duration::from_millis(10);

/// Sweeps the realms in turn.
#[derive(Debug)]
pub(crate) struct Sweeper {
    app: Arc<AppState>,
    realms: Vec<RealmState>,
}

impl Sweeper {
    /// For these realms.
    pub(crate) fn new<'a>(
        app: &Arc<AppState>,
        realms: impl Iterator<Item = &'a RealmState>,
    ) -> Self {
        Self { app: Arc::clone(app), realms: realms.cloned().collect() }
    }

    /// Sweeps until the process ends.
    pub(crate) async fn sweep(self) {
        let mut wait = SHORTEST_WAIT;
        loop {
            sleep(wait).await;
            let mut busy = Duration::ZERO;
            for realm in &self.realms {
                match self.pass(realm).await {
                    Ok(took) => busy += took,
                    Err(denial) => {
                        let realm = realm.issuer().realm().as_str();
                        tracing::warn!(realm, "ended credentials could not be removed: {denial}");
                    }
                }
            }
            wait = SHORTEST_WAIT.max(busy.saturating_mul(WAIT_FACTOR));
        }
    }

    /// Removes what may be removed from a realm. Returns how long it took to find it.
    async fn pass(&self, realm: &RealmState) -> Result<Duration, Denial> {
        if !self.app.memory.is_filled() {
            return Ok(Duration::ZERO);
        }
        let started = Instant::now();
        let candidates = tokio::task::spawn_blocking({
            let (memory, now) = (Arc::clone(&self.app.memory), self.app.clock.now());
            let realm = realm.issuer().realm().clone();
            move || Candidates::find(&memory, &realm, now)
        });
        let Ok(candidates) = candidates.await else { return Ok(Duration::ZERO) };
        let took = started.elapsed();
        for connection in candidates.crowded() {
            realm.issuer().new_families().note(*connection);
        }
        let mut removed = 0;
        for step in candidates.steps() {
            let origin = RequestOrigin::default();
            removed += retention::sweep(&realm.write_context(&origin), step).await?;
            sleep(STEP_PAUSE).await;
        }
        if removed > 0 {
            let realm = realm.issuer().realm().as_str();
            tracing::info!(realm, removed, "removed ended credentials");
        }
        Ok(took)
    }
}

/// Bounds the refresh tokens of the connections that got new ones.
pub(crate) async fn bound_families(realm: &RealmState) {
    let mut connections = realm.issuer().new_families().take().into_iter();
    let origin = RequestOrigin::default();
    while let Some(connection) = connections.next() {
        let ctx = realm.write_context(&origin);
        if let Err(denial) = retention::bound_families(&ctx, connection).await {
            let realm_name = realm.issuer().realm().as_str();
            tracing::warn!(realm = realm_name, "refresh tokens could not be bounded: {denial}");
            for left in connections.by_ref().chain([connection]) {
                realm.issuer().new_families().note(left);
            }
        }
    }
}
