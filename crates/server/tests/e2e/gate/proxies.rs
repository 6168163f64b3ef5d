//! The requests that each proxy sends, and what it does with the answers.

use super::fixture::{API, Fixture};
use crate::harness::http::{Answer, raw};

const PLAIN: [&str; 10] = [
    "x-postern-subject",
    "x-postern-client",
    "x-postern-organization",
    "x-postern-user",
    "x-postern-scopes",
    "x-postern-audience",
    "x-postern-grant",
    "x-postern-credential",
    "x-postern-credential-kind",
    "x-postern-expires",
];

/// Sends exactly these bytes.
fn send(fixture: &Fixture, bytes: &str) -> Answer {
    raw(&fixture.server.base, bytes.replace('\n', "\r\n").as_bytes()).unwrap()
}

/// The client is known by its public ids, whichever proxy asked.
fn is_the_robot(fixture: &Fixture, answer: &Answer) {
    assert_eq!(answer.status, 200, "{:?} {}", answer.headers, answer.text());
    let reported = PLAIN.map(|name| answer.header(name).unwrap_or_else(|| panic!("no {name}")));
    let [subject, client, organization, user, scopes, audience, grant, credential, kind, expires] =
        reported;
    assert_eq!((subject, client, user), (fixture.client.as_str(), fixture.client.as_str(), "-"));
    assert_eq!((organization, audience), (fixture.organization.as_str(), API));
    assert_eq!((scopes, kind), ("admin read write", "access_token"));
    assert!(!grant.is_empty() && !credential.is_empty());
    assert!(expires.parse::<i64>().unwrap() > 1_700_000_000);
    assert_eq!(answer.header("x-postern-verified"), Some("true"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.header("x-request-id").is_some() && answer.body.is_empty());
}

#[test]
fn nginx_haproxy_and_apache_tell_by_x_original() {
    let fixture = Fixture::rfc();
    let token = fixture.token();
    let answer = send(
        &fixture,
        &format!(
            "GET /gate?answer=verdict HTTP/1.0\nHost: postern\nX-Original-Method: POST\n\
             X-Original-Host: API.example.com:8443\nX-Original-URI: /v1/things?secret=/../x\n\
             Connection: close\nAuthorization: Bearer {token}\nX-Forwarded-Uri: /health\n\
             X-Postern-Subject: somebody-else\nX-Postern-Verified: true\n\n"
        ),
    );
    is_the_robot(&fixture, &answer);
}

#[test]
fn a_query_may_have_bytes_that_are_not_ascii_and_a_path_may_not() {
    let fixture = Fixture::rfc();
    let token = fixture.token();
    let ask = |uri: &[u8]| {
        let mut ask = fixture.gate_request("GET", "/").bearer(&token);
        ask.headers.retain(|(name, _)| name != "X-Original-URI");
        ask.header("X-Original-URI", uri).send()
    };
    for query in ["name=Jos\u{e9}".as_bytes(), b"name=Jos\xe9", b"name=Jos%C3%A9&\xff"] {
        is_the_robot(&fixture, &ask(&[b"/v1/x?", query].concat()));
    }
    // An API that reads the bytes as Latin-1 sees another path than one that reads UTF-8.
    for path in ["/v1/Jos\u{e9}".as_bytes(), b"/v1/Jos\xe9?name=x"] {
        let refused = ask(path).expect(400);
        assert_eq!(fixture.admin.why(&refused), "path_ambiguous");
    }
    is_the_robot(&fixture, &ask(b"/v1/Jos%C3%A9"));
    let fixture = Fixture::new("rfc", "request = \"path\"");
    let (base, token) = (&fixture.server.base, fixture.token());
    let target = "/gate/v1/x?name=Jos\u{e9}";
    let ask = crate::harness::http::get(base, target).header("Host", "api.example.com");
    is_the_robot(&fixture, &ask.bearer(&token).send());
}

#[test]
fn traefik_and_caddy_tell_by_x_forwarded() {
    let fixture = Fixture::new("rfc", "request = \"forwarded\"");
    let token = fixture.token();
    let traefik = format!(
        "GET /gate HTTP/1.1\nHost: postern:8444\nUser-Agent: curl/8\nAuthorization: bearer {token}\n\
         X-Forwarded-For: 192.0.2.7\nX-Forwarded-Host: api.example.com\nX-Forwarded-Method: GET\n\
         X-Forwarded-Port: 443\nX-Forwarded-Proto: https\nX-Forwarded-Server: t\n\
         X-Forwarded-Uri: /v1/things/7\nX-Original-URI: /health\nX-Real-Ip: 192.0.2.7\n\
         Connection: close\n\n"
    );
    is_the_robot(&fixture, &send(&fixture, &traefik));
    let caddy = format!(
        "GET /gate HTTP/1.1\nHost: api.example.com\nAuthorization: Bearer {token}\n\
         X-Forwarded-For: 192.0.2.7\nX-Forwarded-Host: api.example.com\nX-Forwarded-Proto: https\n\
         X-Forwarded-Method: GET\nX-Forwarded-Uri: /v1/things/7?a=b\nConnection: close\n\n"
    );
    is_the_robot(&fixture, &send(&fixture, &caddy));
    let misconfigured = fixture.gate_request("GET", "/v1/things").bearer(&token).send().expect(400);
    assert!(misconfigured.text().contains("X-Forwarded-Method"), "{}", misconfigured.text());
}

#[test]
fn envoy_asks_with_the_request_itself_below_the_gate() {
    let fixture = Fixture::new("rfc", "request = \"path\"");
    let token = fixture.token();
    let envoy = |line: &str| {
        let bytes = format!(
            "{line} HTTP/1.1\nHost: api.example.com\nContent-Length: 0\nConnection: close\n\
             Authorization: Bearer {token}\nX-Original-Uri: /health\nX-Forwarded-Uri: /health\n\
             X-Envoy-Internal: true\n\n"
        );
        send(&fixture, &bytes)
    };
    is_the_robot(&fixture, &envoy("POST /gate/v1/things?answer=verdict"));
    is_the_robot(&fixture, &envoy("DELETE /gate/v1/things/7"));
    assert_eq!(envoy("PUT /gate/v1/things/7").status, 403);
    assert_eq!(envoy("GET /gate/v1/../health").status, 400);
    assert_eq!(envoy("GET /gate").status, 403, "the root, for which there is no route");
    assert_eq!(envoy("GET /gates/v1/things").status, 404, "not the gate");
}

#[test]
fn a_public_route_checks_no_credential_and_sends_no_identity() {
    let fixture = Fixture::rfc();
    for ask in [
        fixture.gate_request("GET", "/health"),
        fixture.gate_request("GET", "/health").bearer("bad"),
    ] {
        let answer = ask.header("X-Postern-User", "evil").send().expect(200);
        for name in PLAIN {
            assert_eq!(answer.header(name), Some("-"), "{name} overwrites what the caller sent");
        }
        assert_eq!(answer.header("x-postern-verified"), Some("false"));
    }
}

#[test]
fn a_revoked_credential_is_refused_at_once() {
    let fixture = Fixture::rfc();
    let (token, key) = (fixture.token(), fixture.secret_of_key());
    fixture.ask("GET", "/v1/things", key).expect(200);
    fixture.ask("GET", "/v1/keys-only", key).expect(200);
    fixture.admin.act(&format!("/api-keys/{}/revoke", fixture.key["id"].as_str().unwrap()));
    let refused = fixture.ask("GET", "/v1/things", key).expect(401);
    assert_eq!(fixture.admin.why(&refused), "credential_revoked");
    is_the_robot(&fixture, &fixture.ask("GET", "/v1/things", &token));
    fixture.admin.act(&format!("/clients/{}/suspend", fixture.client));
    let refused = fixture.ask("GET", "/v1/things", &token).expect(403);
    assert_eq!(fixture.admin.why(&refused), "client_suspended");
    fixture.admin.act(&format!("/clients/{}/activate", fixture.client));
    is_the_robot(&fixture, &fixture.ask("GET", "/v1/things", &token));
}

#[test]
fn an_identity_token_takes_the_place_of_the_headers() {
    let fixture = Fixture::new("rfc", "identity = \"token\"\nidentity_lifetime = \"60s\"");
    let answer = fixture.ask("GET", "/v1/things", &fixture.token()).expect(200);
    let token = answer.header("x-postern-identity").unwrap().to_owned();
    assert_eq!(token.split('.').count(), 3);
    assert_eq!(answer.header("x-postern-subject"), Some("-"), "the caller's own is written over");
    let again = fixture.ask("GET", "/v1/things", &token).expect(401);
    assert_eq!(fixture.admin.why(&again), "jwt_not_good", "it opens nothing by itself");
    let public = fixture.gate_request("GET", "/health").send().expect(200);
    assert_eq!(public.header("x-postern-identity"), Some("-"));
}

#[test]
fn an_api_that_expects_empty_headers_can_have_them() {
    let fixture = Fixture::new("rfc", "no_value = \"\"");
    let answer = fixture.ask("GET", "/v1/things", &fixture.token()).expect(200);
    assert_eq!(answer.header("x-postern-user"), Some(""));
    let public = fixture.gate_request("GET", "/health").send().expect(200);
    assert_eq!(public.header("x-postern-subject"), Some(""));
}

#[test]
fn rfc9110_7_6_1_a_connection_that_names_headers_is_refused() {
    let fixture = Fixture::rfc();
    let token = fixture.token();
    let ask = |connection: &str| {
        let bytes = format!(
            "GET /gate HTTP/1.1\nHost: postern\nX-Original-Method: GET\nX-Original-Host: api.example.com\n\
             X-Original-URI: /v1/things\nAuthorization: Bearer {token}\nConnection: {connection}\n\n"
        );
        send(&fixture, &bytes)
    };
    is_the_robot(&fixture, &ask("close"));
    is_the_robot(&fixture, &ask("Close, TE"));
    for naming in ["close, X-Postern-Organization", "close\nConnection: x-request-id"] {
        let refused = ask(naming);
        assert_eq!(refused.status, 400, "{naming}");
        assert_eq!(fixture.admin.why(&refused), "connection_names_headers");
    }
}

#[test]
fn a_realm_without_gate_settings_has_no_gate() {
    let realm = crate::harness::realm::Realm::new("rfc");
    let server = realm.serve();
    for path in ["/gate", "/gate/v1", "/.well-known/oauth-protected-resource"] {
        crate::harness::http::get(&server.base, path).send().expect(404);
    }
}
