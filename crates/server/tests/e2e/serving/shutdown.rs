//! An orderly end: running requests finish, new ones are refused, `/readyz` reports it.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::Site;
use crate::harness::Server;
use crate::harness::http::{authority, get, post, read};

const BODY: &str = "grant_type=client_credentials&client_id=nobody&client_secret=none";

/// A request with an incomplete body.
fn half(base: &str) -> TcpStream {
    let mut stream = TcpStream::connect(authority(base)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!(
        "POST /token HTTP/1.1\r\nHost: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{}",
        authority(base),
        BODY.len(),
        &BODY[..10]
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

#[test]
fn a_request_in_flight_is_answered_before_the_end() {
    let site = Site::new("rfc", "");
    let server = Server::serve(site.folder, &site.base);
    let mut stream = half(&site.base);
    std::thread::sleep(Duration::from_millis(300));
    let ending = std::thread::spawn(move || server.end());
    std::thread::sleep(Duration::from_millis(300));
    assert!(TcpStream::connect(authority(&site.base)).is_err(), "nothing new is taken");
    stream.write_all(&BODY.as_bytes()[10..]).unwrap();
    assert_eq!(read(&mut stream, false).unwrap().status, 401);
    ending.join().unwrap();
}

#[test]
fn requests_that_do_not_finish_in_time_are_cut_off() {
    let site = Site::new("rfc", "shutdown_grace = \"300ms\"");
    let server = Server::serve(site.folder, &site.base);
    let _stream = half(&site.base);
    std::thread::sleep(Duration::from_millis(300));
    let started = Instant::now();
    let (status, log) = server.signal_and_wait();
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(status.code(), Some(1));
    assert!(log.contains("postern: requests in flight were cut off"), "{log}");
}

#[test]
fn while_it_drains_it_is_not_ready_and_still_serves() {
    let site = Site::new("rfc", "shutdown_delay = \"2s\"");
    let server = Server::serve(site.folder, &site.base);
    let base = site.base.clone();
    let ending = std::thread::spawn(move || server.end());
    std::thread::sleep(Duration::from_millis(500));
    let answer = get(&base, "/readyz").send().expect(503);
    assert_eq!(answer.text(), "draining\n");
    get(&base, "/healthz").send().expect(200);
    post(&base, "/token").form(&[("grant_type", "x")]).send().expect(401);
    ending.join().unwrap();
}
