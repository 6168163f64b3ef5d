//! A flood next to a load: attempts to sign in at a fixed rate, answered or not, each from another
//! address of this machine and for another account.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::net::TcpSocket;
use tokio::task::JoinSet;

use super::answer::Answer;
use super::pinned::on_the_loads_core;
use super::request::Request;
use super::request_source::exchange;

/// The time between two attempts. A hundred a second are more than twice what a core can hash.
const INTERVAL: Duration = Duration::from_millis(10);
/// How long an attempt waits for its answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// The number of attempts by kind of answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// The password was checked.
    pub(crate) password_checked: u32,
    /// The server answered that the client should come back later.
    pub(crate) rate_limited: u32,
    /// No answer, or another one.
    pub(crate) other: u32,
}

impl Tally {
    /// Both together.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self {
            password_checked: self.password_checked + other.password_checked,
            rate_limited: self.rate_limited + other.rate_limited,
            other: self.other + other.other,
        }
    }

    fn count(&mut self, answer: Result<Answer, String>) {
        match answer.map(|answer| answer.status) {
            Ok(429 | 503) => self.rate_limited += 1,
            Ok(200 | 400 | 401 | 403 | 422) => self.password_checked += 1,
            _ => self.other += 1,
        }
    }
}

/// Runs `work` while attempts flood `port`. The first attempt is `attempt(first)`, the next one
/// `attempt(first + 1)`.
///
/// # Errors
/// The error of `work`, or an error when there is no thread for the flood.
pub(crate) fn beside<T>(
    port: u16,
    first: u32,
    attempt: &(dyn Fn(u32) -> Request + Sync),
    work: impl FnOnce() -> Result<T, String>,
) -> Result<(T, Tally), String> {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let flooding = scope.spawn(|| on_the_loads_core(|| flood(port, first, attempt, &stop)));
        let done = work();
        stop.store(true, Ordering::Relaxed);
        let tally = flooding.join().map_err(|_| "the flood panicked".to_owned())??;
        done.map(|done| (done, tally))
    })
}

async fn flood(
    port: u16,
    first: u32,
    attempt: &(dyn Fn(u32) -> Request + Sync),
    stop: &AtomicBool,
) -> Result<Tally, String> {
    let (mut attempts, mut tally, mut number) = (JoinSet::new(), Tally::default(), first);
    let mut clock = tokio::time::interval(INTERVAL);
    while !stop.load(Ordering::Relaxed) {
        clock.tick().await;
        attempts.spawn(one(port, number, attempt(number)));
        number += 1;
        while let Some(Ok(answer)) = attempts.try_join_next() {
            tally.count(answer);
        }
    }
    // Attempts that still wait are aborted, as when a browser is closed.
    attempts.shutdown().await;
    Ok(tally)
}

async fn one(port: u16, number: u32, request: Request) -> Result<Answer, String> {
    let broken = |problem: std::io::Error| problem.to_string();
    let socket = TcpSocket::new_v4().map_err(broken)?;
    socket.bind(SocketAddr::from((address(number), 0))).map_err(broken)?;
    let work = async {
        let server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut stream = socket.connect(server).await.map_err(broken)?;
        exchange(&mut stream, &request, &mut Vec::new()).await
    };
    tokio::time::timeout(ANSWER_LIMIT, work).await.map_err(|_| "no answer in time".to_owned())?
}

/// One of this machine's 16 million addresses, no two of a flood in one network of 256.
fn address(number: u32) -> Ipv4Addr {
    let [_, _, high, low] = number.to_be_bytes();
    Ipv4Addr::new(127, high.wrapping_add(1).max(1), low, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attempt_comes_from_another_network() {
        let all: std::collections::HashSet<_> = (0..60_000).map(address).collect();
        assert_eq!(all.len(), 60_000);
        assert!(all.iter().all(|address| address.is_loopback()));
    }
}
