//! The route table, compared with a model that checks every line.

use axum::http::Method;
use proptest::prelude::*;

use super::*;
use crate::gate::{Access, WhenUnsure};

fn line(host: Option<&str>, path: &str, methods: &[&str]) -> Route {
    Route {
        host: host.map(str::to_owned),
        path: path.to_owned(),
        methods: methods.iter().map(|it| it.parse().unwrap()).collect(),
        access: Access::Public,
        when_unsure: WhenUnsure::Closed,
    }
}

fn table(lines: &[Route]) -> Table {
    Table::new(lines).unwrap()
}

fn at(table: &Table, host: &str, path: &str, method: &str) -> Option<usize> {
    table.find(host, path, method, Case::Sensitive)
}

#[test]
fn a_literal_goes_before_a_placeholder_and_a_placeholder_before_the_rest() {
    let lines = [
        line(None, "/v1/{*rest}", &[]),
        line(None, "/v1/things/{id}", &[]),
        line(None, "/v1/things/all", &[]),
        line(None, "/v1/things/{id}/parts", &["GET"]),
        line(None, "/v1/{kind}/all", &[]),
    ];
    let table = table(&lines);
    let find = |path| at(&table, "h", path, "GET");
    assert_eq!(find("/v1/things/all"), Some(2));
    assert_eq!(find("/v1/things/7"), Some(1));
    assert_eq!(find("/v1/things/7/parts"), Some(3));
    assert_eq!(find("/v1/things/7/bolts"), Some(0), "it comes back from a blind alley");
    assert_eq!(find("/v1/people/all"), Some(4));
    assert_eq!(find("/v1/people"), Some(0));
    assert_eq!(find("/v1/things/"), Some(0), "a name is not empty");
    assert_eq!(find("/v1/"), Some(0), "the rest may be");
    assert_eq!(find("/v1"), Some(0), "its slash, too");
    for nowhere in ["/", "/v2/x", "/V1/x", "/v1x"] {
        assert_eq!(find(nowhere), None, "{nowhere}");
    }
    assert_eq!(at(&table, "h", "/v1/things/7/parts", "POST"), Some(0));
}

#[test]
fn a_slash_at_the_end_does_not_bypass_a_line() {
    let guarded = |host, path, methods: &[&str], audience: &str| {
        let (scopes, credentials) = (oauth::ScopeSet::new(), Vec::new());
        let access = Access::Protected { audience: audience.to_owned(), scopes, credentials };
        Route { access, ..line(host, path, methods) }
    };
    let lines = [
        line(None, "/v1/{*rest}", &[]),
        guarded(None, "/v1/admin", &[], "a"),
        guarded(None, "/v1/things/{id}", &["DELETE"], "a"),
        guarded(None, "/v1/docs", &[], "a"),
        line(None, "/v1/docs/", &[]),
        guarded(None, "/v1/same", &[], "b"),
        guarded(None, "/v1/same/{*rest}", &[], "b"),
        line(None, "/only/{*rest}", &[]),
        line(Some("one.example"), "/v1/{*rest}", &[]),
    ];
    let table = table(&lines);
    let is_refused = |host, path, method| table.choose(&lines, (host, method), path).is_err();
    assert_eq!(at(&table, "h", "/v1/admin/", "GET"), Some(0), "the way past");
    assert!(is_refused("h", "/v1/admin/", "GET"));
    assert!(is_refused("h", "/v1/things/7/", "DELETE"));
    assert!(!is_refused("h", "/v1/things/7/", "GET"), "no line is passed by");
    assert!(!is_refused("h", "/v1/docs/", "GET"), "it is spelled out");
    assert!(!is_refused("h", "/v1/same/", "GET"), "both ask for the same");
    assert!(!is_refused("one.example", "/v1/admin/", "GET"), "one line for all");
    for path in ["/", "/v1/", "/v1/x/", "/v1/admin", "/v1/admin/x/", "/only/", "/only/x/", "/no/"] {
        assert!(!is_refused("h", path, "GET"), "{path}");
    }
}

#[test]
fn a_strict_line_holds_at_its_root_and_below() {
    let lines = [
        line(None, "/v1/{*rest}", &[]),
        line(None, "/v1/admin/{*rest}", &[]),
        line(None, "/v1/{kind}/parts/{*rest}", &["GET"]),
        line(None, "/v1/orders/{*rest}", &[]),
        line(None, "/v1/orders", &["GET"]),
    ];
    let table = table(&lines);
    for path in ["/v1/admin", "/v1/admin/", "/v1/admin/x", "/v1/admin/x/y/"] {
        assert_eq!(at(&table, "h", path, "GET"), Some(1), "{path}");
    }
    assert_eq!(at(&table, "h", "/v1/things/parts", "GET"), Some(2));
    assert_eq!(at(&table, "h", "/v1/things/parts", "POST"), Some(0));
    assert_eq!(at(&table, "h", "/v1/orders", "GET"), Some(4), "a line of its own goes before");
    assert_eq!(at(&table, "h", "/v1/orders", "POST"), Some(3));
    assert_eq!(at(&table, "h", "/v1/administrators", "GET"), Some(0));
}

#[test]
fn every_way_to_read_a_path_leads_to_the_same_access() {
    let guarded = |path, audience: &str, when_unsure| {
        let (scopes, credentials) = (oauth::ScopeSet::new(), Vec::new());
        let access = Access::Protected { audience: audience.to_owned(), scopes, credentials };
        Route { access, when_unsure, ..line(None, path, &[]) }
    };
    let lines = [
        guarded("/v1/{*rest}", "all", WhenUnsure::Closed),
        guarded("/v1/admin/{*rest}", "admin", WhenUnsure::Closed),
        guarded("/v1/Reports", "one", WhenUnsure::Closed),
        guarded("/v1/reports", "two", WhenUnsure::Closed),
        guarded("/v1/me", "all", WhenUnsure::Closed),
        guarded("/v1/news", "all", WhenUnsure::Open),
        guarded("/only/status", "all", WhenUnsure::Closed),
    ];
    let table = table(&lines);
    let find = |path| table.choose(&lines, ("h", "GET"), path).map(|it| it.map(|it| &*it.path));
    for path in [
        "/v1/ADMIN",
        "/v1/Admin/x",
        "/V1/Admin/x",
        "/v1/%61dmin",
        "/v1/%61dmin/x/",
        "/v1/%41DMIN/x",
        "/v1/admin%3Fx",
        "/v1/admin%23",
        "/v1/REPORTS",
        "/v1/NEWS",
        "/only/%73tatus",
    ] {
        assert!(!matches!(find(path), Ok(Some(_))), "{path}: {:?}", find(path));
    }
    for (path, expected) in [
        ("/v1/ME", "/v1/{*rest}"),
        ("/v1/%6De", "/v1/me"),
        ("/v1/Reports", "/v1/Reports"),
        ("/v1/reports", "/v1/reports"),
        ("/v1/things/c%23", "/v1/{*rest}"),
        ("/v1/things/Caf%C3%A9%20Bar", "/v1/{*rest}"),
        ("/v1/admin/%41", "/v1/admin/{*rest}"),
        ("/v1/01HV4XJ7A", "/v1/{*rest}"),
    ] {
        assert_eq!(find(path), Ok(Some(expected)), "{path}");
    }
    assert_eq!(find("/V1/x"), Ok(None), "no line is no ambiguity");
}

#[test]
fn a_named_method_goes_before_any_and_get_covers_head() {
    let lines = [
        line(None, "/a", &[]),
        line(None, "/a", &["POST", "PUT"]),
        line(None, "/b", &["GET"]),
        line(None, "/c", &["GET"]),
        line(None, "/c", &["HEAD"]),
    ];
    let table = table(&lines);
    assert_eq!(at(&table, "h", "/a", "PUT"), Some(1));
    assert_eq!(at(&table, "h", "/a", "PATCH"), Some(0));
    assert_eq!(at(&table, "h", "/a", "MADE-UP"), Some(0));
    assert_eq!(at(&table, "h", "/b", "HEAD"), Some(2));
    assert_eq!(at(&table, "h", "/b", "POST"), None);
    assert_eq!(at(&table, "h", "/c", "HEAD"), Some(4));
}

#[test]
fn a_host_is_compared_without_case_port_and_last_dot() {
    let lines = [
        line(Some("api.example"), "/{*rest}", &[]),
        line(Some("[::1]"), "/{*rest}", &[]),
        line(None, "/health", &[]),
        line(Some("api.example"), "/health", &[]),
    ];
    let table = table(&lines);
    for host in ["api.example", "API.example", "api.example:8443", "api.example.", "Api.Example.:1"]
    {
        assert_eq!(at(&table, host, "/x", "GET"), Some(0), "{host}");
        assert_eq!(at(&table, host, "/health", "GET"), Some(3), "{host}");
    }
    assert_eq!(at(&table, "[::1]:80", "/x", "GET"), Some(1));
    for host in ["evil.example", "api.example.evil", "xapi.example", ""] {
        assert_eq!(at(&table, host, "/x", "GET"), None, "{host}");
        assert_eq!(at(&table, host, "/health", "GET"), Some(2), "{host}");
    }
}

#[test]
fn invalid_lines_are_refused() {
    for path in [
        "v1",
        "",
        "/v1//x",
        "/v1/../x",
        "/v1/%41",
        "/{a",
        "/a}",
        "/x{id}",
        "/{id}.json",
        "/{}",
        "/{*}",
        "/{*rest}/x",
        "/*",
        "/{a-b}",
        "/a?b",
        "/a;b",
    ] {
        let error = Table::new(&[line(None, path, &[])]).unwrap_err();
        assert!(matches!(error, GateError::Path { .. }), "{path}: {error}");
    }
    for host in ["", "API.example", "api.example:80", "a b", "api.example.", "*.example"] {
        let error = Table::new(&[line(Some(host), "/", &[])]).unwrap_err();
        assert_eq!(error, GateError::Host(host.to_owned()));
    }
    let twice = [line(None, "/a/{x}", &["GET", "PUT"]), line(None, "/a/{y}", &["PUT"])];
    assert!(matches!(Table::new(&twice), Err(GateError::Twice { .. })));
    let twice = [line(None, "/{*a}", &[]), line(None, "/{*b}", &[])];
    assert!(matches!(Table::new(&twice), Err(GateError::Twice { .. })));
}

/// The model: of all lines that match, the one with the best rank.
fn model(lines: &[Route], host: &str, path: &str, method: &str) -> Option<usize> {
    let mut fitting = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let host_rank = match &line.host {
            Some(wanted) if wanted == host => 0,
            Some(_) => continue,
            None => 1,
        };
        let spelled = |it: &str| line.methods.iter().any(|known| known.as_str() == it);
        let method_rank = match method {
            _ if spelled(method) => 0,
            "HEAD" if spelled("GET") => 1,
            _ if line.methods.is_empty() => 2,
            _ => continue,
        };
        let wanted: Vec<&str> = line.path[1..].split('/').collect();
        let given: Vec<&str> = path[1..].split('/').collect();
        let mut ranks = Vec::new();
        let mut rest = false;
        for (index, segment) in wanted.iter().enumerate() {
            let segment_of_path = given.get(index);
            match (segment_of_path, *segment) {
                (_, segment) if segment.starts_with("{*") => {
                    ranks.push(2);
                    rest = true;
                }
                (Some(segment_of_path), segment)
                    if segment.starts_with('{') && !segment_of_path.is_empty() =>
                {
                    ranks.push(1);
                }
                (Some(segment_of_path), segment) if *segment_of_path == segment => ranks.push(0),
                _ => {
                    ranks.clear();
                    break;
                }
            }
        }
        if !ranks.is_empty() && (rest || wanted.len() == given.len()) {
            fitting.push((host_rank, ranks, method_rank, index));
        }
    }
    fitting.into_iter().min().map(|(.., index)| index)
}

fn segment() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("a"), Just("b"), Just("{x}"), Just("{y}")]
}

fn any_line() -> impl Strategy<Value = Route> {
    let host = prop_oneof![Just(None), Just(Some("one.example")), Just(Some("two.example"))];
    let end = prop_oneof![Just(""), Just("/"), Just("/{*rest}")];
    let methods = proptest::sample::subsequence(vec!["GET", "HEAD", "POST"], 0..3);
    (host, proptest::collection::vec(segment(), 1..4), end, methods).prop_map(
        |(host, segments, end, methods)| {
            line(host, &format!("/{}{end}", segments.join("/")), &methods)
        },
    )
}

proptest! {
    #[test]
    fn the_table_and_the_model_choose_the_same_line(
        candidates in proptest::collection::vec(any_line(), 1..14),
        hosts in proptest::collection::vec(0..3usize, 24),
        paths in proptest::collection::vec(
            proptest::collection::vec(prop_oneof![Just("a"), Just("b"), Just("c")], 0..5), 24),
        slash in any::<bool>(),
    ) {
        // Repeated lines are left out, since the table refuses them.
        let mut lines: Vec<Route> = Vec::new();
        for candidate in candidates {
            lines.push(candidate);
            if Table::new(&lines).is_err() {
                lines.pop();
            }
        }
        let table = table(&lines);
        for (host, path) in hosts.iter().zip(&paths) {
            let host = ["one.example", "two.example", "three.example"][*host];
            let end = if slash && !path.is_empty() { "/" } else { "" };
            let path = format!("/{}{end}", path.join("/"));
            for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE] {
                let found = at(&table, host, &path, method.as_str());
                let expected = model(&lines, host, &path, method.as_str());
                prop_assert_eq!(found, expected, "{} {} {}", method, host, path);
            }
        }
    }
}
