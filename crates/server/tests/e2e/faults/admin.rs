//! The admin API: every operation of its OpenAPI document with every fault.

use serde_json::{Map, Value, json};

use super::judge::{decent, must, reported};
use super::realm::{Realm, World};
use crate::harness::http::{Ask, ask, get};

/// An operation of the document.
struct Route<'a> {
    realm: &'a Realm,
    method: String,
    /// The path with placeholders.
    path: String,
    /// The schema of its body.
    body: Option<Value>,
    creates: bool,
}

/// Keys that give no access to a realm, or not enough.
struct Keys {
    refused: Vec<Vec<u8>>,
    powerless: String,
}

/// Tests all routes. Returns how many there were.
pub(super) fn check_all(world: &World) -> usize {
    let realm = world.realm("rfc");
    let document = get(&realm.base, "/rfc/admin/openapi.json").send().expect(200).json();
    let keys = keys(world, realm);
    let routes = routes(realm, &document);
    for route in &routes {
        authorization(route, &keys);
        placeholders(route);
        if route.method == "GET" {
            queries(route);
        } else {
            bodies(route);
        }
    }
    methods(realm, &document);
    routes.len()
}

fn keys(world: &World, realm: &Realm) -> Keys {
    let admin = &realm.admin;
    let new = |label: &str, scopes: Value| {
        let made = admin.create("/admin-keys", &json!({"label": label, "scopes": scopes}));
        (made["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
    };
    let (id, revoked) = new("revoked", json!(["clients:read"]));
    admin.act(&format!("/admin-keys/{id}/revoke"));
    let (_, powerless) = new("powerless", json!(["signing_keys:read"]));
    let foreign = &world.realm("spiko").admin.key;
    let good = &admin.key;
    let bearer = |token: &str| format!("Bearer {token}").into_bytes();
    let refused = vec![
        Vec::new(),
        b"Bearer".to_vec(),
        b"Bearer ".to_vec(),
        b"Bearer x".to_vec(),
        b"Bearer \xff".to_vec(),
        b"Basic YTpi".to_vec(),
        bearer(&"x".repeat(10_000)),
        bearer(&revoked),
        bearer(foreign),
        bearer(&realm.token),
        bearer(&realm.machine.secret),
        bearer(&good[..good.len() - 1]),
        bearer(&format!("{good}x")),
        bearer(&format!(" {good}")),
        good.clone().into_bytes(),
    ];
    Keys { refused, powerless }
}

fn routes<'a>(realm: &'a Realm, document: &Value) -> Vec<Route<'a>> {
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            let name = body["$ref"].as_str().and_then(|it| it.rsplit('/').next());
            routes.push(Route {
                realm,
                method: method.to_uppercase(),
                path: path.clone(),
                body: name.map(|name| document["components"]["schemas"][name].clone()),
                creates: operation["responses"].get("201").is_some(),
            });
        }
    }
    routes
}

impl Route<'_> {
    /// The replacement for each `{…}`.
    fn target(&self, id: &str) -> String {
        let mut target = format!("{}{}", self.realm.prefix, self.path);
        while let (Some(from), Some(to)) = (target.find('{'), target.find('}')) {
            target.replace_range(from..=to, id);
        }
        target
    }

    fn ask(&self, target: &str) -> Ask {
        ask(&self.realm.base, &self.method, target).bearer(&self.realm.admin.key)
    }

    fn judge(&self, what: &str, ask: &Ask, allowed: &[u16]) {
        let answer = ask.send();
        let what = format!("{} {}: {what}", self.method, self.path);
        decent(&what, ask, &answer);
        let reported = || format!("{what}: expected {allowed:?}\n{}", reported(ask, &answer));
        must(allowed.contains(&answer.status), reported);
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let members = body.as_object().map(|it| it.keys().map(String::as_str).collect());
        let members: Vec<&str> = members.unwrap_or_default();
        must(members == ["error", "error_description", "request_id"], reported);
        must(body["request_id"] == answer.request_id(), reported);
        let challenged = answer.header("www-authenticate").is_some();
        must(answer.status != 401 || challenged, reported);
    }
}

fn authorization(route: &Route<'_>, keys: &Keys) {
    let target = route.target("nobody");
    let plain = || ask(&route.realm.base, &route.method, &target);
    let with_body = |ask: Ask| if route.body.is_some() { ask.json(&json!({})) } else { ask };
    route.judge("no key", &with_body(plain()), &[401]);
    for key in &keys.refused {
        let what = String::from_utf8_lossy(key).chars().take(60).collect::<String>();
        route.judge(&what, &with_body(plain().header("Authorization", key)), &[401]);
    }
    let own = format!("Bearer {}", route.realm.admin.key);
    let twice = plain().header("Authorization", &own).header("Authorization", &own);
    route.judge("two keys", &with_body(twice), &[401]);
    if !route.path.contains("signing-keys") {
        route.judge("a key without the scope", &with_body(plain().bearer(&keys.powerless)), &[403]);
    }
}

fn placeholders(route: &Route<'_>) {
    if !route.path.contains('{') {
        return;
    }
    let long = "x".repeat(2_000);
    for id in ["nobody", "%00", "%ff", "%zz", "..%2f..", "%20", "'", &long, "\u{1F511}"] {
        let id = if id.is_ascii() { id.to_owned() } else { "%F0%9F%94%91".to_owned() };
        let ask = route.ask(&route.target(&id));
        let ask = if route.body.is_some() { ask.json(&json!({})) } else { ask };
        // A missing body field may be reported first.
        route.judge(&id, &ask, &[404, 400]);
    }
}

fn queries(route: &Route<'_>) {
    let target = route.target("nobody");
    for query in [
        "nobody=1",
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=ten",
        "limit=",
        "limit=99999999999999999999999",
        "limit=1&limit=2",
        "after=nobody",
        "after=%00",
        "after=",
        "organization=nobody",
        "client=nobody&client=nobody",
        "target=%ff",
    ] {
        let ask = route.ask(&format!("{target}?{query}"));
        let answer = ask.send();
        decent(query, &ask, &answer);
        let refused = matches!(answer.status, 400 | 404);
        // An empty cursor is invalid; a filter that matches nothing returns an empty list.
        let lenient = query.starts_with("target") || query.ends_with('=');
        let fits = refused || (lenient && answer.status == 200);
        must(fits, || format!("{query}\n{}", reported(&ask, &answer)));
    }
}

fn bodies(route: &Route<'_>) {
    let Some(schema) = &route.body else { return };
    let target = route.target("nobody");
    let asked = |kind: &str, body: Vec<u8>| {
        let ask = route.ask(&target);
        if kind.is_empty() { Ask { body, ..ask } } else { ask.text(kind, body) }
    };
    let json = "application/json";
    for kind in ["", "text/plain", "application/x-www-form-urlencoded", "application/xml"] {
        route.judge(kind, &asked(kind, b"{}".to_vec()), &[415]);
    }
    route.judge("too large", &asked(json, vec![b' '; 1_100_000]), &[413]);
    let broken: [&[u8]; 9] =
        [b"{", b"[]", b"null", b"7", b"{}{}", b"\xff", b"\0", b"{\"a\":\"\xff\"}", b"{\"a\":1,}"];
    for body in broken {
        let what = String::from_utf8_lossy(body).into_owned();
        route.judge(&what, &asked(json, body.to_vec()), &[400]);
    }
    let deep = "[".repeat(20_000).into_bytes();
    route.judge("deep", &asked(json, deep), &[400]);
    let send = |what: &str, body: &Map<String, Value>| {
        let body = Value::Object(body.clone()).to_string().into_bytes();
        // No entity has this name. The unknown entity may be reported first.
        route.judge(what, &asked(json, body), &[400, 404]);
    };
    let mut strange = Map::new();
    strange.insert("nobody".to_owned(), json!(1));
    send("an unknown member", &strange);
    let empty = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&empty);
    for (name, property) in properties {
        for value in wrong_values(property) {
            let mut body = Map::new();
            body.insert(name.clone(), value.clone());
            send(&format!("{name} as {value}"), &body);
        }
        let twice = format!("{{\"{name}\":null,\"{name}\":null}}").into_bytes();
        route.judge(&format!("{name} doubled"), &asked(json, twice), &[400, 404]);
    }
    if schema["required"].as_array().is_some_and(|required| !required.is_empty()) {
        send("nothing at all", &empty);
    }
    if route.creates {
        for key in ["", " ", &"k".repeat(1_000), "\u{e9}"] {
            let ask = asked(json, b"{\"nobody\":1}".to_vec()).header("Idempotency-Key", key);
            route.judge("an idempotency key", &ask, &[400]);
        }
    }
}

/// Values that a property of this schema does not accept.
fn wrong_values(property: &Value) -> Vec<Value> {
    let text = property.to_string();
    let of = |kind: &str| text.contains(&format!("\"{kind}\""));
    let mut wrong = vec![json!({"nobody": 1}), json!([{"nobody": 1}]), json!(1.5)];
    if !of("boolean") {
        wrong.push(json!(true));
    }
    if !of("integer") {
        wrong.push(json!(7));
    }
    if of("string") && !of("array") {
        // Names have no control characters. Ids, times and enum values are never one of these.
        wrong.push(json!("\0"));
        wrong.push(json!("x".repeat(20_000)));
    }
    wrong
}

fn methods(realm: &Realm, document: &Value) {
    for (path, item) in document["paths"].as_object().unwrap() {
        let known: Vec<String> =
            item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "BREW"] {
            if known.iter().any(|it| it == method) {
                continue;
            }
            let route = Route {
                realm,
                method: method.to_owned(),
                path: path.clone(),
                body: None,
                creates: false,
            };
            route.judge("not allowed", &route.ask(&route.target("nobody")), &[405]);
        }
    }
    for path in ["/admin/v1/nowhere", "/admin/v1", "/admin", "/admin/v2/clients", "/admin/v1/%00"] {
        let path = path.to_owned();
        let route = Route { realm, method: "GET".to_owned(), path, body: None, creates: false };
        route.judge("nowhere", &route.ask(&route.target("nobody")), &[404]);
    }
}
