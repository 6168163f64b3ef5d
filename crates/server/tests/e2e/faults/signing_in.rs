//! Faults of signing in: of the form, and of its redirect.

use super::judge::{decent, must, reported};
use super::person::{Browser, PASSWORD, People, csrf};
use crate::harness::http::{Ask, escaped, get, post};

/// Addresses that browsers read as another host's, or as a script.
const ELSEWHERE: [&str; 22] = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "@evil.example",
    ".evil.example",
    "evil.example",
    "?next=//evil.example",
    "#//evil.example",
    "/%2f%2fevil.example",
    "/..//evil.example",
    "/\u{2215}evil.example",
    "\r\nLocation: https://evil.example",
    "\0",
    "",
];

pub(super) fn check_all(people: &People<'_>, email: &str) {
    let location = format!("{}/sign-in", people.realm.prefix);
    normal_forms(people);
    leads(people, &location, email);
    forms(people, &location, email);
    queries(people, &location, email);
}

/// RFC 6749 §3.1, for the pages too: what a page does not read is ignored, and what it reads comes
/// once.
fn queries(people: &People<'_>, location: &str, email: &str) {
    let home = format!("{}/sign-in", people.realm.prefix);
    let to = format!("return_to={}", escaped(&home));
    for unknown in super::parameters::UNKNOWN {
        let unknown = String::from_utf8_lossy(unknown);
        let target = format!("{location}?{unknown}&return_to=&{to}&{unknown}");
        let browser = Browser::default();
        let token = csrf(&browser.send(get(&people.realm.base, &target)).expect(200)).unwrap();
        let fields = [("csrf", &*token), ("email", email), ("password", PASSWORD)];
        let mut ask = browser.with(people.form(&target, &fields));
        ask.body.extend_from_slice(format!("&{unknown}&csrf=&email=").as_bytes());
        let answer = ask.send();
        decent(&unknown, &ask, &answer);
        must(answer.status == 303, || reported(&ask, &answer));
    }
    for twice in [format!("{to}&{to}"), format!("{to}&return_to=/x"), "return_to=%ff".to_owned()] {
        let ask = get(&people.realm.base, &format!("{location}?{twice}"));
        let answer = ask.send();
        decent(&twice, &ask, &answer);
        must(answer.status == 400, || reported(&ask, &answer));
    }
}

/// An address and a password are the same in NFC and NFD, whichever of the two they were set in.
fn normal_forms(people: &People<'_>) {
    let admin = &people.realm.admin;
    let spelled = |address: &str, secret: &str| (address.to_owned(), secret.to_owned());
    let both = [
        spelled("zo\u{eb}@caf\u{e9}.example", "tr\u{e8}s secr\u{e8}tement"),
        spelled("zoe\u{308}@cafe\u{301}.example", "tre\u{300}s secre\u{300}tement"),
    ];
    for (number, (email, password)) in both.iter().enumerate() {
        let email = email.replace('@', &format!("{number}@"));
        let new = serde_json::json!({"email": email, "name": "Zo\u{eb}", "password": password});
        let made = admin.create("/users", &new);
        let kept = format!("zo\u{eb}{number}@caf\u{e9}.example");
        must(made["email"] == kept.as_str(), || format!("{email} is kept as {}", made["email"]));
        let again = serde_json::json!({"email": kept, "name": "Another Zo\u{eb}"});
        let taken = admin.call("POST", "/users", Some(&again));
        must(taken.status == 409, || format!("{kept} twice: {}", taken.text()));
        for (email, _) in &both {
            for (_, password) in &both {
                let email = email.replace('@', &format!("{number}@"));
                let browser = Browser::default();
                people.sign_in_with(&browser, &email, password);
            }
        }
    }
}

/// The user is signed in and redirected to the home page.
fn leads(people: &People<'_>, location: &str, email: &str) {
    let home = format!("{}/", people.realm.prefix);
    for to in ELSEWHERE {
        for to in [to.to_owned(), format!("{}{to}", people.realm.prefix)] {
            let target = format!("{location}?return_to={}", escaped(&to));
            let browser = Browser::default();
            let page = browser.send(get(&people.realm.base, &target)).expect(200);
            let token = csrf(&page).unwrap();
            let fields = [("csrf", &*token), ("email", email), ("password", PASSWORD)];
            let ask = browser.with(people.form(&target, &fields));
            let answer = ask.send();
            decent(&format!("signed in, to {to:?}"), &ask, &answer);
            let location = answer.header("location").unwrap_or_default();
            let safe = location.starts_with(&home) && !location.starts_with(&format!("{home}/"));
            let plain = location.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
            must(answer.status == 303 && safe && plain, || {
                format!("{}: {to:?} leads to {location}", people.realm.name)
            });
        }
    }
}

/// A faulty form signs nobody in, and does not reveal who has an account.
fn forms(people: &People<'_>, location: &str, email: &str) {
    let browser = Browser::default();
    let page = browser.send(get(&people.realm.base, location)).expect(200);
    let token = csrf(&page).unwrap();
    let good = [("csrf", &*token), ("email", email), ("password", PASSWORD)];
    let without = |name: &str| good.iter().copied().filter(|(it, _)| *it != name).collect();
    let with = |name: &'static str, value| {
        let mut fields = good.to_vec();
        fields.iter_mut().filter(|(it, _)| *it == name).for_each(|it| it.1 = value);
        fields
    };
    let twice = |name: &'static str, value| {
        let mut fields = good.to_vec();
        fields.push((name, value));
        fields
    };
    let long = "x".repeat(5_000);
    let cases: [(&str, Vec<(&str, &str)>); 14] = [
        ("no token", without("csrf")),
        ("another token", with("csrf", "x")),
        ("two tokens", twice("csrf", &token)),
        ("no address", without("email")),
        ("no password", without("password")),
        ("an empty password", with("password", "")),
        ("a wrong password", with("password", "wrong")),
        ("a long password", with("password", &long)),
        ("a password with NUL", with("password", "\0")),
        ("two passwords", twice("password", PASSWORD)),
        ("two addresses", twice("email", email)),
        ("an unknown address", with("email", "nobody@example.com")),
        ("an address of nonsense", with("email", "\u{1F511}\r\n\0<script>")),
        ("a long address", with("email", &long)),
    ];
    for (what, fields) in cases {
        refused(people, what, &browser.with(people.form(location, &fields)));
    }
    refused(people, "without a cookie", &people.form(location, &good));
    let body = crate::harness::http::form(&good);
    let form = "application/x-www-form-urlencoded";
    let evil = post(&people.realm.base, location).header("Origin", "https://evil.example");
    refused(people, "another site's form", &browser.with(evil.text(form, body.clone())));
    let json = post(&people.realm.base, location).text("application/json", body.clone());
    refused(people, "as JSON", &browser.with(json));
    let large = format!("{body}&x={}", "x".repeat(20 * 1024));
    let large = post(&people.realm.base, location).text(form, large);
    refused(people, "over the limit", &browser.with(large));
    // The account is not locked afterwards.
    people.sign_in(&Browser::default(), email);
}

fn refused(people: &People<'_>, what: &str, ask: &Ask) {
    let what = format!("{}: signing in, {what}", people.realm.name);
    let answer = ask.send();
    decent(&what, ask, &answer);
    let session = |(name, value): &(String, String)| {
        name == "set-cookie" && value.starts_with("postern_session")
    };
    must(!answer.headers.iter().any(session), || format!("{what}: signed in"));
    let stays = answer.header("location").is_none() && (400..500).contains(&answer.status);
    must(stays, || format!("{what}\n{}", reported(ask, &answer)));
    must(!answer.text().contains(PASSWORD), || format!("{what}: the password is in the page"));
}
