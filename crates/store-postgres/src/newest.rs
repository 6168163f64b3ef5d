//! The newest number that this process knows of, and the task that keeps it so: a connection of its
//! own that listens to `postern_feed`.
//!
//! Invariants: the number only rises, and is one that the database gave or told; a notification only
//! says that it is time to ask, as other schemas of the database tell on the same channel. The task
//! ends with the value. It asks from time to time besides, so that a connection that was cut is
//! noticed, and one through a pooler that lets nobody listen serves all the same.

use std::future::poll_fn;
use std::time::Duration;

use base::{Rng as _, SystemRng};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_postgres::{AsyncMessage, Client, Connection, NoTls, SimpleQueryMessage};

use crate::database::CONNECTING;
use crate::open::Address;
use crate::tls::{Encrypted, Tls};

/// How long nothing may be told before it asks by itself.
const QUIET: Duration = Duration::from_secs(1);
/// However much is told, it asks no more often.
const PAUSE: Duration = Duration::from_millis(5);
/// For an answer; then the connection counts as lost.
const ANSWER: Duration = Duration::from_secs(3);
/// Before the first and between later tries to connect again.
const SHORTEST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(2);

/// Wakes who waits for a greater number than they know.
#[derive(Debug)]
pub(crate) struct Newest {
    number: watch::Sender<u64>,
    task: JoinHandle<()>,
}

impl Drop for Newest {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Newest {
    /// Starts the task on the current runtime.
    pub(crate) fn follow(address: Address) -> Self {
        let number = watch::Sender::new(0);
        let task = tokio::spawn(follow(address, number.clone()));
        Self { number, task }
    }

    /// A commit of this process was given `number`.
    pub(crate) fn rise(&self, number: u64) {
        rise(&self.number, number);
    }

    /// Returns when the newest number is greater than `after`, as far as this process knows.
    pub(crate) async fn past(&self, after: u64) {
        // The sender lives as long as `self`.
        let _ = self.number.subscribe().wait_for(|number| *number > after).await;
    }
}

fn rise(known: &watch::Sender<u64>, number: u64) {
    known.send_if_modified(|known| {
        let rises = *known < number;
        *known = number.max(*known);
        rises
    });
}

/// Listens, and connects again whenever that ends.
async fn follow(address: Address, number: watch::Sender<u64>) {
    let mut wait = SHORTEST;
    let mut is_told = false;
    loop {
        let listening = Listening { number: &number, is_up: false };
        let (why, was_up) = listening.until_it_ends(&address).await;
        if was_up {
            (wait, is_told) = (SHORTEST, false);
        }
        if !is_told {
            tracing::warn!(why, "lost the connection that listens for changes; trying again");
            is_told = true;
        }
        sleep(jittered(wait)).await;
        wait = LONGEST.min(wait * 2);
    }
}

/// Between half and all of `wait`.
fn jittered(wait: Duration) -> Duration {
    let half = wait / 2;
    half + half.mul_f64((SystemRng.u128() % 1_000) as f64 / 1_000.0)
}

/// One connection's life.
struct Listening<'a> {
    number: &'a watch::Sender<u64>,
    is_up: bool,
}

impl Listening<'_> {
    /// Why it ended, and whether it ever got an answer.
    async fn until_it_ends(mut self, address: &Address) -> (String, bool) {
        let config = &address.config;
        let why = match &address.tls {
            Tls::Plain => match timeout(CONNECTING, config.connect(NoTls)).await {
                Ok(Ok((client, connection))) => self.on(client, connection).await,
                Ok(Err(error)) => crate::error::text(&error),
                Err(_) => "no connection in time".to_owned(),
            },
            Tls::Verified(settings) => {
                let encrypted = Encrypted(settings.clone());
                match timeout(CONNECTING, config.connect(encrypted)).await {
                    Ok(Ok((client, connection))) => self.on(client, connection).await,
                    Ok(Err(error)) => crate::error::text(&error),
                    Err(_) => "no connection in time".to_owned(),
                }
            }
        };
        (why, self.is_up)
    }

    async fn on<S, T>(&mut self, client: Client, connection: Connection<S, T>) -> String
    where
        S: AsyncRead + AsyncWrite + Unpin,
        T: AsyncRead + AsyncWrite + Unpin,
    {
        let told = Notify::new();
        tokio::select! {
            why = drive(connection, &told) => why,
            why = self.ask(&client, &told) => why,
        }
    }

    /// Asks for the newest number whenever something is told, and from time to time.
    async fn ask(&mut self, client: &Client, told: &Notify) -> String {
        if let Err(error) = client.batch_execute("LISTEN postern_feed").await {
            tracing::warn!(why = crate::error::text(&error), "nobody may listen for changes here");
        }
        loop {
            // Not prepared: a pooler may not know of it the next time.
            match timeout(ANSWER, client.simple_query("SELECT sequence FROM feed")).await {
                Ok(Ok(answer)) => rise(self.number, newest(&answer)),
                Ok(Err(error)) => return crate::error::text(&error),
                Err(_) => return "no answer in time".to_owned(),
            }
            if !self.is_up {
                self.is_up = true;
                tracing::debug!("listening for changes");
            }
            sleep(PAUSE).await;
            let _told_or_not = timeout(QUIET, told.notified()).await;
        }
    }
}

fn newest(answer: &[SimpleQueryMessage]) -> u64 {
    let number = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
        _ => None,
    };
    answer.iter().find_map(number).unwrap_or(0)
}

/// Reads what the connection says until it ends.
async fn drive<S, T>(mut connection: Connection<S, T>, told: &Notify) -> String
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notification(_))) => told.notify_one(),
            Some(Ok(_)) => {}
            Some(Err(error)) => return crate::error::text(&error),
            None => return "it was closed".to_owned(),
        }
    }
}
