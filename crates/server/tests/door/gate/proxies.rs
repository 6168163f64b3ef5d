//! What each proxy sends when it asks, and what it makes of the answer.

use super::house::{API, House};
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

/// Sends these very bytes.
fn send(house: &House, bytes: &str) -> Answer {
    raw(&house.server.base, bytes.replace('\n', "\r\n").as_bytes()).unwrap()
}

/// The robot is known by its public ids, whichever proxy asked.
fn is_the_robot(house: &House, answer: &Answer) {
    assert_eq!(answer.status, 200, "{:?} {}", answer.headers, answer.text());
    let told = PLAIN.map(|name| answer.header(name).unwrap_or_else(|| panic!("no {name}")));
    let [subject, client, organization, user, scopes, audience, grant, credential, kind, expires] =
        told;
    assert_eq!((subject, client, user), (house.client.as_str(), house.client.as_str(), ""));
    assert_eq!((organization, audience), (house.organization.as_str(), API));
    assert_eq!((scopes, kind), ("admin read write", "access_token"));
    assert!(!grant.is_empty() && !credential.is_empty());
    assert!(expires.parse::<i64>().unwrap() > 1_700_000_000);
    assert_eq!(answer.header("x-postern-verified"), Some("true"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.header("x-request-id").is_some() && answer.body.is_empty());
}

#[test]
fn nginx_haproxy_and_apache_tell_by_x_original() {
    let house = House::rfc();
    let token = house.token();
    let answer = send(
        &house,
        &format!(
            "GET /gate?answer=verdict HTTP/1.0\nHost: postern\nX-Original-Method: POST\n\
             X-Original-Host: API.example.com:8443\nX-Original-URI: /v1/things?secret=/../x\n\
             Connection: close\nAuthorization: Bearer {token}\nX-Forwarded-Uri: /health\n\
             X-Postern-Subject: somebody-else\nX-Postern-Verified: true\n\n"
        ),
    );
    is_the_robot(&house, &answer);
}

#[test]
fn traefik_and_caddy_tell_by_x_forwarded() {
    let house = House::new("rfc", "request = \"forwarded\"");
    let token = house.token();
    let traefik = format!(
        "GET /gate HTTP/1.1\nHost: postern:8444\nUser-Agent: curl/8\nAuthorization: bearer {token}\n\
         X-Forwarded-For: 192.0.2.7\nX-Forwarded-Host: api.example.com\nX-Forwarded-Method: GET\n\
         X-Forwarded-Port: 443\nX-Forwarded-Proto: https\nX-Forwarded-Server: t\n\
         X-Forwarded-Uri: /v1/things/7\nX-Original-URI: /health\nX-Real-Ip: 192.0.2.7\n\
         Connection: close\n\n"
    );
    is_the_robot(&house, &send(&house, &traefik));
    let caddy = format!(
        "GET /gate HTTP/1.1\nHost: api.example.com\nAuthorization: Bearer {token}\n\
         X-Forwarded-For: 192.0.2.7\nX-Forwarded-Host: api.example.com\nX-Forwarded-Proto: https\n\
         X-Forwarded-Method: GET\nX-Forwarded-Uri: /v1/things/7?a=b\nConnection: close\n\n"
    );
    is_the_robot(&house, &send(&house, &caddy));
    let misconfigured = house.question("GET", "/v1/things").bearer(&token).send().expect(400);
    assert!(misconfigured.text().contains("X-Forwarded-Method"), "{}", misconfigured.text());
}

#[test]
fn envoy_asks_with_the_request_itself_below_the_gate() {
    let house = House::new("rfc", "request = \"path\"");
    let token = house.token();
    let envoy = |line: &str| {
        let bytes = format!(
            "{line} HTTP/1.1\nHost: api.example.com\nContent-Length: 0\nConnection: close\n\
             Authorization: Bearer {token}\nX-Original-Uri: /health\nX-Forwarded-Uri: /health\n\
             X-Envoy-Internal: true\n\n"
        );
        send(&house, &bytes)
    };
    is_the_robot(&house, &envoy("POST /gate/v1/things?answer=verdict"));
    is_the_robot(&house, &envoy("DELETE /gate/v1/things/7"));
    assert_eq!(envoy("PUT /gate/v1/things/7").status, 403);
    assert_eq!(envoy("GET /gate/v1/../health").status, 400);
    assert_eq!(envoy("GET /gate").status, 403, "the root, for which there is no route");
    assert_eq!(envoy("GET /gates/v1/things").status, 404, "not the gate");
}

#[test]
fn a_public_route_looks_at_nothing_and_tells_nothing() {
    let house = House::rfc();
    for ask in [house.question("GET", "/health"), house.question("GET", "/health").bearer("bad")] {
        let answer = ask.header("X-Postern-User", "evil").send().expect(200);
        for name in PLAIN {
            assert_eq!(answer.header(name), Some(""), "{name} overwrites what the caller sent");
        }
        assert_eq!(answer.header("x-postern-verified"), Some("false"));
    }
}

#[test]
fn what_is_revoked_passes_no_more_at_once() {
    let house = House::rfc();
    let (token, key) = (house.token(), house.secret_of_key());
    house.ask("GET", "/v1/things", key).expect(200);
    house.ask("GET", "/v1/keys-only", key).expect(200);
    house.admin.act(&format!("/api-keys/{}/revoke", house.key["id"].as_str().unwrap()));
    let refused = house.ask("GET", "/v1/things", key).expect(401);
    assert_eq!(house.admin.why(&refused), "credential_revoked");
    is_the_robot(&house, &house.ask("GET", "/v1/things", &token));
    house.admin.act(&format!("/clients/{}/suspend", house.client));
    let refused = house.ask("GET", "/v1/things", &token).expect(403);
    assert_eq!(house.admin.why(&refused), "client_suspended");
    house.admin.act(&format!("/clients/{}/activate", house.client));
    is_the_robot(&house, &house.ask("GET", "/v1/things", &token));
}

#[test]
fn an_identity_token_takes_the_place_of_the_headers() {
    let house = House::new("rfc", "identity = \"token\"\nidentity_lifetime = \"60s\"");
    let answer = house.ask("GET", "/v1/things", &house.token()).expect(200);
    let token = answer.header("x-postern-identity").unwrap().to_owned();
    assert_eq!(token.split('.').count(), 3);
    assert_eq!(answer.header("x-postern-subject"), Some(""), "the caller's own is written over");
    let again = house.ask("GET", "/v1/things", &token).expect(401);
    assert_eq!(house.admin.why(&again), "jwt_not_good", "it opens nothing by itself");
    let public = house.question("GET", "/health").send().expect(200);
    assert_eq!(public.header("x-postern-identity"), Some(""));
}

#[test]
fn where_no_gate_is_set_up_there_is_none() {
    let realm = crate::harness::realm::Realm::new("rfc");
    let server = realm.serve();
    for path in ["/gate", "/gate/v1", "/.well-known/oauth-protected-resource"] {
        crate::harness::http::get(&server.base, path).send().expect(404);
    }
}
