//! Connections with faults: each is answered, or ended within the configured limits.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::realm::World;
use crate::harness::http::{self, Answer, authority};

/// The limits end slow connections after a second.
const IN_TIME: Duration = Duration::from_secs(5);

pub(super) fn check_all(world: &World) {
    let realm = world.realm("rfc");
    let wire = Wire {
        base: &realm.base,
        host: authority(&realm.base),
        basic: http::pair(&realm.machine.id, &realm.machine.secret),
    };
    wire.fine("HTTP/1.1", "");
    wire.versions();
    wire.hosts();
    wire.heads();
    wire.lengths();
    wire.slow();
    wire.many_connections();
    wire.fine("HTTP/1.1", "");
}

struct Wire<'a> {
    base: &'a str,
    host: &'a str,
    basic: String,
}

const FORM: &str = "grant_type=client_credentials&audience=https%3A%2F%2Fquay.example";

impl Wire<'_> {
    /// A valid request, made invalid by the inserted text.
    fn request(&self, target: &str, version: &str, headers: &str) -> String {
        format!(
            "POST {target} {version}\r\nAuthorization: Basic {}\r\nContent-Type: \
             application/x-www-form-urlencoded\r\nContent-Length: {}\r\n{headers}\r\n{FORM}",
            self.basic,
            FORM.len()
        )
    }

    fn send(&self, bytes: impl AsRef<[u8]>) -> std::io::Result<Answer> {
        http::raw(self.base, bytes.as_ref())
    }

    fn fine(&self, version: &str, headers: &str) {
        let host = format!("Host: {}\r\n{headers}", self.host);
        let answer = self.send(self.request("/rfc/token", version, &host)).unwrap();
        assert_eq!(answer.status, 200, "{version} {headers}: {}", answer.text());
        assert!(answer.json()["access_token"].is_string());
    }

    /// Refused with a status of this list.
    fn refused(&self, what: &str, bytes: impl AsRef<[u8]>, statuses: &[u16]) {
        match self.send(bytes) {
            Ok(answer) => {
                assert!(statuses.contains(&answer.status), "{what}: {}", answer.status);
                let body = String::from_utf8_lossy(&answer.body);
                assert!(!body.contains("panicked") && !body.contains(".rs"), "{what}: {body}");
            }
            Err(error) => panic!("{what}: no answer: {error}"),
        }
    }

    fn versions(&self) {
        self.fine("HTTP/1.0", "");
        self.fine("HTTP/1.1", "Connection: close\r\n");
        let absolute = format!("http://{}/rfc/token", self.host);
        let host = format!("Host: {}\r\n", self.host);
        let answer = self.send(self.request(&absolute, "HTTP/1.1", &host)).unwrap();
        assert_eq!(answer.status, 200, "RFC 9112 3.2.2: an absolute target");
        // The target comes before the header, so the header may hold anything.
        let answer = self.send(self.request(&absolute, "HTTP/1.1", "Host: nobody\r\n")).unwrap();
        assert_eq!(answer.status, 200);
        for version in ["HTTP/3.0", "HTTP/9", "HTTX/1.1", "http/1.1", ""] {
            self.refused(version, self.request("/rfc/token", version, &host), &[400, 505]);
        }
        // Another protocol: no answer is needed.
        let tls = self.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n");
        let h2 = self.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        for answer in [tls, h2].into_iter().flatten() {
            assert_eq!(answer.status, 400);
        }
    }

    fn hosts(&self) {
        let own = format!("Host: {}\r\n", self.host);
        let both = format!("{own}{own}");
        let other = format!("{own}Host: evil.example\r\n");
        for (what, hosts) in [("two hosts", both.as_str()), ("another, too", &other), ("none", "")]
        {
            // RFC 9112 §3.2: a request needs exactly one Host header.
            self.refused(what, self.request("/rfc/token", "HTTP/1.1", hosts), &[400]);
        }
        for host in ["evil.example", "", "a b", "\u{e9}", "127.0.0.1:99999", "[::1"] {
            let header = format!("Host: {host}\r\n");
            let request = self.request("/rfc/token", "HTTP/1.1", &header);
            self.refused(host, request, &[400, 404]);
        }
    }

    fn heads(&self) {
        let own = format!("Host: {}\r\n", self.host);
        let flood: String = (0..500).map(|n| format!("X-Flood-{n}: 1\r\n")).collect();
        let flood = self.request("/rfc/token", "HTTP/1.1", &format!("{own}{flood}"));
        self.refused("500 headers", flood, &[431]);
        let large = format!("{own}X-Large: {}\r\n", "x".repeat(64 * 1024));
        self.refused("a large header", self.request("/rfc/token", "HTTP/1.1", &large), &[431]);
        let long = format!("/rfc/token?{}", "x".repeat(70 * 1024));
        self.refused("a long target", self.request(&long, "HTTP/1.1", &own), &[414, 431]);
        for bad in ["X Bad: 1", "X-Bad : 1", ": 1", "X-Bad\0: 1", "X-Bad: \0", "no colon"] {
            let headers = format!("{own}{bad}\r\n");
            self.refused(bad, self.request("/rfc/token", "HTTP/1.1", &headers), &[400]);
        }
        for target in ["", "rfc/token", "*", "http://", "/rfc/token#a", "/\u{e9}", "/a b"] {
            let request = self.request(target, "HTTP/1.1", &own);
            self.refused(target, request, &[400, 404, 405, 200]);
        }
    }

    fn lengths(&self) {
        let head = format!("POST /rfc/token HTTP/1.1\r\nHost: {}\r\n", self.host);
        for lengths in [
            "Content-Length: -1",
            "Content-Length: x",
            "Content-Length: 99999999999999999999999999",
            "Content-Length: 1\r\nContent-Length: 2",
            "Content-Length: 3\r\nTransfer-Encoding: chunked, gzip",
            "Transfer-Encoding: gzip",
        ] {
            let request = format!("{head}{lengths}\r\nConnection: close\r\n\r\nabc");
            self.refused(lengths, request, &[400, 401, 413, 415, 501]);
        }
        let typed = "Content-Type: application/x-www-form-urlencoded\r\nConnection: close";
        let chunks =
            |chunks: &str| format!("{head}{typed}\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
        self.refused("a chunk of no size", chunks("zz\r\nabc\r\n0\r\n\r\n"), &[400]);
        let size = format!("{}\r\nabc", "f".repeat(40));
        self.refused("a chunk of any size", chunks(&size), &[400, 413]);
        let announced = format!("{head}{typed}\r\nContent-Length: 9999999999\r\n\r\na=b");
        self.refused("far too long", announced, &[413]);
        let endless = format!("{:x}\r\n{}\r\n", 100_000, "x".repeat(100_000));
        self.refused("chunks over the limit", chunks(&endless.repeat(2)), &[413]);
    }

    /// Half a request, and then nothing.
    fn slow(&self) {
        let whole = self.request("/rfc/token", "HTTP/1.1", &format!("Host: {}\r\n", self.host));
        let head = whole.find("\r\n\r\n").unwrap();
        for (what, sent) in [("half a head", head / 2), ("a head alone", head + 4)] {
            let mut stream = TcpStream::connect(self.host).unwrap();
            stream.set_read_timeout(Some(2 * IN_TIME)).unwrap();
            stream.write_all(&whole.as_bytes()[..sent]).unwrap();
            let started = Instant::now();
            let mut reported = Vec::new();
            let _ = stream.read_to_end(&mut reported);
            assert!(started.elapsed() < IN_TIME, "{what}: {:?}", started.elapsed());
            let reported = String::from_utf8_lossy(&reported);
            assert!(
                reported.is_empty() || reported.starts_with("HTTP/1.1 4"),
                "{what}: {reported}"
            );
        }
        // A byte now and then does not extend the limit.
        let mut stream = TcpStream::connect(self.host).unwrap();
        let started = Instant::now();
        for byte in whole.as_bytes().iter().take(100) {
            if stream.write_all(&[*byte]).is_err() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(stream.write_all(b"x").is_err(), "still there after {:?}", started.elapsed());
    }

    /// More connections than allowed: waiting ones are served later.
    fn many_connections(&self) {
        let idle: Vec<TcpStream> =
            (0..300).filter_map(|_| TcpStream::connect(self.host).ok()).collect();
        assert!(idle.len() >= 200, "{}", idle.len());
        self.fine("HTTP/1.1", "");
        drop(idle);
        let two = self.request("/rfc/token", "HTTP/1.1", &format!("Host: {}\r\n", self.host));
        let mut stream = TcpStream::connect(self.host).unwrap();
        stream.set_read_timeout(Some(IN_TIME)).unwrap();
        stream.write_all(format!("{two}{two}").as_bytes()).unwrap();
        let first = http::read(&mut stream, false).unwrap();
        assert_eq!(first.status, 200, "RFC 9112 9.3.2: pipelined");
    }
}
