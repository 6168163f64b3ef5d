//! The background tasks beside the requests.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use web::feed::RealmFeed;
use web::mail::Mailer;
use web::{AppState, RealmState};

use crate::follow::Follower;
use crate::listen::{RELOAD_TLS_EVERY, Tls};
use crate::mail::{CHECK_INTERVAL, Delivery};
use crate::sweep::{self, Sweeper};

const FLUSH_USES: Duration = Duration::from_secs(2);
const FLUSH_REFUSALS: Duration = Duration::from_millis(100);
const BOUND_FAMILIES: Duration = Duration::from_secs(1);
const LOG_LEFT_OUT: Duration = Duration::from_secs(60);
/// The time limit for running tasks at the end.
const END_TIMEOUT: Duration = Duration::from_secs(5);

/// The running tasks.
#[derive(Debug)]
pub(crate) struct Tasks {
    running: JoinSet<()>,
    ending: watch::Sender<bool>,
}

impl Tasks {
    /// Lets tasks that are at work finish, and ends the rest.
    pub(crate) async fn end(mut self) {
        self.ending.send_replace(true);
        let all = async { while self.running.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(END_TIMEOUT, all).await;
    }
}

/// Starts all tasks.
pub(crate) fn start(
    app: &Arc<AppState>,
    realms: &[RealmFeed],
    certificates: Vec<Arc<Tls>>,
    mailer: Option<Arc<dyn Mailer>>,
) -> Tasks {
    let mut tasks = JoinSet::new();
    let (ending, ends) = watch::channel(false);
    let of_uses = Arc::clone(app);
    tasks.spawn(every(FLUSH_USES, ends.clone(), async move || {
        if let Err(error) = of_uses.trickle_uses().await {
            tracing::warn!(%error, "uses of credentials could not be noted");
        }
    }));
    let of_refusals = Arc::clone(app);
    tasks.spawn(every(FLUSH_REFUSALS, ends.clone(), async move || {
        if let Err(error) = of_refusals.flush_refusals().await {
            tracing::warn!(%error, "refusals could not be kept");
        }
    }));
    let of_log: Vec<_> = realms.iter().map(|realm| realm.state().clone()).collect();
    tasks.spawn(every(LOG_LEFT_OUT, ends.clone(), async move || {
        of_log.iter().for_each(RealmState::log_left_out);
    }));
    tasks.spawn(Follower::new(app, realms).follow(ends.clone()));
    let sweeper = Sweeper::new(app, realms.iter().map(RealmFeed::state));
    let mut sweeping_ends = ends.clone();
    tasks.spawn(async move {
        tokio::select! {
            () = sweeper.sweep() => {}
            _ = sweeping_ends.changed() => {}
        }
    });
    let bounded: Vec<_> = realms.iter().map(|realm| realm.state().clone()).collect();
    tasks.spawn(every(BOUND_FAMILIES, ends.clone(), async move || {
        for realm in &bounded {
            sweep::bound_families(realm).await;
        }
    }));
    if !certificates.is_empty() {
        tasks.spawn(every(RELOAD_TLS_EVERY, ends.clone(), async move || {
            for certificate in &certificates {
                certificate.reload();
            }
        }));
    }
    if let Some(mailer) = mailer {
        let mut delivery = Delivery::new(realms.iter().map(|realm| realm.state()), mailer);
        if !delivery.is_idle() {
            tasks.spawn(every(CHECK_INTERVAL, ends, async move || delivery.deliver().await));
        }
    }
    Tasks { running: tasks, ending }
}

async fn every(period: Duration, mut ends: watch::Receiver<bool>, mut work: impl AsyncFnMut()) {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick comes at once, when there is nothing to do yet.
    ticks.tick().await;
    loop {
        tokio::select! {
            _ = ticks.tick() => work().await,
            // An error means that the sender is gone, which counts as the announcement.
            _ = ends.changed() => return,
        }
    }
}
