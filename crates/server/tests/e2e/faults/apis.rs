//! The demo APIs: every route with every fault of a credential, a method, a query and a body.

use serde_json::{Value, json};

use super::forged;
use super::judge::{decent, must, reported};
use crate::harness::Server;
use crate::harness::http::{Answer, Ask, ask, get, post};

/// A route: realm, method, path, and the member that every error has.
const ROUTES: [(&str, &str, &str, &str); 8] = [
    ("speculo", "GET", "/v1/contacts", "error"),
    ("speculo", "POST", "/v1/contacts", "error"),
    ("spendesk", "GET", "/settlements", "errors"),
    ("spendesk", "GET", "/v0/wallet/summary", "errors"),
    ("spendesk", "GET", "/v1/wallet-summaries", "errors"),
    ("spiko", "GET", "/v1/investors/", "reason"),
    ("fyma", "GET", "/tracking-cameras", "error"),
    ("speckle", "POST", "/graphql", "error"),
];

struct Route<'a> {
    realm: &'a str,
    base: &'a str,
    method: &'a str,
    path: &'a str,
    member: &'a str,
}

impl Route<'_> {
    fn ask(&self, target: &str) -> Ask {
        let asked = ask(self.base, self.method, target);
        match (self.method, self.realm) {
            ("POST", "speckle") => asked.json(&json!({"query": "{ activeUser { id } }"})),
            ("POST", _) => {
                let new = json!({"firstName": "A", "lastName": "B", "email": "a@example.com"});
                asked.json(&new)
            }
            _ => asked,
        }
    }

    fn judge(&self, what: &str, ask: &Ask, allowed: &[u16]) -> Answer {
        let answer = ask.send();
        decent(what, ask, &answer);
        let fits = allowed.contains(&answer.status);
        must(fits, || format!("{what}: expected {allowed:?}\n{}", reported(ask, &answer)));
        if answer.status >= 400 && !answer.body.is_empty() && ask.method != "HEAD" {
            let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            // GraphQL has its own format for errors of an operation.
            let shaped = body.get(self.member).is_some() || body.get("errors").is_some();
            must(shaped, || format!("{what}\n{}", reported(ask, &answer)));
        }
        answer
    }

    /// The answer to an invalid credential.
    const fn unauthorized(&self) -> u16 {
        if matches!(self.realm.as_bytes(), b"speckle") { 403 } else { 401 }
    }
}

pub(super) fn check_all() -> Server {
    let server = Server::dev();
    let demo = server.demo()["realms"].clone();
    let good: Vec<String> = ROUTES.iter().map(|(realm, ..)| credential(realm, &demo)).collect();
    for ((realm, method, path, member), good) in ROUTES.into_iter().zip(&good) {
        let base = demo[realm]["base"].as_str().unwrap();
        let route = Route { realm, base, method, path, member };
        credentials(&route, good, &demo);
        methods(&route, good);
        if method == "GET" {
            queries(&route, good);
        } else {
            bodies(&route, good);
        }
        let fine = route.ask(path).header("Authorization", good);
        route.judge("afterwards", &fine, &[200, 201, 429]);
    }
    server
}

/// An `Authorization` header that a realm's API accepts.
fn credential(realm: &str, demo: &Value) -> String {
    let it = &demo[realm];
    let (base, text) =
        (it["base"].as_str().unwrap(), |value: &Value| value.as_str().unwrap().to_owned());
    let answer = match realm {
        "speculo" => post(base, "/token").json(&json!({
            "clientId": it["client_id"],
            "refreshToken": it["refresh_token"],
        })),
        "spendesk" => {
            let key = &it["api_key"];
            post(base, "/auth/token").basic(&text(&key["id"]), &text(&key["secret"]))
        }
        "fyma" => post(base, "/oauth/token").json(&json!({
            "grant_type": "client_credentials",
            "audience": it["audience"],
            "client_id": it["client_id"],
            "client_secret": it["client_secret"],
        })),
        "spiko" => {
            let key = &it["api_key"];
            let (id, secret) = (text(&key["client_id"]), text(&key["client_secret"]));
            return format!("Basic {}", crate::harness::http::pair(&id, &secret));
        }
        _ => return format!("Bearer {}", text(&it["personal_access_token"])),
    };
    let body = answer.send().expect(200).json();
    let token = body["access_token"].as_str().or(body["accessToken"].as_str()).unwrap();
    format!("Bearer {token}")
}

fn credentials(route: &Route<'_>, good: &str, demo: &Value) {
    let (scheme, own) = good.split_once(' ').unwrap();
    let keys = get(route.base, "/jwks.json").send().json();
    let mut headers: Vec<Vec<u8>> = vec![
        b"Bearer".to_vec(),
        b"Bearer ".to_vec(),
        b"Basic".to_vec(),
        b"Basic !!!".to_vec(),
        b"Basic bm9jb2xvbg==".to_vec(),
        b"Basic OnM=".to_vec(),
        b"Basic YTpi".to_vec(),
        b"Digest username=\"a\"".to_vec(),
        b"\xff\xfe".to_vec(),
        b"Bearer \xc3\xa9".to_vec(),
        b"Bearer a b".to_vec(),
        [b"Bearer ".to_vec(), vec![b'x'; 12_000]].concat(),
        format!("Bearer {own}\u{a0}").into_bytes(),
    ];
    for (_, forged) in forged(own, &keys) {
        headers.push(format!("{scheme} {forged}").into_bytes());
    }
    for (realm, it) in demo.as_object().unwrap() {
        headers.push(format!("Bearer {}", it["admin_key"].as_str().unwrap()).into_bytes());
        if realm != route.realm {
            headers.push(credential(realm, demo).into_bytes());
        }
    }
    for header in headers {
        let what = format!("{} {} {}", route.realm, route.path, String::from_utf8_lossy(&header));
        let ask = route.ask(route.path).header("Authorization", &header);
        route.judge(&what, &ask, &[route.unauthorized()]);
    }
    let twice = route.ask(route.path).header("Authorization", good).header("Authorization", good);
    route.judge("two headers", &twice, &[400, 401, 403]);
    let in_query = route.ask(&format!("{}?access_token={own}", route.path));
    let nobody = if route.realm == "speckle" { 200 } else { 401 };
    route.judge("a token in the query", &in_query, &[nobody]);
    route.judge("no credential", &route.ask(route.path), &[nobody]);
}

fn methods(route: &Route<'_>, good: &str) {
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW", "get"] {
        let known = ROUTES.iter().any(|it| (it.0, it.1, it.2) == (route.realm, method, route.path));
        if !known {
            let ask = ask(route.base, method, route.path).header("Authorization", good);
            route.judge(&format!("{method} {}", route.path), &ask, &[405]);
        }
    }
    for path in ["/nowhere", "/v1/", "//", "/%00", "/..%2f..%2fetc/passwd", "/v1/contacts/%ff"] {
        let ask = ask(route.base, route.method, path).header("Authorization", good);
        route.judge(path, &ask, &[404]);
    }
}

fn queries(route: &Route<'_>, good: &str) {
    let queries = [
        ("pageSize=0", 400),
        ("pageSize=-1", 400),
        ("pageSize=", 400),
        ("pageSize=ten", 400),
        ("pageSize=1.5", 400),
        ("pageSize=99999999999999999999999", 400),
        ("pageSize=1&pageSize=2", 400),
        ("pageSize=%ff", 400),
        ("pageSize=%00", 400),
        ("page=0", 400),
        ("cursor=nobody", 400),
        ("cursor=%00%ff", 400),
        ("&&&==&a=%", 200),
    ];
    for (query, status) in queries {
        let ask = get(route.base, &format!("{}?{query}", route.path));
        // A route without this parameter ignores it.
        route.judge(query, &ask.header("Authorization", good), &[status, 200, 429]);
    }
    let long = format!("{}?pageSize={}", route.path, "9".repeat(8_000));
    let ask = get(route.base, &long).header("Authorization", good);
    route.judge("a long query", &ask, &[400, 200, 429]);
}

fn bodies(route: &Route<'_>, good: &str) {
    let asked = |kind: &str, body: Vec<u8>| {
        let ask = ask(route.base, "POST", route.path).header("Authorization", good);
        if kind.is_empty() { Ask { body, ..ask } } else { ask.text(kind, body) }
    };
    for kind in ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        route.judge(kind, &asked(kind, b"{}".to_vec()), &[415]);
    }
    let json = "application/json";
    route.judge("too large", &asked(json, vec![b' '; 70 * 1024]), &[413]);
    let bodies: [&[u8]; 12] = [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b"{}x",
        b"\xff",
        b"\0",
        br#"{"query":7,"firstName":7}"#,
        br#"{"query":"{","firstName":"a"}"#,
        br#"{"query":"{ nobody }","firstName":"","lastName":"","email":""}"#,
        b"{\"query\":\"\\u0000\",\"firstName\":\"\\u0000\",\"lastName\":\"b\",\"email\":\"a@b.c\"}",
    ];
    for body in bodies {
        let what = String::from_utf8_lossy(body).into_owned();
        route.judge(&what, &asked(json, body.to_vec()), &[400]);
    }
    let deep =
        format!("{{\"query\":\"{}\",\"firstName\":{}", "{ a ".repeat(5_000), "[".repeat(9_000));
    route.judge("deep", &asked(json, deep.into_bytes()), &[400]);
    let deep = json!({"query": format!("{}{}", "{ a ".repeat(3_000), "}".repeat(3_000))});
    route.judge("a deep query", &asked(json, deep.to_string().into_bytes()), &[400]);
}
