//! The metadata of the APIs behind the gate (RFC 9728).

use serde_json::json;

use super::fixture::{API, Fixture};
use crate::harness::http::{ask, get};

#[test]
fn rfc9728_2_an_api_names_its_issuer_and_scopes() {
    let fixture = Fixture::rfc();
    let base = &fixture.server.base;
    let path = "/.well-known/oauth-protected-resource";
    let expected = json!({
        "resource": API,
        "authorization_servers": [base],
        "scopes_supported": ["read", "write", "admin"],
        "bearer_methods_supported": ["header"],
        "resource_name": "an API",
    });
    for ask in [
        get(base, path).header("Host", "api.example.com"),
        get(base, path).header("X-Forwarded-Host", "api.example.com"),
        get(base, &format!("{path}/api.example.com")),
    ] {
        let answer = ask.send().expect(200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.json(), expected);
    }
    let other = get(base, &format!("{path}/other")).send().expect(200).json();
    assert_eq!(other["resource"], "other");
    get(base, path).send().expect(404);
    get(base, &format!("{path}/api.example.com/v2")).send().expect(404);
    ask(base, "POST", path).header("Host", "api.example.com").send().expect(405);
    let preflight = ask(base, "OPTIONS", path).header("Origin", "https://page.example");
    let preflight = preflight.header("Access-Control-Request-Method", "GET").send().expect(204);
    assert_eq!(preflight.header("access-control-allow-origin"), Some("*"));
    assert_eq!(preflight.header("access-control-allow-methods"), Some("GET, HEAD"));
    let missing = get(base, path).send().expect(404);
    assert_eq!(missing.header("access-control-allow-origin"), Some("*"), "errors can be read");
}

#[test]
fn rfc9728_5_1_the_challenge_leads_to_the_metadata() {
    let fixture = Fixture::rfc();
    let refused = fixture.gate_request("GET", "/other/x").send().expect(401);
    let challenge = refused.header("www-authenticate").unwrap();
    let (_, rest) = challenge.split_once("resource_metadata=\"").unwrap();
    let url = rest.split('"').next().unwrap();
    let path = url.strip_prefix(fixture.server.base.as_str()).unwrap();
    let found = get(&fixture.server.base, path).send().expect(200).json();
    assert_eq!(found["resource"], "other");
}

#[test]
fn an_api_of_a_route_that_does_not_exist_is_named_at_start() {
    // Its APIs are registered after the start.
    let fixture = Fixture::rfc();
    let log = fixture.server.log();
    let named = log.lines().filter(|line| line.contains("is for an API that does not exist"));
    let named: Vec<&str> = named.collect();
    assert_eq!(named.len(), 2, "each once: {named:?}");
    for audience in [API, "other"] {
        assert!(named.iter().any(|line| line.contains(&format!("\"{audience}\""))), "{named:?}");
    }
}

#[test]
fn check_live_names_an_api_of_a_route_that_is_not_there() {
    let fixture = Fixture::rfc();
    let check = || {
        let mut command = crate::harness::postern();
        command.args(["check", "--live", "--config"]);
        command.arg(fixture.server.folder().join("postern.toml"));
        command.args(["--url", &fixture.server.base]).env("POSTERN_ADMIN_KEY", &fixture.admin.key);
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (status, printed) = check();
    assert!(!printed.contains("gate_audience_unknown"), "{printed}");
    assert_eq!(status, Some(0), "{printed}");
    let servers = fixture.admin.read("/resource-servers");
    let servers = servers["data"].as_array().unwrap();
    let other = servers.iter().find(|it| it["identifier"] == "other").unwrap();
    fixture.admin.act(&format!("/resource-servers/{}/suspend", other["id"].as_str().unwrap()));
    let (status, printed) = check();
    let line = printed.lines().find(|line| line.contains("gate_audience_unknown"));
    let line = line.unwrap_or_else(|| panic!("{printed}"));
    assert!(line.starts_with("wrong ") && line.contains("\"other\""), "{line}");
    assert!(!line.contains(API) && status == Some(1), "{printed}");
}
