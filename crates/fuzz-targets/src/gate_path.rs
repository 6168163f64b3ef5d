//! Paths at the gate (RFC 3986 §6.2.2): what is let through has one reading.
//!
//! The other readers are a percent-decoder, the parser of the URL standard, which resolves dot
//! segments and reads a backslash as a slash, and the proxies and routers of [`crate::readers`], each
//! alone and behind one another.

use std::sync::LazyLock;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use url::Url;
use web_gate::gate::{Access, Route, RouteTable, WhenUnsure};

use crate::readers::{FRONTS, Router, route};

/// What a path may not have as it is sent.
const ESCAPED: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?').add(b'`');

/// Strict routes beside general ones, each with an access of its own.
const PATHS: [&str; 8] = [
    "/{*rest}",
    "/v1/{*rest}",
    "/v1/admin/{*rest}",
    "/v1/{name}/secret",
    "/v1/Docs",
    "/v1/users/me",
    "/v1/users/{id}",
    "/v1/x:y/",
];
static TABLE: LazyLock<(Vec<Route>, RouteTable)> = LazyLock::new(|| {
    let routes: Vec<Route> = PATHS.into_iter().map(guarded).collect();
    let table = RouteTable::new(&routes).expect("valid routes");
    (routes, table)
});

fn guarded(path: &str) -> Route {
    let access = Access::Protected {
        audience: path.to_owned(),
        scopes: oauth::ScopeSet::new(),
        credentials: Vec::new(),
    };
    let (host, path, methods) = (None, path.to_owned(), Vec::new());
    Route { host, path, methods, access, when_unsure: WhenUnsure::Closed }
}

/// The input is a path as it is sent.
pub(crate) fn run(data: &[u8]) {
    let Ok(sent) = std::str::from_utf8(data) else { return };
    let (routes, table) = &*TABLE;
    every_reader_finds_the_route_of_the_gate(routes, table, sent);
    let Ok(plain) = web_gate::gate::plain_path(sent) else { return };
    let mut segments = plain.strip_prefix('/').expect("a slash at its beginning").split('/');
    let last = segments.next_back();
    assert!(segments.all(|it| !matches!(it, "" | "." | "..")), "{plain:?}");
    assert!(!matches!(last, Some("." | "..")), "{plain:?}");
    assert!(
        !plain.contains(['\\', ';']) && !plain.contains(|c: char| c.is_ascii_control()),
        "{plain:?}"
    );

    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    assert_eq!(decoded(sent), plain, "a percent-decoder");
    assert_eq!(decoded(&plain), plain, "who decodes twice");
    assert_eq!(slashes(sent), slashes(&plain), "who splits before decoding");
    let url = Url::parse(&format!("https://api.example{sent}")).expect("a URL");
    assert_eq!(url.host_str(), Some("api.example"));
    assert_eq!(decoded(url.path()), plain, "the parser of the URL standard");

    let again = utf8_percent_encode(&plain, ESCAPED).to_string();
    if again.len() <= sent.len() {
        assert_eq!(web_gate::gate::plain_path(&again).as_deref(), Ok(&*plain), "once more");
    }
}

/// Checks a path against every reader, and every reader behind every front. Returns whether the gate lets it through.
///
/// # Panics
/// A reader finds a route that asks for something else than the gate's.
pub fn every_reader_finds_the_route_of_the_gate(
    routes: &[Route],
    table: &RouteTable,
    sent: &str,
) -> bool {
    const HOST: &str = "api.example";
    let Ok(Some(chosen)) = table.choose(routes, (HOST, "GET"), sent) else { return false };
    for (outer, first) in FRONTS {
        for (inner, second) in FRONTS {
            let Some(arrives) = first(sent).and_then(|it| second(&it)) else { continue };
            for router in [Router::Exact, Router::Express] {
                let found = route(routes, HOST, "GET", &arrives, router);
                let same = found.is_some_and(|it| it.access == chosen.access);
                let found = found.map(|it| &it.path);
                assert!(
                    same,
                    "{sent:?} by {:?}: {outer}, {inner}, {router:?} read {arrives:?}: {found:?}",
                    chosen.path
                );
            }
        }
    }
    true
}

fn slashes(text: &str) -> usize {
    text.matches('/').count()
}
