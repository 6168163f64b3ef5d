//! An API that records the requests that reach it, and a connection to Postern that can be cut.

use std::io::{self, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::json;

use crate::harness::http::more;

/// The request id that the API writes into its answers.
const APIS_OWN: &str = "the-apis-own";

/// Answers every request with its own content, and records the targets.
pub(super) struct Api {
    pub(super) port: u16,
    targets: Arc<Mutex<Vec<String>>>,
}

impl Api {
    pub(super) fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let targets = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&targets);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let seen = Arc::clone(&seen);
                thread::spawn(move || while answer(&stream, &seen).is_ok() {});
            }
        });
        Self { port, targets }
    }

    /// `METHOD target` of every request since the last call.
    pub(super) fn reached(&self) -> Vec<String> {
        std::mem::take(&mut *self.targets.lock().unwrap())
    }
}

fn answer(mut stream: &TcpStream, seen: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        more(stream, &mut bytes)?;
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let chunked = headers.iter().any(|(name, _)| name == "transfer-encoding");
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        more(stream, &mut body)?;
    }
    // The chunks as they are, up to the trailer fields.
    while chunked && !body.ends_with(b"\r\n\r\n") {
        more(stream, &mut body)?;
    }
    seen.lock().unwrap().push(format!("{method} {target}"));
    let body = String::from_utf8_lossy(&body).into_owned();
    let reported = json!({"method": method, "target": target, "headers": headers, "body": body});
    let reported = reported.to_string();
    let length = reported.len();
    let reported = if method == "HEAD" { "" } else { &reported };
    let answer = format!(
        "HTTP/1.1 200 OK\r\nX-Api: reached\r\nX-Request-Id: {APIS_OWN}\r\nContent-Length: {length}\r\n\r\n{reported}"
    );
    stream.write_all(answer.as_bytes())
}

/// What happens to connections to Postern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Open,
    /// Closed at once, as where nothing listens.
    Cut,
    /// Accepted, and never answered.
    Silent,
}

/// The connection from the proxy to Postern. It counts connections.
pub(super) struct Relay {
    pub(super) port: u16,
    way: Arc<Mutex<Way>>,
    streams: Arc<Mutex<Vec<TcpStream>>>,
    connections: Arc<AtomicUsize>,
}

impl Relay {
    pub(super) fn open(to: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let relay = Self {
            port: listener.local_addr().unwrap().port(),
            way: Arc::new(Mutex::new(Way::Open)),
            streams: Arc::default(),
            connections: Arc::default(),
        };
        let (way, streams) = (Arc::clone(&relay.way), Arc::clone(&relay.streams));
        let connections = Arc::clone(&relay.connections);
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                connections.fetch_add(1, SeqCst);
                let way = *way.lock().unwrap();
                if way == Way::Cut {
                    continue;
                }
                let mut kept = streams.lock().unwrap();
                kept.push(near.try_clone().unwrap());
                if way == Way::Open {
                    let far = TcpStream::connect(("127.0.0.1", to)).unwrap();
                    kept.push(far.try_clone().unwrap());
                    pump(near.try_clone().unwrap(), far.try_clone().unwrap());
                    pump(far, near);
                }
            }
        });
        relay
    }

    /// Changes the behaviour, and ends open connections.
    pub(super) fn set(&self, way: Way) {
        *self.way.lock().unwrap() = way;
        for stream in self.streams.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(SeqCst)
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    });
}
