//! The task that follows the feed: a snapshot first, then a stream or long polls, with longer and
//! longer pauses while nothing works. Invariant: it ends only with its verifier, and no message can
//! make it exceed its limits or loop without a pause.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use base::{SystemRng, Timestamp};
use status::{Marks, Snapshot, Update};
use tokio::time::{Instant, sleep, timeout};

use super::known::UpdateOutcome;
use super::message::{DocumentError, MAX_MESSAGE, read};
use super::report::HeardBy;
use super::shared::Shared;
use super::sse::Events;
use super::transport;
use crate::Unavailable;
use crate::http_client::unavailable;
use crate::keys::RemoteKeys;

/// How many forged messages end a connection.
const MAX_FORGED: u32 = 16;
/// How often expired marks are dropped.
const EXPIRE_INTERVAL: Duration = Duration::from_secs(60);
/// Gaps within this time of one another cause longer and longer pauses.
const GAP_WINDOW: Duration = Duration::from_secs(10);
/// How many streams may fail early before long polls are used.
const MAX_BROKEN_STREAMS: u32 = 2;

pub(super) struct Follower {
    shared: Arc<Shared>,
    /// Whether messages are missing, so that a snapshot is needed.
    behind: bool,
    /// Failures since the last message.
    failures: u32,
    /// The number of gaps in a row, and the time of the last one. Messages in between do not reset
    /// it.
    gaps: (u32, Option<Instant>),
    /// The number of streams in a row that failed early.
    broken_streams: u32,
    polls_until: Option<Instant>,
    swept: Option<Timestamp>,
    /// Set where the issuer said that its keys changed and not how: the number of fetches that began
    /// before that.
    keys_due: Option<u64>,
    /// The number of keys that were known to be withdrawn at the last snapshot.
    withdrawn: usize,
}

impl Follower {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            behind: true,
            failures: 0,
            gaps: (0, None),
            broken_streams: 0,
            polls_until: None,
            swept: None,
            keys_due: None,
            withdrawn: 0,
        }
    }

    /// Follows until the verifier is dropped.
    pub(super) async fn run(mut self) {
        loop {
            if let Err(trouble) = self.round().await {
                self.shared.troubled(trouble);
                self.failures = self.failures.saturating_add(1);
                self.renew_keys();
                sleep(self.shared.backoff.backoff(self.failures, &SystemRng)).await;
            }
        }
    }

    async fn round(&mut self) -> Result<(), Unavailable> {
        if self.behind {
            self.snapshot().await?;
            self.behind = false;
        }
        if self.polls_until.is_some_and(|until| Instant::now() < until) {
            return self.poll().await;
        }
        let begun = Instant::now();
        let outcome = self.stream().await;
        self.broken_streams =
            if begun.elapsed() < self.shared.backoff.settled { self.broken_streams + 1 } else { 1 };
        if self.broken_streams >= MAX_BROKEN_STREAMS && !self.behind {
            self.polls_until = Some(begun + self.shared.backoff.polling);
            // After that, one more failure is enough.
            self.broken_streams = MAX_BROKEN_STREAMS - 1;
        }
        outcome
    }

    async fn snapshot(&mut self) -> Result<(), Unavailable> {
        let text = transport::snapshot(&self.shared).await?;
        let settings = &self.shared.settings;
        let snapshot: Snapshot = read(&text, &settings.issuer, &settings.keys).await?;
        drop(text);
        let names_keys = snapshot.signing_keys.is_some();
        let (marks, new) = unpack(snapshot).await?;
        let mut known = self.shared.known.write().unwrap_or_else(PoisonError::into_inner);
        let now = settings.clock.now();
        let fresh = known.is_fresh(now, settings.stale_after);
        if !known.replace(marks, new, (now, fresh)) {
            return Err(Unavailable::new("the snapshot is older than what is known"));
        }
        drop(known);
        self.shared.begun.send_replace(true);
        self.withdrawn = self.shared.settings.keys.withdrawn();
        if !names_keys {
            // The keys may have changed in the messages that are missing.
            self.keys_changed();
        }
        Ok(())
    }

    async fn stream(&mut self) -> Result<(), Unavailable> {
        let silence = self.shared.backoff.silence;
        let begun = Instant::now();
        let mut response = transport::stream(&self.shared, self.sequence()).await?;
        let (mut events, mut forged) = (Events::new(MAX_MESSAGE), 0);
        let mut quiet_until = begun + silence;
        loop {
            let piece =
                timeout(quiet_until.saturating_duration_since(Instant::now()), response.chunk())
                    .await;
            let piece = piece.map_err(|_| Unavailable::new("the feed fell silent"))?;
            let Some(piece) = piece.map_err(unavailable)? else {
                return Err(Unavailable::new("the feed was closed"));
            };
            let too_long = |_| Unavailable::new("a message of the feed is too long");
            for message in events.push(&piece).map_err(too_long)? {
                if self.take(&message, HeardBy::Stream, &mut forged).await? {
                    // Comments and forged messages do not keep a connection alive; only the
                    // issuer's messages do.
                    quiet_until = Instant::now() + silence;
                }
            }
        }
    }

    async fn poll(&mut self) -> Result<(), Unavailable> {
        let updates = transport::poll(&self.shared, self.sequence()).await?;
        let (mut forged, mut taken) = (0, false);
        for message in updates {
            taken |= self.take(&message, HeardBy::Polls, &mut forged).await?;
        }
        // An issuer that returns nothing at once must not be asked again at once.
        if taken { Ok(()) } else { Err(Unavailable::new("the feed answers nothing")) }
    }

    /// Applies a message. Returns whether it came from the issuer.
    async fn take(
        &mut self,
        message: &str,
        by: HeardBy,
        forged: &mut u32,
    ) -> Result<bool, Unavailable> {
        let settings = &self.shared.settings;
        let update: Update = match read(message, &settings.issuer, &settings.keys).await {
            Ok(update) => update,
            Err(DocumentError::Forged(_)) if *forged < MAX_FORGED => {
                *forged += 1;
                return Ok(false);
            }
            Err(refused) => {
                // Perhaps the key of these messages is known to be withdrawn. A snapshot is signed anew.
                self.behind = true;
                return Err(refused.into());
            }
        };
        if update.keys && update.signing_keys.is_none() {
            self.keys_changed();
        }
        self.renew_keys();
        self.apply(&update)?;
        self.failures = 0;
        self.shared.heard(by);
        self.begin_anew_after_a_withdrawal().await?;
        Ok(true)
    }

    /// Who has a key that is withdrawn may have signed messages before that. Nothing of them is kept.
    async fn begin_anew_after_a_withdrawal(&mut self) -> Result<(), Unavailable> {
        if self.shared.settings.keys.withdrawn() == self.withdrawn {
            return Ok(());
        }
        self.shared.known.write().unwrap_or_else(PoisonError::into_inner).distrust();
        self.behind = true;
        self.snapshot().await?;
        self.behind = false;
        Ok(())
    }

    fn apply(&mut self, update: &Update) -> Result<(), Unavailable> {
        let now = self.shared.settings.clock.now();
        let mut known = self.shared.known.write().unwrap_or_else(PoisonError::into_inner);
        let outcome = known.apply(update, now);
        if self.swept.is_none_or(|swept| now.since(swept) >= EXPIRE_INTERVAL) {
            known.expire(now);
            self.swept = Some(now);
        }
        drop(known);
        match outcome {
            UpdateOutcome::Applied => Ok(()),
            UpdateOutcome::Gap => {
                self.behind = true;
                let again = self.gaps.1.is_some_and(|last| last.elapsed() < GAP_WINDOW);
                let count = if again { self.gaps.0.saturating_add(1) } else { 0 };
                self.gaps = (count, Some(Instant::now()));
                self.failures = self.failures.max(count);
                Err(Unavailable::new("messages of the feed are missing"))
            }
            UpdateOutcome::MemoryExceeded => {
                Err(Unavailable::new("the revoked marks take more memory than the limit"))
            }
        }
    }

    /// Notes that the issuer's keys changed, without saying how, and fetches them.
    fn keys_changed(&mut self) {
        self.keys_due = self.shared.settings.keys.remote().map(RemoteKeys::began);
        self.renew_keys();
    }

    /// Fetches the issuer's keys where that is due, until it works. No message waits for it.
    fn renew_keys(&mut self) {
        let (Some(due), Some(remote)) = (self.keys_due, self.shared.settings.keys.remote()) else {
            return;
        };
        if remote.is_newer_than(due) {
            self.keys_due = None;
        } else {
            remote.renew_in_background();
        }
    }

    fn sequence(&self) -> u64 {
        let known = self.shared.known.read().unwrap_or_else(PoisonError::into_inner);
        known.at().map_or(0, |at| at.sequence)
    }
}

/// Inflates a snapshot on a blocking thread, because a large one takes a while.
async fn unpack(snapshot: Snapshot) -> Result<(Marks, (u64, i64)), Unavailable> {
    let unpacked = tokio::task::spawn_blocking(move || {
        let marks = snapshot.marks();
        marks.map(|marks| (marks, (snapshot.sequence, snapshot.as_of)))
    });
    let unreadable = || Unavailable::new("the snapshot cannot be read");
    unpacked.await.map_err(|_| unreadable())?.map_err(|_| unreadable())
}
