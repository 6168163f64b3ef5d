//! Requests that depend on earlier answers, or that can be sent only once, which `wrk` cannot do.
//! As in `wrk`: one thread on the load's core, 16 kept-alive connections, a closed loop.
//!
//! Invariant: every request gets an answer, so that no value of an answer is lost between two runs.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::answer::Answer;
use super::pinned::on_the_loads_core;
use super::request::Request;
use super::wrk::Sample;

const CONNECTIONS: usize = 16;
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// A source of requests that receives the answers.
pub(crate) trait RequestSource: Send + 'static {
    /// The next request; `None` when there is none at present, which ends a connection's loop.
    fn next(&mut self) -> Option<Request>;

    /// Processes an answer.
    ///
    /// # Errors
    /// When the answer is not the expected one: a rate of refusals would mean nothing.
    fn answered(&mut self, answer: &Answer) -> Result<(), String>;
}

/// Sends each request once and takes one text out of each answer.
pub(crate) struct Collect {
    pub(crate) asked: VecDeque<Request>,
    pub(crate) take: fn(&Answer) -> Result<String, String>,
    pub(crate) taken: VecDeque<String>,
}

impl RequestSource for Collect {
    fn next(&mut self) -> Option<Request> {
        self.asked.pop_front()
    }

    fn answered(&mut self, answer: &Answer) -> Result<(), String> {
        (self.take)(answer).map(|text| self.taken.push_back(text))
    }
}

/// Runs a request source against `port` until it has no more requests, at most for `time`. Returns
/// it.
///
/// # Errors
/// When a connection breaks or an answer is wrong.
pub(crate) fn run<E: RequestSource>(
    port: u16,
    time: Duration,
    request_source: E,
) -> Result<(Sample, E), String> {
    on_the_loads_core(move || async move {
        let shared = Arc::new(Mutex::new(request_source));
        let started = Instant::now();
        let mut connections = JoinSet::new();
        for _ in 0..CONNECTIONS {
            connections.spawn(connection(port, started + time, Arc::clone(&shared)));
        }
        let mut latencies = Vec::new();
        while let Some(ended) = connections.join_next().await {
            latencies.extend(ended.map_err(|problem| problem.to_string())??);
        }
        let sample = sample(latencies, started.elapsed())?;
        let request_source = Arc::into_inner(shared).ok_or("a connection goes on")?;
        Ok((sample, request_source.into_inner().unwrap_or_else(PoisonError::into_inner)))
    })
}

async fn connection<E: RequestSource>(
    port: u16,
    until: Instant,
    request_source: Arc<Mutex<E>>,
) -> Result<Vec<Duration>, String> {
    let broken = |problem: std::io::Error| format!("no answer: {problem}");
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.map_err(broken)?;
    stream.set_nodelay(true).map_err(broken)?;
    let (mut latencies, mut read) = (Vec::new(), Vec::new());
    while Instant::now() < until {
        let Some(request) = lock(&request_source).next() else { break };
        let asked = Instant::now();
        let exchange = exchange(&mut stream, &request, &mut read);
        let answer = tokio::time::timeout(ANSWER_LIMIT, exchange).await;
        let answer = answer.map_err(|_| "no answer in time".to_owned())??;
        latencies.push(asked.elapsed());
        lock(&request_source).answered(&answer)?;
    }
    Ok(latencies)
}

fn lock<E>(request_source: &Mutex<E>) -> MutexGuard<'_, E> {
    request_source.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends one request and reads its answer. `read` keeps the bytes after it.
///
/// # Errors
/// When the connection breaks or the answer is not HTTP with a length.
pub(crate) async fn exchange(
    stream: &mut TcpStream,
    request: &Request,
    read: &mut Vec<u8>,
) -> Result<Answer, String> {
    let broken = |problem: std::io::Error| format!("no answer: {problem}");
    let bytes = request.bytes();
    let mut left = bytes.as_slice();
    while !left.is_empty() {
        stream.writable().await.map_err(broken)?;
        match stream.try_write(left) {
            Ok(written) => left = left.get(written..).unwrap_or_default(),
            Err(problem) if problem.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(problem) => return Err(broken(problem)),
        }
    }
    loop {
        if let Some((answer, length)) = Answer::parse(read)? {
            read.drain(..length);
            return Ok(answer);
        }
        stream.readable().await.map_err(broken)?;
        let mut chunk = [0; 16_384];
        match stream.try_read(&mut chunk) {
            Ok(0) => return Err("the connection was closed".to_owned()),
            Ok(length) => read.extend_from_slice(chunk.get(..length).unwrap_or_default()),
            Err(problem) if problem.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(problem) => return Err(broken(problem)),
        }
    }
}

/// The rate and the percentiles of these answer times, in this total time.
///
/// # Errors
/// When there were none.
pub(super) fn sample(mut latencies: Vec<Duration>, time: Duration) -> Result<Sample, String> {
    latencies.sort_unstable();
    let percentile = |hundredths: usize| {
        let at = latencies.len() * hundredths / 100;
        latencies.get(at).map(|latency| latency.as_secs_f64() * 1e3)
    };
    let (Some(p50), Some(p99)) = (percentile(50), percentile(99)) else {
        return Err("nothing was asked".to_owned());
    };
    let requests = latencies.len() as u64;
    Ok(Sample { requests, rate: requests as f64 / time.as_secs_f64(), p50, p99 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_tells_rate_and_percentiles() {
        let latencies = (1..=200).rev().map(Duration::from_millis).collect();
        let sample = sample(latencies, Duration::from_secs(2)).unwrap();
        assert_eq!((sample.requests, sample.rate), (200, 100.0));
        assert_eq!((sample.p50, sample.p99), (101.0, 199.0));
        assert!(super::sample(vec![], Duration::from_secs(1)).is_err());
    }
}
