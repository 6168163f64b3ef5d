//! The newest sequence number that this process knows, and the task that updates it over its own
//! connection, which listens to `postern_feed`.
//!
//! Invariants: the number only rises, and the database assigned or returned it. A notification only
//! says that it is time to query, because other schemas of the database notify on the same channel.
//! The task ends with the value. It also queries from time to time: so a cut connection is noticed,
//! and a connection through a pooler without LISTEN works, too.

use std::future::poll_fn;
use std::time::Duration;

use base::{Rng as _, SystemRng};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_postgres::{AsyncMessage, Client, Connection, NoTls, SimpleQueryMessage};

use crate::database::CONNECT_TIMEOUT;
use crate::open::Address;
use crate::tls::{Encrypted, Tls};

/// After this time without a notification, the task queries by itself.
const QUERY_INTERVAL: Duration = Duration::from_secs(1);
/// The minimum time between two queries.
const MIN_QUERY_INTERVAL: Duration = Duration::from_millis(5);
/// The time limit for an answer. After it, the connection counts as lost.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);
/// The first wait before connecting again; later waits are longer.
const MIN_RECONNECT_WAIT: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(2);

/// Wakes tasks that wait for a greater number than they know.
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

    /// Records that a commit of this process got `number`.
    pub(crate) fn rise(&self, number: u64) {
        rise(&self.number, number);
    }

    /// Returns when the newest number that this process knows is greater than `after`.
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

/// Listens, and connects again whenever the connection ends.
async fn follow(address: Address, number: watch::Sender<u64>) {
    let mut wait = MIN_RECONNECT_WAIT;
    let mut is_told = false;
    loop {
        let listening = Listening { number: &number, is_up: false };
        let (why, was_up) = listening.until_it_ends(&address).await;
        if was_up {
            (wait, is_told) = (MIN_RECONNECT_WAIT, false);
        }
        if !is_told {
            tracing::warn!(why, "lost the connection that listens for changes; trying again");
            is_told = true;
        }
        sleep(jittered(wait)).await;
        wait = LONGEST.min(wait * 2);
    }
}

/// A random wait between half and all of `wait`.
fn jittered(wait: Duration) -> Duration {
    let half = wait / 2;
    half + half.mul_f64((SystemRng.u128() % 1_000) as f64 / 1_000.0)
}

/// The state of one listening connection.
struct Listening<'a> {
    number: &'a watch::Sender<u64>,
    is_up: bool,
}

impl Listening<'_> {
    /// Runs until the connection ends. Returns the reason, and whether there was ever an answer.
    async fn until_it_ends(mut self, address: &Address) -> (String, bool) {
        let config = &address.config;
        let why = match &address.tls {
            Tls::Plain => match timeout(CONNECT_TIMEOUT, config.connect(NoTls)).await {
                Ok(Ok((client, connection))) => self.on(client, connection).await,
                Ok(Err(error)) => crate::error::text(&error),
                Err(_) => "no connection in time".to_owned(),
            },
            Tls::Verified(settings) => {
                let encrypted = Encrypted(settings.clone());
                match timeout(CONNECT_TIMEOUT, config.connect(encrypted)).await {
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
        let notified = Notify::new();
        tokio::select! {
            why = drive(connection, &notified) => why,
            why = self.ask(&client, &notified) => why,
        }
    }

    /// Queries the newest number after each notification, and from time to time.
    async fn ask(&mut self, client: &Client, notified: &Notify) -> String {
        if let Err(error) = client.batch_execute("LISTEN postern_feed").await {
            tracing::warn!(
                why = crate::error::text(&error),
                "LISTEN failed: changes are found by polling alone"
            );
        }
        loop {
            // Not a prepared statement: a pooler may not know it the next time.
            match timeout(ANSWER_TIMEOUT, client.simple_query("SELECT sequence FROM feed")).await {
                Ok(Ok(answer)) => rise(self.number, newest(&answer)),
                Ok(Err(error)) => return crate::error::text(&error),
                Err(_) => return "no answer in time".to_owned(),
            }
            if !self.is_up {
                self.is_up = true;
                tracing::debug!("listening for changes");
            }
            sleep(MIN_QUERY_INTERVAL).await;
            let _told_or_not = timeout(QUERY_INTERVAL, notified.notified()).await;
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

/// Reads messages of the connection until it ends.
async fn drive<S, T>(mut connection: Connection<S, T>, notified: &Notify) -> String
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notification(_))) => notified.notify_one(),
            Some(Ok(_)) => {}
            Some(Err(error)) => return crate::error::text(&error),
            None => return "it was closed".to_owned(),
        }
    }
}
