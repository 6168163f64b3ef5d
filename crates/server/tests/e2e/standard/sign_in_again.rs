//! `prompt=login`: the sign-in counts in the browser that was sent to it, whatever the clocks of two nodes say. And
//! `id_token_hint`: only an ID token of the same app names anybody.

use serde_json::json;

use super::{Fixture, text};
use crate::dialects::person::{Person, parameter};
use crate::harness::Server;
use crate::harness::http::{form, post};

const CHALLENGE: [(&str, &str); 2] = [
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ("code_challenge_method", "S256"),
];

/// Signs in at this address. Returns where that leads.
fn sign_in(person: &mut Person, at: &str) -> String {
    let page = person.open(at).expect(200);
    let csrf = page.text().split("name=\"csrf\" value=\"").nth(1).unwrap();
    let csrf = csrf.split('"').next().unwrap().to_owned();
    let fields = [
        ("csrf", csrf.as_str()),
        ("email", &*person.email.clone()),
        ("password", &*person.password.clone()),
    ];
    let asked = post(&person.base, at).header("Origin", &person.base);
    let asked = asked.text("application/x-www-form-urlencoded", form(&fields));
    person.ask(asked).expect(303).header("location").unwrap().to_owned()
}

fn is_consent(answer: &crate::harness::http::Answer) -> bool {
    answer.status == 200 && answer.text().contains("name=\"decision\"")
}

/// Two nodes whose clocks are 8 seconds apart: the session has the time of the one that is late. The program is
/// started anew in between, since one process owns the file.
#[test]
fn a_sign_in_by_a_node_that_is_eight_seconds_late_counts() {
    let fixture = Fixture::new();
    let app = fixture.app(json!({}));
    let again = fixture.asks(&app, &[&CHALLENGE[..], &[("prompt", "login")]].concat());
    let mut ada = fixture.person();
    let to_sign_in = ada.open(&again).expect(303).header("location").unwrap().to_owned();
    let back = sign_in(&mut ada, &to_sign_in);
    assert!(back.contains("login_after="), "{back}");
    let Fixture { server, admin, base } = fixture;
    let folder = server.end();
    let database = rusqlite::Connection::open(folder.path().join("data.db")).unwrap();
    let sql = "UPDATE account SET body = json_set(body, '$.sessions[0].authenticated_at',
                   json_extract(body, '$.sessions[0].authenticated_at') - 8000)";
    assert_eq!(database.execute(sql, []).unwrap(), 1);
    drop(database);
    let server = Server::serve(folder, &base);
    let fixture = Fixture { server, admin, base };
    let page = ada.open(&back);
    assert!(is_consent(&page), "{} {:?}", page.status, page.header("location"));
    assert!(parameter(&ada.follow(&back), "code").is_some());
    // The next request asks anew, with this session as the one from before.
    let to_sign_in = ada.open(&again).expect(303).header("location").unwrap().to_owned();
    let skipped = parameter(&to_sign_in, "return_to").unwrap();
    assert_eq!(ada.open(&skipped).status, 303, "the sign-in cannot be skipped");
    drop(fixture);
}

#[test]
fn a_marker_of_another_browser_does_not_spare_a_sign_in() {
    let fixture = Fixture::new();
    let app = fixture.app(json!({}));
    let again = fixture.asks(&app, &[&CHALLENGE[..], &[("prompt", "login")]].concat());
    let mut attacker = fixture.person();
    let to_sign_in = attacker.open(&again).expect(303).header("location").unwrap().to_owned();
    let marked = parameter(&to_sign_in, "return_to").unwrap();
    let mut ada = fixture.person();
    let elsewhere = ada.open(&fixture.asks(&app, &CHALLENGE)).expect(303);
    sign_in(&mut ada, elsewhere.header("location").unwrap());
    let answer = ada.open(&marked);
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert!(answer.header("location").unwrap().starts_with("/sign-in"));
    // In the browser that it was made for, a sign-in counts.
    let back = sign_in(&mut attacker, &to_sign_in);
    assert!(is_consent(&attacker.open(&back)));
}

#[test]
fn a_hint_is_an_id_token_of_the_same_app() {
    let fixture = Fixture::new();
    let (one, two) = (fixture.app(json!({})), fixture.app(json!({"name": "Spindle"})));
    let tokens = fixture.connected(&one, &[("scope", "openid read")]);
    let others = fixture.connected(&two, &[("scope", "openid read")]);
    let mut ada = fixture.person();
    ada.follow(&fixture.asks(&one, &CHALLENGE));
    let mut silent = |hint: &str| {
        let more = [("prompt", "none"), ("scope", "openid read"), ("id_token_hint", hint)];
        let answer = ada.open(&fixture.asks(&one, &[&CHALLENGE[..], &more].concat()));
        parameter(answer.header("location").unwrap(), "error")
    };
    assert_eq!(silent(&text(&tokens, "id_token")), None);
    for hint in [text(&others, "id_token"), text(&tokens, "access_token"), "x.y.z".to_owned()] {
        assert_eq!(silent(&hint).as_deref(), Some("login_required"), "{hint}");
    }
}
