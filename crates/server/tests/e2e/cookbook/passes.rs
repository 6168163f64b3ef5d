//! Valid requests pass with the verified identity, and without identity headers of the caller.

use serde_json::json;

use super::proxy::Kind;
use super::setting::{AUDIENCE, Setting, header, reached};
use super::with_each_proxy;
use crate::harness::http::Ask;

with_each_proxy!(
    every_credential_passes_with_its_identity,
    forged_identity_headers_never_arrive,
    basic_passes_where_the_dialect_has_it,
    a_public_route_passes_without_a_credential,
    the_metadata_of_the_api_come_from_postern,
    questions_share_connections,
    a_preflight_passes_by_one_line_and_nothing_else_does,
);

/// Every header in which Postern writes something; the last with `identity = "token"` only.
pub(super) const NAMES: [&str; 12] = [
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
    "x-postern-verified",
    "x-postern-identity",
];

fn every_credential_passes_with_its_identity(kind: Kind) {
    let setting = Setting::new(kind);
    let (id, key) = setting.key(&["contacts.read", "contacts.write"]);
    let credentials = [
        (key.as_str(), "api_key"),
        (&setting.personal_token(), "personal_access_token"),
        (&setting.access_token(), "access_token"),
    ];
    for (credential, of) in credentials {
        let target = "/v1/contacts/7?page=1&q=a%2Fb..//c";
        let answer = setting.get(target).bearer(credential).send();
        let reported = reached(&answer);
        assert_eq!((&reported["method"], &reported["target"]), (&json!("GET"), &json!(target)));
        assert_eq!(header(&reported, "x-postern-credential-kind"), [of]);
        assert_eq!(header(&reported, "x-postern-verified"), ["true"]);
        assert_eq!(header(&reported, "x-postern-audience"), [AUDIENCE]);
        assert!(header(&reported, "x-postern-scopes")[0].contains("contacts.read"));
        assert!(!header(&reported, "x-postern-subject")[0].is_empty());
        let id = header(&reported, "x-request-id");
        assert_eq!(id.len(), 1, "{reported}");
        if kind.adds_to_answers() {
            assert_eq!(answer.request_id(), id[0], "the caller and the API see one id");
        }
        for name in &NAMES[..11] {
            let values = header(&reported, name);
            assert!(values.len() == 1 && !values[0].is_empty(), "{kind:?}: {name} in {reported}");
        }
        assert_eq!(header(&reported, "host").len(), 1, "{reported}");
        // Caddy and Traefik copy no limits to the caller.
        let limit = answer.header("ratelimit").is_some();
        let copies = !matches!(kind, Kind::Caddy | Kind::CaddyNewer | Kind::Traefik);
        assert_eq!(limit, copies, "{:?}", answer.headers);
        assert!(!answer.headers.iter().any(|(name, _)| name.starts_with("x-postern-")));
    }
    let body = json!({"name": "Ada"});
    let answer = setting.ask("POST", "/v1/contacts/7").bearer(&key).json(&body).send();
    let reported = reached(&answer);
    assert_eq!(
        (&reported["method"], &reported["body"]),
        (&json!("POST"), &json!(body.to_string()))
    );
    assert_eq!(header(&reported, "x-postern-credential"), [id]);
    assert_eq!(header(&reported, "x-postern-organization"), [setting.organization.as_str()]);
    let head = setting.ask("HEAD", "/v1/contacts/7").bearer(&key).send();
    assert_eq!((head.status, head.header("x-api")), (200, Some("reached")));
}

/// A caller who forges identity headers.
fn forged(mut ask: Ask) -> Ask {
    for name in NAMES {
        for spelled in [name.to_owned(), name.to_uppercase(), name.replace('-', "_")] {
            ask = ask.header(&spelled, "mallory");
        }
    }
    // A name in which only some hyphens were replaced.
    ask.header("x-postern_subject", "mallory").header("X_POSTERN-Client", "mallory")
}

fn forged_identity_headers_never_arrive(kind: Kind) {
    let setting = Setting::new(kind);
    let (_, key) = setting.key(&["contacts.read"]);
    for ask in [setting.get("/v1/contacts/7").bearer(&key), setting.get("/v1/status")] {
        // Some proxies close the request because of such names, which is correct, too.
        let answer = forged(ask).send();
        let reported = reached(&answer);
        let text = reported.to_string();
        assert!(!text.contains("mallory"), "{kind:?}: {text}");
        for name in NAMES {
            assert!(header(&reported, name).len() <= 1, "{kind:?}: {name} in {text}");
        }
    }
    assert_eq!(setting.api.reached().len(), 2);
}

fn basic_passes_where_the_dialect_has_it(kind: Kind) {
    let setting = Setting::with(kind, &[("dialect = \"rfc\"", "dialect = \"spiko\"")]);
    let (id, secret) = setting.key(&["contacts.read"]);
    let reported = reached(&setting.get("/v1/contacts/7").basic(&id, &secret).send());
    assert_eq!(header(&reported, "x-postern-credential-kind"), ["api_key"]);
    assert_eq!(header(&reported, "x-postern-credential"), [id.as_str()]);
    setting.get("/v1/contacts/7").basic(&id, "wrong").send().expect(401);
    assert_eq!(setting.api.reached(), ["GET /v1/contacts/7"]);
}

fn a_public_route_passes_without_a_credential(kind: Kind) {
    let setting = Setting::new(kind);
    let reported = reached(&setting.get("/v1/status").send());
    assert_eq!(header(&reported, "x-postern-verified"), ["false"]);
    for name in &NAMES[..10] {
        assert_eq!(header(&reported, name), ["-"], "{kind:?}: {name} in {reported}");
    }
    setting.ask("POST", "/v1/status").send().expect(403);
}

fn the_metadata_of_the_api_come_from_postern(kind: Kind) {
    let setting = Setting::new(kind);
    let answer = setting.get("/.well-known/oauth-protected-resource").send().expect(200);
    let reported = answer.json();
    assert_eq!(reported["resource"], AUDIENCE);
    assert_eq!(reported["authorization_servers"], json!(["https://auth.example.com"]));
    assert!(setting.api.reached().is_empty());
}

/// Fetch §3.2.2: a browser sends no credential with a preflight.
fn a_preflight_passes_by_one_line_and_nothing_else_does(kind: Kind) {
    let preflight = |setting: &Setting, target| {
        let ask = setting.ask("OPTIONS", target).header("Origin", "https://page.example");
        let ask = ask.header("Access-Control-Request-Method", "POST");
        ask.header("Access-Control-Request-Headers", "authorization").send()
    };
    let closed = Setting::new(kind);
    preflight(&closed, "/v1/contacts/7").expect(401);
    assert_eq!(closed.api.reached(), [""; 0]);
    drop(closed);

    let setting = Setting::with(kind, &[("[realms.gate]\n", PREFLIGHTS)]);
    let reported = reached(&preflight(&setting, "/v1/contacts/7"));
    assert_eq!(header(&reported, "x-postern-verified"), ["false"]);
    assert_eq!(header(&reported, "origin"), ["https://page.example"]);
    reached(&preflight(&setting, "/v1/status"));
    assert_eq!(setting.api.reached().len(), 2);
    preflight(&setting, "/v1/unknown").expect(403);
    for method in ["GET", "POST", "PATCH"] {
        let refused =
            setting.ask(method, "/v1/contacts/7").header("Origin", "https://page.example");
        let refused = refused.header("Access-Control-Request-Method", "POST").send().expect(401);
        assert_eq!(refused.header("access-control-allow-origin"), Some("*"), "{kind:?} {method}");
    }
    assert_eq!(setting.api.reached(), [""; 0]);
}

/// What the page says to write.
const PREFLIGHTS: &str = "[realms.gate]\npreflights = \"pass\"\n";

fn questions_share_connections(kind: Kind) {
    let setting = Setting::new(kind);
    let (_, key) = setting.key(&["contacts.read"]);
    let before = setting.relay.connections();
    for _ in 0..60 {
        reached(&setting.get("/v1/contacts/7").bearer(&key).send());
    }
    let new = setting.relay.connections() - before;
    // Apache keeps a connection per thread, of which it has 25.
    let most = if kind == Kind::Apache { 26 } else { 8 };
    assert!(new <= most, "{kind:?} made {new} connections for 60 questions");
}
