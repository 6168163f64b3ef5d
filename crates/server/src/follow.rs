//! Follows the commits of all nodes, and publishes them in the change feed of each realm.
//!
//! Invariant: a message with a sequence number holds all changes of the realm up to this number, and no
//! change is published under a smaller number than that of its commit. So a reader that continues at
//! another node misses nothing. The ledger sees a commit of this node before the memory reaches its
//! number. So a change that is noted while the memory advances is published at once, and once more after
//! the next advance, under the number of that moment. An expiry has no commit: a number is taken for it.

use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use engine::marks::{LedgerChanges, Ledgers};
use store::{Batch, CommitError, StoreError, Write};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use web::AppState;
use web::feed::{Current, RealmFeed};

/// How long to wait for a wake-up that may not come.
const CHECK_INTERVAL: Duration = Duration::from_millis(200);
/// The shortest time between two rounds: faster changes are published together.
const PAUSE: Duration = Duration::from_millis(4);
/// How often a realm without changes publishes a heartbeat.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How often the signing keys are loaded, even where no change of them is known.
const READ_KEYS: Duration = Duration::from_secs(30);
/// How long to wait after the memory could not be filled.
const FILL_RETRY: Duration = Duration::from_secs(1);

/// One realm whose changes are published.
#[derive(Debug)]
struct Followed {
    realm: RealmFeed,
    /// The changes that were published, and are published again after the next advance.
    carried: LedgerChanges,
    /// Whether a number must be taken for changes that have no commit.
    needs_number: bool,
    /// When the last message was published, and its `as_of`.
    published: Option<(Instant, Timestamp)>,
}

/// One round: what was committed since the last one.
#[derive(Clone, Copy, Debug)]
struct Round<'a> {
    current: &'a Current,
    /// Whether the memory advanced.
    advanced: bool,
    /// Whether the keys must be loaded, even where no change of them is known.
    all_keys: bool,
}

/// The task that follows the commits.
#[derive(Debug)]
pub(crate) struct Follower {
    app: Arc<AppState>,
    realms: Vec<Followed>,
    position: u64,
    keys_read: Instant,
    failing: bool,
}

impl Follower {
    /// Makes the ledgers of `realms` watch the memory from now on.
    pub(crate) fn new(app: &Arc<AppState>, realms: &[RealmFeed]) -> Self {
        let ledger = |realm: &RealmFeed| {
            (realm.state().issuer().realm().clone(), Arc::clone(realm.state().issuer().ledger()))
        };
        app.memory.watch(Arc::new(Ledgers::new(realms.iter().map(ledger))));
        let followed = |realm: &RealmFeed| Followed {
            realm: realm.clone(),
            carried: LedgerChanges::default(),
            needs_number: false,
            published: None,
        };
        Self {
            app: Arc::clone(app),
            realms: realms.iter().map(followed).collect(),
            position: 0,
            keys_read: Instant::now(),
            failing: false,
        }
    }

    /// Follows until the shutdown is announced.
    pub(crate) async fn follow(mut self, mut ends: watch::Receiver<bool>) {
        tokio::select! {
            () = self.run() => {}
            // An error means that the sender was dropped, which counts as the announcement.
            _ = ends.wait_for(|ends| *ends) => {}
        }
    }

    async fn run(&mut self) {
        while let Err(error) = self.begin().await {
            tracing::error!(%error, "memory could not be filled");
            sleep(FILL_RETRY).await;
        }
        loop {
            let again = match self.round().await {
                Ok(again) => {
                    if std::mem::take(&mut self.failing) {
                        tracing::info!("the commits are followed again");
                    }
                    again
                }
                Err(error) => {
                    if !std::mem::replace(&mut self.failing, true) {
                        tracing::error!(%error, "the commits cannot be followed");
                    }
                    sleep(CHECK_INTERVAL).await;
                    continue;
                }
            };
            sleep(PAUSE).await;
            if !again {
                let changed = self.app.store.changed(self.position);
                let _ = tokio::time::timeout(CHECK_INTERVAL, changed).await;
            }
        }
    }

    /// Fills the memory, and opens the feeds.
    async fn begin(&mut self) -> Result<(), StoreError> {
        let started = Instant::now();
        self.app.memory.fill().await?;
        // The changes noted so far are in the snapshots, and no reader has earlier messages.
        for followed in &self.realms {
            followed.realm.state().issuer().ledger().take();
        }
        self.position = self.app.memory.advance().await?;
        for followed in &self.realms {
            followed.realm.state().issuer().reload_keys(self.app.store.direct()).await?;
            followed.realm.feed().open(self.position);
        }
        tracing::info!(took = ?started.elapsed(), position = self.position, "memory is filled");
        Ok(())
    }

    /// Reads the new commits and publishes them. Returns whether there are more already.
    async fn round(&mut self) -> Result<bool, StoreError> {
        let mut before: Vec<LedgerChanges> =
            self.realms.iter().map(|it| it.realm.state().issuer().ledger().take()).collect();
        let position = match self.app.memory.advance().await {
            Ok(position) => position,
            Err(error) => {
                for (followed, noted) in self.realms.iter().zip(before) {
                    followed.realm.state().issuer().ledger().restore(noted);
                }
                return Err(error);
            }
        };
        let advanced = position != self.position;
        self.position = position;
        let now = self.app.clock.now();
        let current = Current { sequence: position, as_of: self.app.memory.as_of(), now };
        let all_keys = self.keys_read.elapsed() >= READ_KEYS;
        if all_keys {
            self.keys_read = Instant::now();
        }
        let mut more = false;
        for (followed, before) in self.realms.iter_mut().zip(&mut before) {
            let noted = std::mem::take(before);
            let round = Round { current: &current, advanced, all_keys };
            more |= followed.publish(&self.app, noted, &round).await;
        }
        Ok(more)
    }
}

impl Followed {
    /// Publishes the changes noted before and during the advance of the memory. Returns whether any were
    /// noted during it.
    async fn publish(&mut self, app: &AppState, before: LedgerChanges, round: &Round<'_>) -> bool {
        let Round { current, advanced, all_keys } = *round;
        let (issuer, feed) = (self.realm.state().issuer(), self.realm.feed());
        self.needs_number |= issuer.ledger().tick(current.now);
        let meanwhile = issuer.ledger().take();
        let more = !meanwhile.is_empty();
        let mut noted = before;
        if advanced {
            noted.absorb(std::mem::take(&mut self.carried));
        }
        self.carried.absorb(meanwhile.clone());
        noted.absorb(meanwhile);
        if noted.keys || all_keys {
            let known = Arc::clone(issuer.keys().statement());
            match issuer.reload_keys(app.store.direct()).await {
                Ok(()) => noted.keys |= known != *issuer.keys().statement(),
                Err(error) => {
                    tracing::error!(%error, "the signing keys could not be read again");
                    issuer
                        .ledger()
                        .restore(LedgerChanges { keys: true, ..LedgerChanges::default() });
                }
            }
        }
        let due = self.published.is_none_or(|(at, as_of)| {
            // A heartbeat must have a newer `as_of` than the message before.
            at.elapsed() >= HEARTBEAT && current.as_of > as_of
        });
        if !noted.is_empty() || due {
            match feed.publish(issuer, &noted, current) {
                Ok(()) => self.published = Some((Instant::now(), current.as_of)),
                Err(error) => {
                    tracing::error!(%error, realm = %issuer.realm(), "the change feed cannot be published");
                    issuer.ledger().restore(noted);
                }
            }
        }
        if self.needs_number {
            self.needs_number = take_number(app).await.is_err();
        }
        more
    }
}

/// Takes a sequence number after all that were published so far: a reader gets only messages with a
/// greater number than the last one that it knows.
async fn take_number(app: &AppState) -> Result<(), CommitError> {
    let batch = Batch { writes: vec![Write::TakeNumber], events: Vec::new() };
    app.store.commit(batch).await.map(drop)
}
