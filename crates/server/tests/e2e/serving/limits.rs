//! Every limit is finite, and has its own answer.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::Site;
use crate::harness::http::{Answer, authority, get, post, raw, read};
use crate::harness::{Server, ports};

fn serve(limits: &str) -> (Server, String) {
    let site = Site::new("rfc", "");
    let file = site.folder.path().join("postern.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}[limits]\n{limits}")).unwrap();
    let base = site.base.clone();
    (Server::serve(site.folder, &site.base), base)
}

#[test]
fn rfc9110_15_5_14_a_body_over_the_limit_is_413() {
    let (_server, base) = serve("body_bytes = 2048\n");
    let long = "x".repeat(3000);
    let answer = post(&base, "/token").form(&[("scope", &long)]).send().expect(413);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let chunked = format!(
        "POST /token HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Transfer-Encoding: chunked\r\n\r\nBB8\r\n{long}\r\n0\r\n\r\n",
        authority(&base)
    );
    assert_eq!(raw(&base, chunked.as_bytes()).unwrap().status, 413);
}

#[test]
fn rfc6585_5_too_many_or_too_long_headers_are_refused() {
    let (_server, base) = serve("headers = 16\nheader_bytes = 8192\n");
    let mut many = get(&base, "/healthz");
    for index in 0..40 {
        many = many.header(&format!("x-{index}"), "1");
    }
    many.send().expect(431);
    let long = get(&base, "/healthz").header("x-long", "a".repeat(20_000));
    long.send().expect(431);
}

/// A head of this many bytes.
fn head(base: &str, length: usize) -> Vec<u8> {
    let start = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\nX-Long: ", authority(base));
    let filling = "a".repeat(length - start.len() - 4);
    format!("{start}{filling}\r\n\r\n").into_bytes()
}

#[test]
fn the_limit_of_a_head_holds_however_its_bytes_arrive() {
    for (limits, limit) in [("", 32_768), ("header_bytes = 8192\n", 8_192)] {
        let (_server, base) = serve(limits);
        assert_eq!(raw(&base, &head(&base, limit)).unwrap().status, 200, "{limit}");
        for length in [limit + 1, limit + 500, limit * 5 / 4, limit * 3 / 2, limit * 3] {
            let head = head(&base, length);
            assert_eq!(raw(&base, &head).unwrap().status, 431, "{length} of {limit} in one piece");
            let mut stream = TcpStream::connect(authority(&base)).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            for piece in head.chunks(3_000) {
                // It may be refused before all of it is sent.
                if stream.write_all(piece).is_err() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(2));
            }
            assert_eq!(read(&mut stream, false).unwrap().status, 431, "{length} in pieces");
        }
    }
}

/// The client sends all of a large body before it reads, as simple clients do.
#[test]
fn rfc9112_9_6_an_early_answer_reaches_a_client_that_is_still_sending() {
    let (_server, base) = serve("");
    let large = "x".repeat(2 * 1024 * 1024);
    let form = "application/x-www-form-urlencoded";
    let chunked = format!(
        "POST /token HTTP/1.1\r\nHost: {}\r\nContent-Type: {form}\r\n\
         Transfer-Encoding: chunked\r\n\r\n200000\r\n{large}\r\n0\r\n\r\n",
        authority(&base)
    );
    for _ in 0..5 {
        for (target, status) in [
            ("/token", 413),
            ("/sign-in", 413),
            ("/admin/v1/clients", 401),
            ("/nowhere", 404),
            ("/jwks.json", 405),
        ] {
            let mut stream = TcpStream::connect(authority(&base)).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            stream.write_all(&post(&base, target).text(form, large.clone()).bytes()).unwrap();
            assert_eq!(read(&mut stream, false).unwrap().status, status, "{target}");
        }
        let mut stream = TcpStream::connect(authority(&base)).unwrap();
        stream.write_all(chunked.as_bytes()).unwrap();
        assert_eq!(read(&mut stream, false).unwrap().status, 413, "in chunks");
    }
}

#[test]
fn a_client_that_sends_without_end_is_left() {
    let (_server, base) = serve("body_timeout = \"1s\"\n");
    let mut stream = TcpStream::connect(authority(&base)).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!(
        "POST /nowhere HTTP/1.1\r\nHost: {}\r\nContent-Length: 99999999999\r\n\r\n",
        authority(&base)
    );
    stream.write_all(head.as_bytes()).unwrap();
    let started = Instant::now();
    while stream.write_all(&[0; 1024]).is_ok() {
        assert!(started.elapsed() < Duration::from_secs(10), "it is still read");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_slow_body_is_refused() {
    let (_server, base) = serve("body_timeout = \"300ms\"\n");
    let mut stream = TcpStream::connect(authority(&base)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!(
        "POST /token HTTP/1.1\r\nHost: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ngrant",
        authority(&base)
    );
    stream.write_all(head.as_bytes()).unwrap();
    let answer: Answer = read(&mut stream, false).unwrap();
    assert_eq!(answer.status, 400);
}

#[test]
fn a_slow_head_and_an_idle_connection_are_closed() {
    let (_server, base) = serve("header_timeout = \"300ms\"\n");
    for start in ["", "GET /healthz HTTP/1.1\r\nHost: "] {
        let mut stream = TcpStream::connect(authority(&base)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(start.as_bytes()).unwrap();
        let started = Instant::now();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        assert!(started.elapsed() < Duration::from_secs(10), "{start:?}");
        assert!(!rest.starts_with(b"HTTP/1.1 200"), "{start:?}");
    }
}

#[test]
fn a_client_that_never_reads_is_left() {
    let (_server, base) = serve("write_timeout = \"300ms\"\nheader_timeout = \"60s\"\n");
    let mut stream = TcpStream::connect(authority(&base)).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
    let path = "/.well-known/oauth-authorization-server";
    let asked = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", authority(&base)).repeat(100);
    let mut requests = (0..10_000).map(|_| stream.write_all(asked.as_bytes()));
    let error = requests.find_map(Result::err).expect("the end of the server's patience");
    assert!(!matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
}

#[test]
fn a_listener_that_waits_takes_no_connection_from_another() {
    let port = ports::one();
    let metrics = format!("connections = 1\n[metrics]\naddress = \"127.0.0.1:{port}\"\n");
    let (_server, base) = serve(&metrics);
    let figures = &format!("http://127.0.0.1:{port}");
    for base in [&base, &base, figures, figures, &base] {
        get(base, "/healthz").header("connection", "close").send().expect(200);
    }
}

#[test]
fn connections_beyond_the_limit_wait() {
    let (_server, base) = serve("connections = 2\nheader_timeout = \"2s\"\n");
    let held: Vec<TcpStream> =
        (0..2).map(|_| TcpStream::connect(authority(&base)).unwrap()).collect();
    std::thread::sleep(Duration::from_millis(200));
    let mut third = TcpStream::connect(authority(&base)).unwrap();
    third.set_read_timeout(Some(Duration::from_millis(400))).unwrap();
    let asked = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", authority(&base));
    third.write_all(asked.as_bytes()).unwrap();
    assert!(read(&mut third, false).is_err(), "it was served beyond the limit");
    drop(held);
    third.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    assert_eq!(read(&mut third, false).unwrap().status, 200);
}

#[test]
fn rfc9110_9_methods_that_are_not_allowed_say_which_are() {
    let (_server, base) = serve("");
    let answer = get(&base, "/token").send().expect(405);
    assert_eq!(answer.header("allow"), Some("POST"));
    let options = crate::harness::http::ask(&base, "OPTIONS", "/token").send().expect(204);
    assert_eq!(options.header("allow"), Some("POST, OPTIONS"));
    assert!(!options.request_id().is_empty());
    for path in ["/%74oken", "/token%2F", "//token", "/./token", "/TOKEN"] {
        post(&base, path).form(&[("grant_type", "x")]).send().expect(404);
    }
}
