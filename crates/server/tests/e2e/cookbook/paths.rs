//! The API gets the path that the gate checked: no spelling of a path avoids its route.

use super::proxy::Kind;
use super::setting::Setting;
use super::with_each_proxy;

with_each_proxy!(no_spelling_leads_past_a_route, forged_headers_about_the_request_are_ignored,);

/// Spellings that lead from a public path to a protected one, or beyond the table.
const TRICKS: [&str; 40] = [
    "/v1/status/../contacts/7",
    "/v1/status/..;/contacts/7",
    "/v1/status;/../contacts/7",
    "/v1/status/%2e%2e/contacts/7",
    "/v1/status/%2E%2E/contacts/7",
    "/v1/status/.%2e/contacts/7",
    "/v1/status/..%2fcontacts/7",
    "/v1/status%2f..%2fcontacts%2f7",
    "/v1/status/%252e%252e/contacts/7",
    "/v1/status\\..\\contacts\\7",
    "/v1/status/..\\contacts/7",
    "/v1/status%5c..%5ccontacts%5c7",
    "/v1/contacts/7#/../../status",
    "/v1/contacts/7#/v1/status",
    "/v1/contacts/7?/v1/status",
    "/v1/contacts/7?x=/../../v1/status",
    "/v1/contacts/../contacts/7",
    "//v1/contacts/7",
    "/v1//contacts/7",
    "///v1/contacts/7",
    "/./v1/contacts/7",
    "/v1/./contacts/7",
    "/V1/contacts/7",
    "/v1/contacts%00/7",
    "/v1/%63ontacts/7",
    "/v1/contacts/7/",
    "/v1/contacts;x=/v1/status",
    "/v1/status%3f/../contacts/7",
    "/v1/status%23/../contacts/7",
    "http://api.example.com/v1/contacts/7",
    "http://api.example.com/v1/status/../contacts/7",
    "http://api.example.com//v1/contacts/7",
    "http://other.example.com/v1/contacts/7",
    "/.well-known/oauth-protected-resource/../../v1/contacts/7",
    "/.well-known/oauth-protected-resource/..%2f..%2fv1/contacts/7",
    "/.well-known/oauth-protected-resource/%2e%2e/%2e%2e/v1/contacts/7",
    "/.well-known/oauth-protected-resource;/../../v1/contacts/7",
    "/.well-known/oauth-protected-resource/..;/..;/v1/contacts/7",
    "/.well-known/../v1/contacts/7",
    "/_postern/gate",
];

/// Paths that may reach the API without a credential.
fn is_public(reached: &str) -> bool {
    let path = reached.split_once(' ').unwrap().1.split('?').next().unwrap();
    path == "/v1/status"
}

fn no_spelling_leads_past_a_route(kind: Kind) {
    let setting = Setting::new(kind);
    let (_, key) = setting.key(&["contacts.read"]);
    for trick in TRICKS {
        // The connection may just end, which is no answer from the API.
        let _ = setting.get(trick).try_send();
        let reached = setting.api.reached();
        assert!(reached.iter().all(|it| is_public(it)), "{kind:?}: {trick} reached {reached:?}");
        // A credential with read access only stays limited.
        let _ = setting.ask("POST", trick).bearer(&key).text("text/plain", "x").try_send();
        let reached = setting.api.reached();
        assert_eq!(reached, [""; 0], "{kind:?}: POST {trick}");
        // With a valid credential, the path that arrives is normal and below the route.
        let _ = setting.get(trick).bearer(&key).try_send();
        for it in setting.api.reached() {
            let path = it.split_once(' ').unwrap().1.split('?').next().unwrap();
            let plain = path.starts_with("/v1/contacts/7") || path == "/v1/%63ontacts/7";
            let clean = !path.contains("..") && !path.contains("//") && !path.contains('\\');
            assert!(is_public(&it) || (plain && clean), "{kind:?}: {trick} reached {it}");
        }
    }
    // The spelling was the problem: the path itself is answered.
    setting.get("/v1/contacts/7").bearer(&key).send().expect(200);
    setting.get("/v1/contacts/caf%C3%A9%20bar?a=%2f").bearer(&key).send().expect(200);
    let reached = setting.api.reached();
    assert_eq!(reached[1], "GET /v1/contacts/caf%C3%A9%20bar?a=%2f", "{kind:?}");
}

fn forged_headers_about_the_request_are_ignored(kind: Kind) {
    let setting = Setting::new(kind);
    let (_, key) = setting.key(&["contacts.read"]);
    let lying = |method: &str| {
        let mut ask = setting.ask(method, "/v1/contacts/7");
        for (prefix, uri) in [("X-Original-", "URI"), ("X-Forwarded-", "Uri")] {
            ask = ask
                .header(&format!("{prefix}Method"), "GET")
                .header(&format!("{prefix}Host"), "api.example.com")
                .header(&format!("{prefix}{uri}"), "/v1/status");
        }
        ask.header("X-Rewrite-URL", "/v1/status").header("X-HTTP-Method-Override", "GET")
    };
    let nobody = lying("GET").send();
    assert_eq!((nobody.status, nobody.header("x-api")), (401, None), "{}", nobody.text());
    let reader = lying("POST").bearer(&key).text("text/plain", "x").send();
    assert_eq!((reader.status, reader.header("x-api")), (403, None), "{}", reader.text());
    assert_eq!(setting.api.reached(), [""; 0]);
    // A query that looks like a setting of the gate is only a query.
    let target = "/v1/contacts/7?answer=refusal";
    setting.get(target).bearer(&key).send().expect(200);
    assert_eq!(setting.api.reached(), [format!("GET {target}")]);
    setting.get("/v1/contacts/7?answer=verdict").send().expect(401);
}
