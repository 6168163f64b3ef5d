//! Follows what is committed, here and on other nodes, and tells it on.
//!
//! Invariant: what is told under a sequence number is everything up to it that concerns the realm, and
//! nothing is told under a smaller number than that of its commit: whoever goes on at another node
//! misses nothing. A commit of this node shows in its ledger before the memory has come past it, so
//! what was noted while the memory advanced is told at once and, when the memory advances again, once
//! more under the number it has then. What ends by the clock has no commit: a number is taken for it.

use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use engine::marks::{Ledgers, Noted};
use store::{Batch, CommitError, StoreError, Write};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use web::AppState;
use web::feed::{Current, RealmFeed};

/// How long to wait for a wake-up that may not come.
const CHECK_INTERVAL: Duration = Duration::from_millis(200);
/// The shortest time between two looks: what comes faster is told together.
const REST: Duration = Duration::from_millis(4);
/// How often a realm in which nothing happens says that it is there.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How often the signing keys are read whatever is told of them.
const READ_KEYS: Duration = Duration::from_secs(30);
/// How long to wait until memory is filled again that could not be.
const FILL_AGAIN: Duration = Duration::from_secs(1);

/// One realm, as far as it is told of.
#[derive(Debug)]
struct Followed {
    realm: RealmFeed,
    /// What was told already, and is told again once the memory has advanced.
    carried: Noted,
    /// Whether that waits for a number which no commit has brought yet.
    owes_number: bool,
    told: Option<(Instant, Timestamp)>,
}

/// One look at what was committed.
#[derive(Clone, Copy, Debug)]
struct Round<'a> {
    current: &'a Current,
    /// Whether the memory came any further.
    advanced: bool,
    /// Whether the keys are to be read whatever is told of them.
    all_keys: bool,
}

/// Who follows.
#[derive(Debug)]
pub(crate) struct Follower {
    app: Arc<AppState>,
    realms: Vec<Followed>,
    position: u64,
    keys_read: Instant,
    failing: bool,
}

impl Follower {
    /// From now on the ledgers of `realms` hear of what comes into memory.
    pub(crate) fn new(app: &Arc<AppState>, realms: &[RealmFeed]) -> Self {
        let ledger = |realm: &RealmFeed| {
            (realm.state().issuer().realm().clone(), Arc::clone(realm.state().issuer().ledger()))
        };
        app.memory.watch(Arc::new(Ledgers::new(realms.iter().map(ledger))));
        let followed = |realm: &RealmFeed| Followed {
            realm: realm.clone(),
            carried: Noted::default(),
            owes_number: false,
            told: None,
        };
        Self {
            app: Arc::clone(app),
            realms: realms.iter().map(followed).collect(),
            position: 0,
            keys_read: Instant::now(),
            failing: false,
        }
    }

    /// Follows until the end is announced.
    pub(crate) async fn follow(mut self, mut ends: watch::Receiver<bool>) {
        tokio::select! {
            () = self.go_on() => {}
            // An error means that the sender is gone, which counts as the announcement.
            _ = ends.wait_for(|ends| *ends) => {}
        }
    }

    async fn go_on(&mut self) {
        while let Err(error) = self.begin().await {
            tracing::error!(%error, "memory could not be filled");
            sleep(FILL_AGAIN).await;
        }
        loop {
            let again = match self.round().await {
                Ok(again) => {
                    if std::mem::take(&mut self.failing) {
                        tracing::info!("what is committed is followed again");
                    }
                    again
                }
                Err(error) => {
                    if !std::mem::replace(&mut self.failing, true) {
                        tracing::error!(%error, "what is committed cannot be followed");
                    }
                    sleep(CHECK_INTERVAL).await;
                    continue;
                }
            };
            sleep(REST).await;
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
        // What was noted by now is in the snapshots, and nobody has heard of anything before them.
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

    /// Takes in what was committed and tells it. Whether there is more already.
    async fn round(&mut self) -> Result<bool, StoreError> {
        let mut before: Vec<Noted> =
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
            more |= followed.tell(&self.app, noted, &round).await;
        }
        Ok(more)
    }
}

impl Followed {
    /// Tells what was noted before the memory advanced, and meanwhile. Whether that was anything.
    async fn tell(&mut self, app: &AppState, before: Noted, round: &Round<'_>) -> bool {
        let Round { current, advanced, all_keys } = *round;
        let (issuer, feed) = (self.realm.state().issuer(), self.realm.feed());
        self.owes_number |= issuer.ledger().tick(current.now);
        let meanwhile = issuer.ledger().take();
        let more = !meanwhile.is_empty();
        let mut noted = before;
        if advanced {
            noted.absorb(std::mem::take(&mut self.carried));
        }
        self.carried.absorb(meanwhile.clone());
        noted.absorb(meanwhile);
        if noted.keys || all_keys {
            let known = issuer.keys().published().to_owned();
            match issuer.reload_keys(app.store.direct()).await {
                Ok(()) => noted.keys |= *known != *issuer.keys().published(),
                Err(error) => {
                    tracing::error!(%error, "the signing keys could not be read again");
                    issuer.ledger().restore(Noted { keys: true, ..Noted::default() });
                }
            }
        }
        let due = self.told.is_none_or(|(at, as_of)| {
            // What is not known any better than before is not said again.
            at.elapsed() >= HEARTBEAT && current.as_of > as_of
        });
        if !noted.is_empty() || due {
            match feed.publish(issuer, &noted, current) {
                Ok(()) => self.told = Some((Instant::now(), current.as_of)),
                Err(error) => {
                    tracing::error!(%error, realm = %issuer.realm(), "nothing can be told");
                    issuer.ledger().restore(noted);
                }
            }
        }
        if self.owes_number {
            self.owes_number = take_number(app).await.is_err();
        }
        more
    }
}

/// Takes a sequence number after all that was published so far: who polls, or comes back, is given only
/// what has a greater number than the last they know.
async fn take_number(app: &AppState) -> Result<(), CommitError> {
    let batch = Batch { writes: vec![Write::TakeNumber], events: Vec::new() };
    app.store.commit(batch).await.map(drop)
}
