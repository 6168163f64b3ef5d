//! The task that follows: snapshot, then stream or long polls, with ever longer pauses while
//! nothing works. Invariant: it ends only with its verifier, and nothing that it hears can make it
//! hold more than its limits or spin.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use base::{SystemRng, Timestamp};
use status::{Marks, Snapshot, Update};
use tokio::time::{Instant, sleep, timeout};

use super::known::Absorbed;
use super::message::{DocumentError, MAX_MESSAGE, read};
use super::report::HeardBy;
use super::shared::Shared;
use super::sse::Events;
use super::transport;
use crate::Unavailable;
use crate::http_client::unavailable;

/// How many messages of a connection may be forged before it is given up.
const FORGED: u32 = 16;
/// How often what is over is dropped.
const SWEEP: Duration = Duration::from_secs(60);
/// Keys are fetched at most so often because of what the feed says.
const KEYS: Duration = Duration::from_secs(1);
/// Gaps closer together than this are answered ever later.
const GAPS: Duration = Duration::from_secs(10);
/// How many streams break early before it polls.
const STRIKES: u32 = 2;

pub(super) struct Follower {
    shared: Arc<Shared>,
    /// Whether messages are missing, so that a snapshot is needed.
    behind: bool,
    /// Failures since the last message.
    failures: u32,
    /// Gaps in a row, and the last of them: what comes between two does not make up for them.
    gaps: (u32, Option<Instant>),
    /// Streams in a row that broke early.
    strikes: u32,
    polls_until: Option<Instant>,
    swept: Option<Timestamp>,
    keys_due: bool,
    keys_asked: Option<Instant>,
}

impl Follower {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            behind: true,
            failures: 0,
            gaps: (0, None),
            strikes: 0,
            polls_until: None,
            swept: None,
            keys_due: false,
            keys_asked: None,
        }
    }

    /// Follows for good.
    pub(super) async fn run(mut self) {
        loop {
            if let Err(trouble) = self.round().await {
                self.shared.troubled(trouble);
                self.failures = self.failures.saturating_add(1);
                self.renew_keys().await;
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
        self.strikes =
            if begun.elapsed() < self.shared.backoff.settled { self.strikes + 1 } else { 1 };
        if self.strikes >= STRIKES && !self.behind {
            self.polls_until = Some(begun + self.shared.backoff.polling);
            // One more that breaks is enough then.
            self.strikes = STRIKES - 1;
        }
        outcome
    }

    async fn snapshot(&mut self) -> Result<(), Unavailable> {
        let text = transport::snapshot(&self.shared).await?;
        let settings = &self.shared.settings;
        let snapshot: Snapshot = read(&text, &settings.issuer, &settings.keys).await?;
        drop(text);
        let (marks, new) = unpack(snapshot).await?;
        let mut known = self.shared.known.write().unwrap_or_else(PoisonError::into_inner);
        let now = settings.clock.now();
        let fresh = known.is_fresh(now, settings.stale_after);
        if !known.replace(marks, new, (now, fresh)) {
            return Err(Unavailable::new("the snapshot is older than what is known"));
        }
        drop(known);
        self.shared.begun.send_replace(true);
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
                    // Comments and forgeries keep no connection: what counts is the issuer's word.
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
        // An issuer that answers nothing at once must not be asked at once again.
        if taken { Ok(()) } else { Err(Unavailable::new("the feed answers nothing")) }
    }

    /// Whether the message was the issuer's.
    async fn take(
        &mut self,
        message: &str,
        by: HeardBy,
        forged: &mut u32,
    ) -> Result<bool, Unavailable> {
        let settings = &self.shared.settings;
        let update: Update = match read(message, &settings.issuer, &settings.keys).await {
            Ok(update) => update,
            Err(DocumentError::Forged(_)) if *forged < FORGED => {
                *forged += 1;
                return Ok(false);
            }
            Err(refused) => return Err(refused.into()),
        };
        self.absorb(&update)?;
        self.failures = 0;
        self.shared.heard(by);
        self.keys_due |= update.keys;
        self.renew_keys().await;
        Ok(true)
    }

    fn absorb(&mut self, update: &Update) -> Result<(), Unavailable> {
        let now = self.shared.settings.clock.now();
        let mut known = self.shared.known.write().unwrap_or_else(PoisonError::into_inner);
        let absorbed = known.absorb(update, now);
        if self.swept.is_none_or(|swept| now.since(swept) >= SWEEP) {
            known.expire(now);
            self.swept = Some(now);
        }
        drop(known);
        match absorbed {
            Absorbed::Taken => Ok(()),
            Absorbed::Gap => {
                self.behind = true;
                let again = self.gaps.1.is_some_and(|last| last.elapsed() < GAPS);
                let count = if again { self.gaps.0.saturating_add(1) } else { 0 };
                self.gaps = (count, Some(Instant::now()));
                self.failures = self.failures.max(count);
                Err(Unavailable::new("messages of the feed are missing"))
            }
            Absorbed::TooMuch => Err(Unavailable::new("the feed tells more than can be held")),
        }
    }

    /// Fetches the issuer's keys where it said that they are others now, again until that works.
    async fn renew_keys(&mut self) {
        let waited = self.keys_asked.is_none_or(|asked| asked.elapsed() >= KEYS);
        if let (true, true, Some(remote)) =
            (self.keys_due, waited, &self.shared.settings.keys.remote)
        {
            self.keys_asked = Some(Instant::now());
            self.keys_due = remote.renew().await.is_err();
        }
    }

    fn sequence(&self) -> u64 {
        let known = self.shared.known.read().unwrap_or_else(PoisonError::into_inner);
        known.at().map_or(0, |at| at.sequence)
    }
}

/// Inflates a snapshot beside the runtime: a large one takes a while.
async fn unpack(snapshot: Snapshot) -> Result<(Marks, (u64, i64)), Unavailable> {
    let unpacked = tokio::task::spawn_blocking(move || {
        let marks = snapshot.marks();
        marks.map(|marks| (marks, (snapshot.sequence, snapshot.as_of)))
    });
    let unreadable = || Unavailable::new("the snapshot cannot be read");
    unpacked.await.map_err(|_| unreadable())?.map_err(|_| unreadable())
}
