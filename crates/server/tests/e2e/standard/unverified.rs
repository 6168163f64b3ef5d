//! RFC 9700 §4.11.2: an app that a person registered and nobody verified gets no error by a redirect
//! before the visitor saw a page.

use serde_json::{Value, json};

use super::{App, Fixture, REDIRECT, text};
use crate::dialects::person::{Person, parameter};
use crate::harness::http::{Answer, ask, get};

const CHALLENGE: [(&str, &str); 2] = [
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ("code_challenge_method", "S256"),
];

/// A call of the account API as a page of ours makes it.
fn account(person: &mut Person, method: &str, path: &str, body: &Value) -> Answer {
    let base = person.base.clone();
    let asked = ask(&base, method, &format!("/account/v1{path}")).header("Origin", &base);
    person.ask(asked.json(body))
}

/// A person who is signed in, and the app that she registered.
fn registered(fixture: &Fixture) -> (Person, App) {
    let mut ada = fixture.person();
    ada.decision = "deny";
    ada.follow(&fixture.asks(&fixture.app(json!({})), &CHALLENGE));
    let new = json!({
        "name": "Mine", "redirect_uris": [REDIRECT], "scopes": ["read"],
        "post_logout_redirect_uris": ["https://app.example/bye"],
    });
    let made = account(&mut ada, "POST", "/apps", &new).expect(201).json();
    assert_eq!(made["verified"], false);
    let secret = made["secret"].as_str().map(str::to_owned);
    (ada, App { id: text(&made, "id"), secret })
}

/// Requests that end with an error before a visitor saw a page.
fn faulty<'a>() -> [Vec<(&'a str, &'a str)>; 4] {
    let with = |more: (&'a str, &'a str)| [&CHALLENGE[..], &[more]].concat();
    [with(("prompt", "none")), with(("scope", "everything")), with(("max_age", "soon")), vec![]]
}

#[test]
fn nobody_is_sent_to_an_unverified_app_with_an_error_before_a_page() {
    let fixture = Fixture::new();
    let (mut ada, app) = registered(&fixture);
    let answers = |fixture: &Fixture| {
        let each = faulty().into_iter();
        let each = each.map(|more| get(&fixture.base, &fixture.asks(&app, &more)).send());
        each.collect::<Vec<_>>()
    };
    for answer in answers(&fixture) {
        assert_eq!(answer.header("location"), None, "{}", answer.text());
        assert!((400..500).contains(&answer.status), "{}", answer.status);
        assert!(answer.header("content-security-policy").unwrap().contains("default-src 'none'"));
        assert_eq!(answer.header("refresh"), None);
        // The visitor sees where a link leads, and may take it.
        let page = answer.text();
        assert!(page.contains("Go on to app.example"), "{page}");
        assert!(page.contains(&format!("href=\"{REDIRECT}?")) && page.contains("error="), "{page}");
        assert!(!fixture.admin.why(&answer).is_empty(), "and it is recorded");
    }
    // Signed in, without consent, it is the same.
    let silent = fixture.asks(&app, &[&CHALLENGE[..], &[("prompt", "none")]].concat());
    let answer = ada.open(&silent);
    assert_eq!((answer.status, answer.header("location")), (400, None), "{}", answer.text());
    // Who denies on the page saw a page.
    let back = ada.follow(&fixture.asks(&app, &CHALLENGE));
    assert_eq!(parameter(&back, "error").as_deref(), Some("access_denied"));
    // A link to sign out sends nobody there either.
    let out = format!(
        "/end-session?client_id={}&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye",
        app.id
    );
    let answer = get(&fixture.base, &out).send();
    assert_eq!((answer.status, answer.header("location")), (200, None));
    // Consent is remembered as ever.
    ada.decision = "allow";
    assert!(parameter(&ada.follow(&fixture.asks(&app, &CHALLENGE)), "code").is_some());
    let answer = ada.open(&silent);
    assert!(parameter(answer.header("location").unwrap(), "code").is_some());

    let made = fixture.admin.act(&format!("/clients/{}/verify", app.id));
    assert_eq!(made["verified"], true);
    for answer in answers(&fixture) {
        let location = answer.header("location").unwrap();
        assert!(location.starts_with(REDIRECT) && location.contains("error="), "{location}");
    }
    let answer = get(&fixture.base, &out).send();
    assert!(answer.header("location").unwrap().starts_with("https://app.example/bye"));
}

#[test]
fn staff_verify_an_app_and_its_owner_can_lose_that() {
    let fixture = Fixture::new();
    let (mut ada, app) = registered(&fixture);
    let (one, own) = (format!("/clients/{}", app.id), format!("/apps/{}", app.id));
    let is_verified = || fixture.admin.read(&one)["verified"] == true;
    assert!(!is_verified());
    let refused = account(&mut ada, "PATCH", &own, &json!({"verified": true}));
    assert_eq!(refused.status, 400, "{}", refused.text());
    for (command, expected) in [("verify", true), ("unverify", false), ("verify", true)] {
        let mut cli = crate::harness::postern();
        cli.args(["client", command, &app.id, "--url", &fixture.base]);
        let done = cli.env("POSTERN_ADMIN_KEY", &fixture.admin.key).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(is_verified(), expected);
    }
    account(&mut ada, "PATCH", &own, &json!({"name": "Ours"})).expect(200);
    assert!(is_verified());
    let more = json!({"redirect_uris": [REDIRECT, "https://elsewhere.example/cb"]});
    let changed = account(&mut ada, "PATCH", &own, &more).expect(200).json();
    assert_eq!(changed["verified"], false);
    fixture.admin.call("PATCH", &one, Some(&json!({"verified": true}))).expect(200);
    assert!(is_verified());
    let events = fixture.admin.read(&format!("/events?target={}", app.id));
    let actions: Vec<_> =
        events["data"].as_array().unwrap().iter().filter_map(|it| it["action"].as_str()).collect();
    let of = |action: &str| actions.iter().filter(|it| **it == action).count();
    assert_eq!((of("client.verified"), of("client.unverified")), (3, 2), "{actions:?}");
}

/// What staff make is verified, and so is what was stored before there was the flag.
#[test]
fn apps_of_staff_and_of_earlier_versions_are_verified() {
    let fixture = Fixture::new();
    let (_, own) = registered(&fixture);
    let of_staff = fixture.app(json!({}));
    assert_eq!(fixture.admin.read(&format!("/clients/{}", of_staff.id))["verified"], true);
    let Fixture { server, admin, base } = fixture;
    let folder = server.end();
    let database = rusqlite::Connection::open(folder.path().join("data.db")).unwrap();
    let sql = "UPDATE client SET body = json_remove(body, '$.verified') WHERE public_id = ?";
    assert_eq!(database.execute(sql, [&own.id]).unwrap(), 1);
    drop(database);
    let _server = crate::harness::Server::serve(folder, &base);
    assert_eq!(admin.read(&format!("/clients/{}", own.id))["verified"], true);
}
