//! Every operation of the account API's document with every fault: a clear error in the one format,
//! and never a 500.

use serde_json::{Value, json};

use super::{Fixture, SignedIn};
use crate::harness::http::{Answer, Ask, ask, get};

/// An operation of the document.
struct Route {
    method: String,
    path: String,
    /// The members of its body, by name.
    members: Vec<String>,
    takes_body: bool,
    /// The parameters of its query, by name.
    query: Vec<String>,
}

impl Route {
    /// The replacement for each `{…}`.
    fn target(&self, id: &str) -> String {
        let mut target = self.path.clone();
        while let (Some(from), Some(to)) = (target.find('{'), target.find('}')) {
            target.replace_range(from..=to, id);
        }
        target
    }

    fn ask(&self, base: &str, target: &str) -> Ask {
        let ask = ask(base, &self.method, target);
        if self.method == "GET" { ask } else { ask.header("Origin", base) }
    }
}

fn routes(document: &Value) -> Vec<Route> {
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            let name = body.as_str().and_then(|it| it.rsplit('/').next());
            let schema = name.map(|name| &document["components"]["schemas"][name]["properties"]);
            let members = schema.and_then(Value::as_object);
            let members = members.map(|it| it.keys().cloned().collect()).unwrap_or_default();
            let (method, path) = (method.to_uppercase(), path.clone());
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let query = parameters.filter(|it| it["in"] == "query");
            let query = query.map(|it| it["name"].as_str().unwrap().to_owned()).collect();
            routes.push(Route { method, path, members, takes_body: name.is_some(), query });
        }
    }
    routes
}

fn judge(what: &str, answer: &Answer, allowed: &[u16]) {
    let reported = || format!("{what}: {} {}", answer.status, answer.text());
    assert!(allowed.contains(&answer.status), "{}", reported());
    let body = answer.json();
    let members: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["error", "error_description", "request_id"], "{}", reported());
    assert_eq!(body["request_id"], answer.request_id());
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{}", reported());
    assert!(answer.status != 401 || answer.header("www-authenticate").is_some(), "{}", reported());
}

fn bodies(person: &mut SignedIn, base: &str, route: &Route) {
    let target = route.target("nobody");
    let mut judged = |what: &str, body: Vec<u8>, allowed: &[u16]| {
        let sent = route.ask(base, &target).text("application/json", body);
        let what = format!("{} {target}: {what}", route.method);
        judge(&what, &person.send(sent), allowed);
    };
    for broken in ["{", "[]", "null", "{}{}", "{\"a\":1,}", "{\"nobody\":1}", "\u{0}"] {
        judged(broken, broken.into(), &[400, 404]);
    }
    judged("too large", vec![b' '; 70_000], &[413]);
    judged("deep", "[".repeat(20_000).into(), &[400]);
    judged("no text", b"{\"a\":\"\xff\"}".to_vec(), &[400]);
    for member in &route.members {
        for value in [json!({"nobody": 1}), json!([{}]), json!(1.5), json!("\u{0}"), json!(-1)] {
            let body = json!({member: value}).to_string();
            judged(&body, body.clone().into(), &[400, 404]);
        }
        let twice = format!("{{\"{member}\":null,\"{member}\":null}}");
        judged(&twice, twice.clone().into(), &[400, 404]);
    }
}

/// RFC 6749 §3.1: only what the route reads can be wrong.
fn queries(person: &mut SignedIn, base: &str, route: &Route) {
    let target = route.target("nobody");
    let mut send = |query: &str| person.send(route.ask(base, &format!("{target}?{query}")));
    let plain = send("").status;
    for query in ["nobody=1", "utm_campaign=50%off", "foo=%e4", "%ff=1&%ff=1", "nobody&&nobody=%"] {
        assert_eq!(send(query).status, plain, "{target}?{query}");
    }
    for query in
        ["limit=0", "limit=ten", "limit=1&limit=2", "limit=1&limit=1", "limit=%ff", "after=%00"]
    {
        let name = query.split('=').next().unwrap();
        if route.query.iter().any(|it| it == name) {
            judge(query, &send(query), &[400, 404]);
            assert_eq!(send(&format!("{name}=")).status, plain, "{target}: {name} without a value");
        }
    }
}

#[test]
fn every_fault_at_every_route_is_refused_in_the_one_shape() {
    let fixture = Fixture::new();
    let mut ada = fixture.sign_in("ada", &fixture.app());
    let base = fixture.base().to_owned();
    let document = get(&base, "/account/openapi.json").send().expect(200).json();
    let routes = routes(&document);
    assert!(routes.len() >= 21, "{}", routes.len());
    let (_, powerless) = fixture.pat(&ada.id, &["streams:read"]);
    for route in &routes {
        let target = route.target("nobody");
        let plain = || {
            let ask = ask(&base, &route.method, &target);
            if route.method == "GET" { ask } else { ask.json(&json!({})) }
        };
        judge("nobody", &plain().send(), &[401]);
        judge("a token without the scope", &plain().bearer(&powerless).send(), &[403]);
        let both = plain().bearer(&powerless).bearer(&powerless);
        judge("two tokens", &both.send(), &[401]);
        judge("basic", &plain().basic("a", "b").send(), &[401]);
        if route.path.contains('{') {
            let long = "x".repeat(2_000);
            for id in ["nobody", "%00", "%ff", "%zz", "..%2f..", "%20", "'", &long] {
                let ask = route.ask(&base, &route.target(id));
                let ask = if route.takes_body { ask.json(&json!({})) } else { ask };
                judge(&format!("{} {id}", route.path), &ada.send(ask), &[404, 400]);
            }
        }
        if route.method == "GET" {
            queries(&mut ada, &base, route);
        } else {
            bodies(&mut ada, &base, route);
        }
        judge("brewing", &ada.send(ask(&base, "BREW", &target)), &[405]);
    }
    for nowhere in ["/account", "/account/v1", "/account/v2/me", "/account/v1/%00", "/account/x"] {
        judge(nowhere, &ada.send(get(&base, nowhere)), &[404]);
    }
    ada.read("/me");
}
