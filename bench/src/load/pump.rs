//! Sends several streams of requests over kept-alive connections, each in a closed loop or at a
//! constant rate, which `wrk` cannot do. One thread on the load's core.
//!
//! Invariant: at a constant rate, the time of an answer counts from the moment at which its request
//! *should* have been sent. A server that stalls does not get fewer requests (no coordinated
//! omission).

use std::collections::VecDeque;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::event::{Timespec, epoll};

use super::pinned::run_pinned;
use super::request_source::sample;
use super::wrk::Sample;

/// How long to wait for answers after the last request.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// When the next request is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SendRate {
    /// As soon as a connection is free.
    Closed,
    /// At this rate per second, whether answers arrive or not.
    Open(f64),
}

/// Appends the bytes of the next request; `false` when there are no more.
pub(crate) type Next<'a> = Box<dyn FnMut(&mut Vec<u8>) -> bool + Send + 'a>;

/// Requests of one sort, over connections of their own.
pub(crate) struct Stream<'a> {
    pub(crate) connections: usize,
    pub(crate) rate: SendRate,
    pub(crate) next: Next<'a>,
    /// The expected status. Any other one makes the run invalid.
    pub(crate) status: u16,
}

impl<'a> Stream<'a> {
    /// Sixteen connections in a closed loop, as in `wrk`; answers are 200.
    pub(crate) fn closed(next: Next<'a>) -> Self {
        Self { connections: 16, rate: SendRate::Closed, next, status: 200 }
    }
}

/// Requests in turn, over and over.
pub(crate) fn round(requests: &[Vec<u8>]) -> Next<'_> {
    let mut all = requests.iter().cycle();
    Box::new(move |out| {
        all.next().is_some_and(|bytes| {
            out.extend_from_slice(bytes);
            true
        })
    })
}

/// Loads `port` with all streams at once for `time`. Returns a sample per stream.
///
/// # Errors
/// When a connection breaks, an answer does not come, or is a wrong one.
pub(crate) fn run(
    port: u16,
    time: Duration,
    streams: Vec<Stream<'_>>,
) -> Result<Vec<Sample>, String> {
    run_pinned(|| Pump::new(port, streams)?.run(time))
}

struct Pump<'a> {
    epoll: OwnedFd,
    flows: Vec<Flow<'a>>,
    connections: Vec<Connection>,
    /// How long to wait for answers before reading the clock again.
    answer_timeout: Duration,
}

/// A stream at work.
struct Flow<'a> {
    stream: Stream<'a>,
    /// Connections that wait for a request.
    idle: VecDeque<usize>,
    due: Instant,
    exhausted: bool,
    latencies: Vec<Duration>,
}

struct Connection {
    socket: TcpStream,
    flow: usize,
    asked: Option<Instant>,
    read: Vec<u8>,
}

/// A fast constant rate is kept by reading the clock all the time. A slow one should not need a
/// core, and is kept to a millisecond.
const fn answer_timeout(rate: SendRate) -> Duration {
    match rate {
        SendRate::Open(rate) if rate > 5_000.0 => Duration::ZERO,
        SendRate::Open(_) => Duration::from_millis(1),
        SendRate::Closed => Duration::from_millis(20),
    }
}

impl<'a> Pump<'a> {
    fn new(port: u16, streams: Vec<Stream<'a>>) -> Result<Self, String> {
        let broken = |problem: std::io::Error| format!("no connection: {problem}");
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC);
        let epoll = epoll.map_err(|problem| broken(problem.into()))?;
        let (mut flows, mut connections) = (Vec::new(), Vec::new());
        let answer_timeout = streams.iter().map(|stream| answer_timeout(stream.rate)).min();
        let answer_timeout = answer_timeout.unwrap_or_default();
        for (flow, stream) in streams.into_iter().enumerate() {
            let first = connections.len();
            for number in first..first + stream.connections {
                let socket = TcpStream::connect(("127.0.0.1", port)).map_err(broken)?;
                socket.set_nodelay(true).map_err(broken)?;
                socket.set_nonblocking(true).map_err(broken)?;
                let data = epoll::EventData::new_u64(number as u64);
                epoll::add(&epoll, &socket, data, epoll::EventFlags::IN)
                    .map_err(|problem| broken(problem.into()))?;
                connections.push(Connection { socket, flow, asked: None, read: Vec::new() });
            }
            let idle = (first..first + stream.connections).collect();
            let (due, latencies) = (Instant::now(), Vec::new());
            flows.push(Flow { stream, idle, due, exhausted: false, latencies });
        }
        Ok(Self { epoll, flows, connections, answer_timeout })
    }

    fn run(mut self, time: Duration) -> Result<Vec<Sample>, String> {
        let (started, mut request) = (Instant::now(), Vec::with_capacity(4_096));
        let end = started + time;
        self.flows.iter_mut().for_each(|flow| flow.due = started);
        let mut events = Vec::with_capacity(256);
        loop {
            let now = Instant::now();
            let waits = self.send(now.min(end), now >= end, &mut request)?;
            if waits == 0 && (now >= end || self.flows.iter().all(|flow| flow.exhausted)) {
                break;
            }
            if now > end + ANSWER_LIMIT {
                return Err(format!("{waits} requests were not answered"));
            }
            let answer_timeout =
                Timespec { tv_sec: 0, tv_nsec: self.answer_timeout.subsec_nanos().into() };
            events.clear();
            match epoll::wait(
                &self.epoll,
                rustix::buffer::spare_capacity(&mut events),
                Some(&answer_timeout),
            ) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(problem) => return Err(format!("epoll: {problem}")),
            }
            for event in &events {
                self.receive(event.data.u64() as usize)?;
            }
        }
        let took = started.elapsed();
        self.flows.into_iter().map(|flow| sample(flow.latencies, took)).collect()
    }

    /// Sends what is due by `now`; the number of requests that wait for their answers.
    fn send(&mut self, now: Instant, over: bool, request: &mut Vec<u8>) -> Result<usize, String> {
        let mut waits = 0;
        for flow in &mut self.flows {
            while !flow.exhausted {
                let asked = match flow.stream.rate {
                    SendRate::Closed if over => break,
                    SendRate::Closed => Instant::now(),
                    SendRate::Open(_) if flow.due > now => break,
                    SendRate::Open(_) => flow.due,
                };
                let Some(number) = flow.idle.pop_front() else { break };
                request.clear();
                if !(flow.stream.next)(request) {
                    flow.exhausted = true;
                    flow.idle.push_back(number);
                    break;
                }
                if let Some(connection) = self.connections.get_mut(number) {
                    connection.send(request, asked)?;
                }
                if let SendRate::Open(rate) = flow.stream.rate {
                    flow.due += Duration::from_secs_f64(1.0 / rate);
                }
            }
            waits += flow.stream.connections - flow.idle.len();
        }
        Ok(waits)
    }

    fn receive(&mut self, number: usize) -> Result<(), String> {
        let Some(connection) = self.connections.get_mut(number) else { return Ok(()) };
        let Some(flow) = self.flows.get_mut(connection.flow) else { return Ok(()) };
        let Some(status) = connection.receive()? else { return Ok(()) };
        if let Some(asked) = connection.asked.take() {
            flow.latencies.push(asked.elapsed());
        }
        flow.idle.push_back(number);
        if status == flow.stream.status {
            Ok(())
        } else {
            Err(format!("answered {status} in place of {}", flow.stream.status))
        }
    }
}

impl Connection {
    fn send(&mut self, mut request: &[u8], asked: Instant) -> Result<(), String> {
        self.asked = Some(asked);
        while !request.is_empty() {
            match self.socket.write(request) {
                Ok(written) => request = request.get(written..).unwrap_or_default(),
                Err(problem) if problem.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
                Err(problem) => return Err(format!("no answer: {problem}")),
            }
        }
        Ok(())
    }

    /// The status of the answer, once all of it is there.
    fn receive(&mut self) -> Result<Option<u16>, String> {
        let mut chunk = [0; 16_384];
        match self.socket.read(&mut chunk) {
            Ok(0) => return Err("the connection was closed".to_owned()),
            Ok(length) => self.read.extend_from_slice(chunk.get(..length).unwrap_or_default()),
            Err(problem) if problem.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(problem) => return Err(format!("no answer: {problem}")),
        }
        let Some((status, length)) = answer(&self.read)? else { return Ok(None) };
        self.read.drain(..length);
        Ok(Some(status))
    }
}

/// The status of the answer at the start of `bytes`, and how long it is; `None` when more has to
/// come. As [`super::answer::Answer::parse`], without keeping any of it.
fn answer(bytes: &[u8]) -> Result<Option<(u16, usize)>, String> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let (head, body) = bytes.split_at(end + 4);
    let number = |text: &[u8]| std::str::from_utf8(text).ok()?.trim().parse::<usize>().ok();
    let status = head.get(9..12).and_then(number).and_then(|status| u16::try_from(status).ok());
    let status = status.ok_or("no status line")?;
    let mut length = 0;
    for line in head.split(|byte| *byte == b'\n') {
        let Some((name, value)) = line.split_at_checked(15) else { continue };
        if name.eq_ignore_ascii_case(b"content-length:") {
            length = number(value).ok_or("a length that is no number")?;
        } else if line.len() > 18
            && line.get(..18).is_some_and(|name| name.eq_ignore_ascii_case(b"transfer-encoding:"))
        {
            return Err("an answer without a length".to_owned());
        }
    }
    Ok((body.len() >= length).then_some((status, end + 4 + length)))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn an_answer_is_measured_to_its_end() {
        let bytes = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nokHTTP/1.1";
        assert_eq!(answer(bytes), Ok(Some((401, bytes.len() - 8))));
        assert_eq!(answer(&bytes[..bytes.len() - 9]), Ok(None));
        assert_eq!(answer(b"HTTP/1.1 200 OK\r\n\r\n"), Ok(Some((200, 19))));
        assert!(answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").is_err());
        assert!(answer(b"nonsense\r\n\r\n").is_err());
    }

    /// Answers every request with 200; pauses once for so long, at the tenth.
    fn server(pause: Duration) -> u16 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            let mut chunk = [0; 4_096];
            for number in 0.. {
                if socket.read(&mut chunk).unwrap_or(0) == 0 {
                    return;
                }
                if number == 10 {
                    std::thread::sleep(pause);
                }
                socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
            }
        });
        port
    }

    #[test]
    fn a_stall_counts_for_every_request_that_should_have_been_sent_meanwhile() {
        let port = server(Duration::from_millis(200));
        let requests = [b"GET / HTTP/1.1\r\n\r\n".to_vec()];
        let stream = Stream {
            connections: 1,
            rate: SendRate::Open(500.0),
            next: round(&requests),
            status: 200,
        };
        let samples = run(port, Duration::from_millis(500), vec![stream]).unwrap();
        let sample = samples.first().unwrap();
        assert!((240..=251).contains(&sample.requests), "{sample:?}");
        // A hundred requests were due in the pause. A client that waits would report only one.
        assert!(sample.p99 > 150.0, "{sample:?}");
    }

    #[test]
    fn a_wrong_status_is_no_figure() {
        let port = server(Duration::ZERO);
        let requests = [b"GET / HTTP/1.1\r\n\r\n".to_vec()];
        let stream = Stream { connections: 1, status: 401, ..Stream::closed(round(&requests)) };
        assert!(run(port, Duration::from_millis(100), vec![stream]).is_err());
    }
}
