//! Runs the listeners until the process is asked to end, and then ends in order.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use web::AppState;
use web::feed::RealmFeed;
use web::mail::Mailer;

use crate::config::Limits;
use crate::error::CommandError;
use crate::listen::{self, Listener};
use crate::signals::Ending;
use crate::tasks;

/// Everything that runs.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) app: Arc<AppState>,
    pub(crate) realms: Vec<RealmFeed>,
    pub(crate) listeners: Vec<Listener>,
    pub(crate) limits: Limits,
    /// Sends mails. Without it, mails wait in the store.
    pub(crate) mailer: Option<Arc<dyn Mailer>>,
    /// How long `/readyz` reports "not ready" before connections are refused, so that a load
    /// balancer can notice.
    pub(crate) delay: Duration,
    /// How long requests in flight may take to finish.
    pub(crate) grace: Duration,
}

/// Serves until a signal arrives. A second signal ends the process at once.
///
/// # Errors
/// When requests in flight did not finish in time, or pending notes could not be written.
pub(crate) async fn run(running: Running, mut ending: Ending) -> Result<(), CommandError> {
    let Running { app, realms, listeners, limits, mailer, delay, grace } = running;
    let certificates = listeners.iter().filter_map(|listener| listener.tls.clone()).collect();
    let feeds: Vec<_> = realms.iter().map(|realm| Arc::clone(realm.feed())).collect();
    let background = tasks::start(&app, &realms, certificates, mailer);
    let (announce, announced) = watch::channel(false);
    let shared = listen::Shared {
        limits,
        connections: Arc::new(Semaphore::new(limits.connections)),
        ending: announced,
    };
    let mut serving = JoinSet::new();
    for listener in listeners {
        serving.spawn(listen::serve(listener, shared.clone()));
    }
    let signal = ending.next().await;
    tracing::info!(signal, "ending");
    app.draining.store(true, Ordering::Relaxed);
    feeds.iter().for_each(|feed| feed.close());
    let drained = tokio::select! {
        drained = drain(serving, &announce, delay, grace) => drained,
        _ = ending.next() => false,
    };
    background.end().await;
    realms.iter().for_each(|realm| realm.state().log_left_out());
    let refusals = app.flush_refusals().await;
    let uses = app.flush_uses().await;
    if let Err(error) = refusals.and(uses) {
        return Err(CommandError::new(format!("the last notes could not be written: {error}")));
    }
    if drained { Ok(()) } else { Err(CommandError::new("requests in flight were cut off")) }
}

/// Whether every connection ended in time.
async fn drain(
    mut serving: JoinSet<()>,
    announce: &watch::Sender<bool>,
    delay: Duration,
    grace: Duration,
) -> bool {
    tokio::time::sleep(delay).await;
    announce.send_replace(true);
    let all = async { while serving.join_next().await.is_some() {} };
    tokio::time::timeout(grace, all).await.is_ok()
}
