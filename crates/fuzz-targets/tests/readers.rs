//! Random route tables and random paths: a path that the gate lets through falls under the same access in every
//! program that reads it, and the gate's table is the plain model's.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test")]

use fuzz_targets::gate_path::every_reader_finds_the_route_of_the_gate;
use fuzz_targets::readers::{Router, route};
use oauth::ScopeSet;
use proptest::prelude::*;
use web_gate::gate::{Access, Route, RouteTable, WhenUnsure};

fn any_route() -> impl Strategy<Value = Route> {
    let segment = prop_oneof![
        Just("v1"),
        Just("admin"),
        Just("Admin"),
        Just("a"),
        Just("a:b"),
        Just("{x}"),
        Just("{y}")
    ];
    let end = prop_oneof![Just(""), Just(""), Just("/"), Just("/{*rest}"), Just("/{*rest}")];
    let methods = prop_oneof![Just(vec![]), Just(vec!["GET"]), Just(vec!["POST"])];
    let audience = prop_oneof![Just("one"), Just("two"), Just("three")];
    (proptest::collection::vec(segment, 0..4), end, methods, audience).prop_map(
        |(segments, end, methods, audience)| Route {
            host: None,
            path: match (segments.join("/"), end) {
                (empty, "") if empty.is_empty() => "/".to_owned(),
                (empty, end) if empty.is_empty() => end.to_owned(),
                (path, end) => format!("/{path}{end}"),
            },
            methods: methods.into_iter().map(|it| it.parse().unwrap()).collect(),
            access: Access::Protected {
                audience: audience.to_owned(),
                scopes: ScopeSet::new(),
                credentials: Vec::new(),
            },
            when_unsure: WhenUnsure::Closed,
        },
    )
}

/// Mostly segments that may pass; some that no two programs read alike.
fn any_segment() -> impl Strategy<Value = &'static str> {
    const PLAIN: [&str; 12] =
        ["v1", "admin", "a", "a:b", "x", "Admin", "ADMIN", "A", "...", ".a", "a.", "~"];
    const ESCAPED: [&str; 12] = [
        "%61dmin",
        "%41dmin",
        "a%3Ab",
        "%61",
        "%76%31",
        "caf%C3%A9",
        "100%25",
        "%25a",
        "a%20b",
        "%2Ea",
        "%7e",
        "%E2%84%AA",
    ];
    const TRICKS: [&str; 28] = [
        "",
        ".",
        "..",
        "%2e",
        "%2E%2e",
        ".%2e",
        "%252e",
        "%25%32%65",
        "%252e%252e",
        "%25%32%66",
        "a%2fadmin",
        "a%252fadmin",
        "..%2fadmin",
        "%25%35c",
        "%5c",
        "\\",
        "..\\admin",
        "%25%30d",
        "%0d",
        "a;b",
        "..;",
        "%3b",
        "%00",
        "%",
        "%zz",
        "%ff",
        "%25252e",
        "%2525%32%65",
    ];
    prop_oneof![
        6 => proptest::sample::select(&PLAIN[..]),
        2 => proptest::sample::select(&ESCAPED[..]),
        1 => proptest::sample::select(&TRICKS[..]),
    ]
}

/// Routes without those that a table refuses beside the others.
fn consistent(candidates: Vec<Route>) -> (Vec<Route>, RouteTable) {
    let mut routes: Vec<Route> = Vec::new();
    for candidate in candidates {
        routes.push(candidate);
        if RouteTable::new(&routes).is_err() {
            routes.pop();
        }
    }
    let table = RouteTable::new(&routes).unwrap();
    (routes, table)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_path_that_passes_has_one_route_in_every_program(
        candidates in proptest::collection::vec(any_route(), 1..9),
        paths in proptest::collection::vec(
            (proptest::collection::vec(any_segment(), 0..5), any::<bool>()), 24),
    ) {
        let (routes, table) = consistent(candidates);
        for (segments, slash) in paths {
            let end = if slash { "/" } else { "" };
            let sent = format!("/{}{end}", segments.join("/"));
            every_reader_finds_the_route_of_the_gate(&routes, &table, &sent);
        }
    }
}

#[test]
fn the_readers_find_what_each_trick_is_after() {
    let reads = |name: &str, sent: &str| {
        let (_, front) = fuzz_targets::readers::FRONTS.iter().find(|it| it.0 == name).unwrap();
        front(sent)
    };
    let is = |found: Option<String>, expected: &str| assert_eq!(found.as_deref(), Some(expected));
    is(reads("nginx", "/a/%2e%2e//b%2fc/./d/.."), "/b/c/");
    is(reads("nginx with a path behind its proxy_pass", "/%61%20b%25"), "/a%20b%25");
    is(reads("HAProxy with normalize-uri", "/a/%2e%2E/%62%2f//c"), "/b%2f/c");
    is(reads("Envoy with normalize_path and merge_slashes", "/a\\..\\%62"), "/b");
    assert_eq!(reads("Envoy with normalize_path and merge_slashes", "/a%2fb"), None);
    assert_eq!(reads("nginx", "/.."), None);

    let mut routes = Vec::new();
    for (path, audience) in [("/v1/{*rest}", "all"), ("/v1/admin", "admin")] {
        let (scopes, credentials) = (ScopeSet::new(), Vec::new());
        let access = Access::Protected { audience: audience.to_owned(), scopes, credentials };
        let (host, path, methods) = (None, path.to_owned(), Vec::new());
        routes.push(Route { host, path, methods, access, when_unsure: WhenUnsure::Closed });
    }
    let at = |path, router| route(&routes, "h", "GET", path, router).unwrap().path.as_str();
    assert_eq!(at("/v1/ADMIN/", Router::Express), "/v1/admin");
    assert_eq!(at("/v1/ADMIN/", Router::Exact), "/v1/{*rest}");
    assert_eq!(at("/v1", Router::Exact), "/v1/{*rest}");

    // Without the gate's care, each of these passes under a route that asks for less.
    let table = RouteTable::new(&routes).unwrap();
    for sent in ["/v1/ADMIN", "/v1/admin/", "/v1/%61dmin", "/v1/%61dmin/", "/v1/x/%25%32%65"] {
        assert!(table.choose(&routes, ("h", "GET"), sent).is_err(), "{sent}");
    }
    assert!(table.choose(&routes, ("h", "GET"), "/v1/%78").is_ok());
}
