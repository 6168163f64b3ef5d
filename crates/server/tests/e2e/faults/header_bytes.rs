//! Headers of others with bytes that are not ASCII (`obs-text`, RFC 9110 §5.5): cookies of other programs on the host,
//! what browsers and proxies add. Every request goes well that goes well without them.

use super::draft::Draft;
use super::judge::{Expect, decent, judge, must, reported};
use super::machines;
use super::person::{Browser, PASSWORD, People, authorization_endpoints, csrf};
use super::realm::{Realm, World};
use super::table::Encoding;
use crate::harness::http::{Answer, Ask, get, post};

/// In UTF-8, in Latin-1, or in both.
const FOREIGN: [(&str, &[u8]); 13] = [
    ("Accept", b"text/html, text/x-\xe9;q=0.5, */*"),
    ("Accept-Language", b"fr, \xe9"),
    ("User-Agent", b"Jos\xe9/1.0 (Soci\xc3\xa9t\xc3\xa9)"),
    ("Referer", b"http://elsewhere.example/caf\xc3\xa9?\xff"),
    ("From", b"jos\xe9@example.com"),
    ("Forwarded", b"for=\"Jos\xe9\";host=\xff"),
    ("X-Forwarded-For", b"Jos\xe9"),
    ("X-Forwarded-Host", b"Jos\xe9.example"),
    ("X-Forwarded-Proto", b"\xe9"),
    ("X-Request-Id", b"Jos\xc3\xa9"),
    ("If-None-Match", b"\"\xe9\", W/\"\xff\""),
    ("X-Original-URI", b"/caf\xe9"),
    ("X-Company", b"Soci\xc3\xa9t\xc3\xa9 Jos\xe9"),
];

/// The request with all of them, and with cookies of others around its own.
fn among_others(mut ask: Ask) -> Ask {
    for (name, value) in &mut ask.headers {
        let added = match name.as_str() {
            "Cookie" => {
                [b"company=Soci\xc3\xa9t\xc3\xa9; ", &value[..], b"; pref=Jos\xe9; \xff"].concat()
            }
            "Content-Type" => [&value[..], b"; title=\"Jos\xe9\""].concat(),
            _ => continue,
        };
        *value = added;
    }
    if !ask.headers.iter().any(|(name, _)| name == "Cookie") {
        ask = ask.header("Cookie", b"company=Soci\xc3\xa9t\xc3\xa9; pref=Jos\xe9");
    }
    FOREIGN.iter().fold(ask, |ask, (name, value)| ask.header(name, value))
}

pub(super) fn check_all(world: &World, email: &str) {
    for realm in &world.realms {
        for spot in machines(realm) {
            let good = Draft::good(realm, &spot, *spot.accepts.first().unwrap_or(&Encoding::Form));
            let what =
                format!("{} {} among others", realm.name, spot.endpoint.operation().as_str());
            judge(&spot, &what, &among_others(good.ask()), &Expect::fine());
        }
        apis(realm);
        if let Some(spots) = authorization_endpoints(realm) {
            person(&People::of(realm, &spots, email), email);
        }
    }
}

/// The answer to a request among others, which must have this status.
fn goes(realm: &Realm, what: &str, ask: Ask, status: u16) -> Answer {
    let ask = among_others(ask);
    let answer = ask.send();
    let what = format!("{}: {what}, among others", realm.name);
    decent(&what, &ask, &answer);
    must(answer.status == status, || format!("{what}\n{}", reported(&ask, &answer)));
    answer
}

/// What is beside the endpoints of the dialect.
fn apis(realm: &Realm) {
    let at = |path: &str| get(&realm.base, &format!("{}{path}", realm.prefix));
    let key = &realm.admin.key;
    goes(realm, "the admin API", at("/admin/v1/users").bearer(key), 200);
    let body = serde_json::json!({"name": "Soci\u{e9}t\u{e9}"});
    let organizations = format!("{}/admin/v1/organizations", realm.prefix);
    let new = post(&realm.base, &organizations).bearer(key).json(&body);
    goes(realm, "a creation", new, 201);
    for path in
        ["/healthz", "/status-lists", "/status-lists/0", "/feed/snapshot", "/admin/openapi.json"]
    {
        goes(realm, path, at(path), 200);
    }
}

/// Sign-in, consent, the account API and sign-out.
fn person(people: &People<'_>, email: &str) {
    let realm = people.realm;
    let prefix = &realm.prefix;
    let at = |path: &str| get(&realm.base, &format!("{prefix}{path}"));
    let browser = Browser::default();
    browser.send(at("/sign-in")).expect(200);
    let page = goes(realm, "the sign-in page", browser.with(at("/sign-in")), 200);
    let csrf_of = |page: &Answer| csrf(page).unwrap_or_default();
    let fields = [("csrf", &*csrf_of(&page)), ("email", email), ("password", PASSWORD)];
    let form = people.form(&format!("{prefix}/sign-in"), &fields);
    let answer = goes(realm, "signing in", browser.with(form), 303);
    let starts = |(name, value): &(String, String)| {
        name == "set-cookie" && value.starts_with("postern_session")
    };
    must(answer.headers.iter().any(starts), || format!("{}: no session", realm.name));

    let ask = people.asks(&people.app("among others", false)).ask();
    let target = ask.target.clone();
    let page = goes(realm, "the consent page", people.browser.with(ask), 200);
    let fields = [("csrf", &*csrf_of(&page)), ("decision", "allow")];
    let allowed = people.browser.with(people.form(&target, &fields));
    let ask = among_others(allowed);
    let answer = ask.send();
    decent("consent, among others", &ask, &answer);
    let code = super::ways::code(people, answer.header("location").unwrap_or_default());
    must(code.is_some(), || format!("{}: no code in {:?}", realm.name, answer.headers));
    goes(realm, "the account API", people.browser.with(at("/account/v1/me")), 200);

    let page = goes(realm, "the sign-out page", people.browser.with(at("/sign-out")), 200);
    let form = people.form(&format!("{prefix}/sign-out"), &[("csrf", &*csrf_of(&page))]);
    goes(realm, "signing out", people.browser.with(form), 303);
    people.browser.with(at("/account/v1/me")).send().expect(401);
}
