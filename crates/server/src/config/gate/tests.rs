//! Each mistake is reported with its position, and a valid table is read completely.

use std::path::Path;
use std::time::Duration;

use web::gate::{Access, Identity, NoValue, Preflights, Rate, Source, WhenUnsure};

use crate::config::load::parse;

/// Lines 1 to 9; the table begins at line 10.
const BEFORE: &str = r#"database = "sqlite:postern.db"
master_key = { file = "master.key" }
[[listeners]]
address = "127.0.0.1:0"
[[realms]]
name = "main"
issuer = "https://auth.example.com"
dialect = "rfc"
[realms.gate]
"#;
const ROUTE: &str =
    "[[realms.gate.routes]]\npath = \"/v1/{*rest}\"\naudience = \"https://a.example\"\n";

fn settings(text: &str) -> Result<web::gate::GateSettings, String> {
    let config = parse(Path::new("postern.toml"), &format!("{BEFORE}{text}"));
    config.map(|mut it| it.realms.remove(0).gate.unwrap()).map_err(|error| error.to_string())
}

fn refusal(text: &str) -> String {
    settings(text).expect_err(text)
}

#[test]
fn a_gate_needs_routes_and_nothing_else() {
    let gate = settings(ROUTE).unwrap();
    assert_eq!((gate.source, gate.identity), (Source::Original, Identity::Headers));
    assert_eq!(gate.no_value, NoValue::Hyphen);
    assert_eq!(gate.preflights, Preflights::Refuse);
    assert_eq!(gate.stale_after, Duration::from_secs(10));
    assert_eq!((gate.per_credential, gate.per_organization), (None, None));
    let [route] = gate.routes.as_slice() else { panic!("{:?}", gate.routes) };
    assert_eq!((route.host.as_deref(), route.path.as_str()), (None, "/v1/{*rest}"));
    assert_eq!((route.methods.len(), route.when_unsure), (0, WhenUnsure::Closed));
    let Access::Protected { audience, scopes, credentials } = &route.access else { panic!() };
    assert_eq!((audience.as_str(), scopes.len(), credentials.len()), ("https://a.example", 0, 0));
}

#[test]
fn every_setting_is_read() {
    let gate = settings(
        r#"request = "forwarded"
identity = "token"
identity_lifetime = "5m"
no_value = ""
preflights = "pass"
stale_after = "30s"
limits.credential = { requests = 600, window = "1m" }
limits.organization = { requests = 5000, window = "1h" }
[[realms.gate.routes]]
host = "API.example.com"
path = "/v1/items/{id}/"
methods = ["GET", "POST"]
audience = "urn:example:items"
scopes = ["items.read", "items.write"]
credentials = ["access_token", "api_key"]
when_unsure = "open"
[[realms.gate.routes]]
path = "/"
public = true
"#,
    )
    .unwrap();
    assert_eq!(gate.source, Source::Forwarded);
    assert_eq!(gate.identity, Identity::Token { lifetime: Duration::from_secs(300) });
    assert_eq!(gate.no_value, NoValue::Empty);
    assert_eq!(gate.preflights, Preflights::Pass);
    assert_eq!(gate.stale_after, Duration::from_secs(30));
    let rate = |requests, seconds| Rate { requests, window: Duration::from_secs(seconds) };
    assert_eq!(gate.per_credential, Some(rate(600, 60)));
    assert_eq!(gate.per_organization, Some(rate(5_000, 3_600)));
    let [items, root] = gate.routes.as_slice() else { panic!("{:?}", gate.routes) };
    assert_eq!(items.host.as_deref(), Some("api.example.com"));
    assert_eq!(items.methods, ["GET", "POST"]);
    assert_eq!(items.when_unsure, WhenUnsure::Open);
    let Access::Protected { audience, scopes, credentials } = &items.access else { panic!() };
    assert_eq!(
        (audience.as_str(), scopes.to_string()),
        ("urn:example:items", "items.read items.write".to_owned())
    );
    assert_eq!(credentials, &["access_token", "api_key"]);
    assert!(matches!(root.access, Access::Public));
}

#[test]
fn each_mistake_is_reported_with_its_position() {
    for (text, place, expected) in [
        ("request = \"nginx\"\n", "postern.toml:10:11: ", "`original`, `forwarded`, `path`"),
        ("identity = \"jwt\"\n", "postern.toml:10:12: ", "`headers` or `token`"),
        ("identity_lifetime = \"1m\"\n", "postern.toml:10:21: ", "identity = \"token\""),
        ("identity = \"token\"\nidentity_lifetime = \"1s\"\n", "postern.toml:11:21: ", "\"10s\""),
        ("stale_after = \"10ms\"\n", "postern.toml:10:15: ", "at least \"1s\""),
        ("stale_after = 10\n", "postern.toml:10:15: ", "\"20s\""),
        ("limits.credential = { requests = 0, window = \"1m\" }\n", ":10:34: ", "from 1 to"),
        ("limits.credential = { requests = 9, window = \"5ms\" }\n", ":10:46: ", "at least \"1s\""),
        ("limits.address = 3\n", "postern.toml:10:8: ", "`credential` or `organization`"),
        ("colour = 1\n", "postern.toml:10:1: ", "unknown field `colour`"),
    ] {
        let message = refusal(&format!("{text}{ROUTE}"));
        assert!(message.contains(place) && message.contains(expected), "{message}\nfor\n{text}");
    }
}

#[test]
fn a_gate_without_routes_is_refused() {
    let message = refusal("");
    assert!(message.contains("postern.toml:9:1: missing field `routes`"), "{message}");
    let message = refusal("routes = []\n");
    assert!(message.contains("postern.toml:10:10: expected at least one route"), "{message}");
}

#[test]
fn each_mistake_of_a_route_is_reported_with_its_position() {
    for (text, place, expected) in [
        ("", "postern.toml:10:1: ", "missing field `path`"),
        ("path = \"/\"\n", "postern.toml:10:1: ", "either public = true"),
        ("path = \"/\"\npublic = true\naudience = \"a\"\n", "postern.toml:10:1: ", "either public"),
        ("path = \"/\"\npublic = true\nscopes = [\"a\"]\n", "postern.toml:10:1: ", "either public"),
        ("path = \"v1\"\n", "postern.toml:11:8: ", "a path of plain segments"),
        ("path = \"/\"\naudience = \"a b\"\n", "postern.toml:12:12: ", "the identifier of an API"),
        ("path = \"/\"\nscopes = [\"a b\"]\n", "postern.toml:12:11: ", "a scope"),
        ("path = \"/\"\nmethods = [\"get\"]\n", "postern.toml:12:12: ", "in capital letters"),
        ("path = \"/\"\nhost = \"a:80\"\n", "postern.toml:12:8: ", "a host without a port"),
        (
            "path = \"/\"\ncredentials = [\"refresh_token\"]\n",
            "postern.toml:12:16: ",
            "\"api_key\"",
        ),
        ("path = \"/\"\nwhen_unsure = \"maybe\"\n", "postern.toml:12:15: ", "`closed` or `open`"),
        ("path = \"/\"\nscope = \"a\"\n", "postern.toml:12:1: ", "`scopes`"),
    ] {
        let message = refusal(&format!("[[realms.gate.routes]]\n{text}"));
        assert!(message.contains(place) && message.contains(expected), "{message}\nfor\n{text}");
    }
}

#[test]
fn a_path_has_one_spelling() {
    let path = |path: &str| settings(&ROUTE.replace("/v1/{*rest}", path));
    for good in ["/", "/v1", "/v1/", "/a.b/~c/{id}", "/{x}/{y}/{*z}", "/a:b/@c", "/..a", "/{a_1}"] {
        assert_eq!(path(good).unwrap().routes[0].path, good);
    }
    for bad in [
        "", "v1", "//", "/a//b", "/./a", "/a/..", "/a?b", "/a#b", "/a%2fb", "/a b", "/{*a}/b",
        "/a{b}", "/{a", "/{}", "/{*}", "/{a}/{a}", "/a;b", "/\u{e9}", "/a}b", "/{a-b}", "/a*b",
    ] {
        assert!(path(bad).is_err(), "{bad:?}");
    }
    assert!(path(&format!("/{}", "a".repeat(1_024))).is_err());
}

#[test]
fn two_routes_never_answer_the_same_method_at_the_same_place() {
    let two = |first: &str, second: &str| {
        let route = |it: &str| format!("[[realms.gate.routes]]\npublic = true\n{it}\n");
        settings(&format!("{}{}", route(first), route(second)))
    };
    for (first, second) in [
        ("path = \"/a\"", "path = \"/a\""),
        ("path = \"/a/{b}\"", "path = \"/a/{c}\""),
        ("path = \"/a/{*b}\"", "path = \"/a/{*c}\""),
        ("path = \"/a\"\nmethods = [\"GET\", \"PUT\"]", "path = \"/a\"\nmethods = [\"PUT\"]"),
        ("path = \"/a\"\nhost = \"x.example\"", "path = \"/a\"\nhost = \"X.example\""),
    ] {
        let message = two(first, second).unwrap_err();
        assert!(message.contains(":13:1: ") || message.contains(":14:1: "), "{message}");
        assert!(message.contains("already"), "{message}");
    }
    for (first, second) in [
        ("path = \"/a\"", "path = \"/a/\""),
        ("path = \"/a/b\"", "path = \"/a/{b}\""),
        ("path = \"/a/{*b}\"", "path = \"/a/{*b}\"\nmethods = [\"GET\"]"),
        ("path = \"/a\"\nmethods = [\"GET\"]", "path = \"/a\"\nmethods = [\"PUT\"]"),
        ("path = \"/a\"\nhost = \"x.example\"", "path = \"/a\"\nhost = \"y.example\""),
        ("path = \"/a\"\nhost = \"x.example\"", "path = \"/a\""),
    ] {
        assert_eq!(two(first, second).unwrap().routes.len(), 2, "{first} {second}");
    }
}
