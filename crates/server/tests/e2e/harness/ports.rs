//! Free ports.

use std::net::TcpListener;

/// A port that was free a moment ago.
pub(crate) fn one() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// The first of seven in a row, below those that the system assigns.
pub(crate) fn seven() -> u16 {
    for _ in 0..100 {
        // The system assigns different ports to different tests, so this spreads the choices.
        let first = 10_000 + (one() % 3_100) * 7;
        let held: Vec<_> =
            (first..first + 7).map(|port| TcpListener::bind(("127.0.0.1", port))).collect();
        if held.iter().all(Result::is_ok) {
            return first;
        }
    }
    panic!("no seven free ports in a row");
}
