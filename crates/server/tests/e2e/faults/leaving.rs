//! Faults of userinfo and of signing out.

use oauth::{Operation, Problem as P};

use super::judge::{Expect, decent, judge, must, reported};
use super::person::People;
use super::table::Spot;
use super::whole;
use crate::harness::http::{Ask, ask, form, get, post};

pub(super) fn check_all<'a>(people: &People<'a>, spots: &'a [Spot<'a>]) {
    for at in spots {
        match at.endpoint.operation() {
            Operation::UserInfo => userinfo(people, at),
            Operation::EndSession => end_session(people, at),
            Operation::Revocation if at.possession => thrown_away(people, at),
            _ => {}
        }
        if at.is_for_people() {
            methods(people, at);
        }
    }
}

/// The methods that are not allowed, and the paths beside it.
fn methods(people: &People<'_>, at: &Spot<'_>) {
    let path = format!("{}{}", people.realm.prefix, at.endpoint.paths()[0]);
    let good = super::draft::Draft { path: path.clone(), ..people.asks(&nobody()) };
    let good = super::draft::Draft { spot: at, ..good };
    let plain = path.replace(['{', '}'], "");
    let values = path.contains('{');
    let near = if values { Vec::new() } else { whole::paths(&good, &plain) };
    for case in whole::methods(&good, &plain).into_iter().chain(near) {
        let what = format!("{} {}", people.realm.name, case.what);
        judge(at, &what, &case.ask, &case.expect);
    }
}

fn nobody() -> super::person::App {
    super::person::App { id: "nobody".to_owned(), secret: None }
}

/// RFC 6750 §3.1.
fn userinfo(people: &People<'_>, at: &Spot<'_>) {
    let realm = people.realm;
    let target = format!("{}{}", realm.prefix, at.endpoint.paths()[0]);
    let refused = Expect::one_of(&[P::InvalidToken, P::InvalidClient, P::InvalidRequest]);
    for method in ["GET", "POST"] {
        let bare = || ask(&realm.base, method, &target);
        let long = "x".repeat(8_000);
        let cases: [(&str, Ask); 10] = [
            ("no token", bare()),
            ("an empty token", bare().header("Authorization", "Bearer ")),
            ("no token at all", bare().header("Authorization", "Bearer")),
            ("nonsense", bare().bearer("x")),
            ("a long token", bare().bearer(&long)),
            ("not ASCII", bare().header("Authorization", b"Bearer \xff")),
            ("Basic", bare().basic(&realm.machine.id, &realm.machine.secret)),
            ("two headers", bare().bearer("x").bearer("x")),
            ("a secret", bare().bearer(&realm.machine.secret)),
            ("in the query", ask(&realm.base, method, &format!("{target}?access_token=x"))),
        ];
        for (what, ask) in cases {
            let what = format!("{} userinfo by {method}: {what}", realm.name);
            judge(at, &what, &ask, &refused);
            let with_session = people.browser.with(ask);
            judge(at, &format!("{what}, and a session"), &with_session, &refused);
        }
    }
    // Active tokens without a user.
    let lacking = Expect::one_of(&[P::InvalidToken, P::InsufficientScope]);
    for token in [Some(realm.token.clone()), super::credentials::mint(realm)].into_iter().flatten()
    {
        let ask = get(&realm.base, &target).bearer(&token);
        judge(at, &format!("{} userinfo of no person", realm.name), &ask, &lacking);
    }
}

/// No redirect, whatever is requested.
fn end_session(people: &People<'_>, at: &Spot<'_>) {
    let realm = people.realm;
    let target = format!("{}{}", realm.prefix, at.endpoint.paths()[0]);
    let app = people.app("signs people out", false);
    let long = "x".repeat(7_000);
    let mut cases: Vec<Vec<(&str, &str)>> = vec![
        vec![],
        vec![("state", "s"), ("state", "s")],
        vec![("client_id", "nobody")],
        vec![("id_token_hint", "x")],
        vec![("id_token_hint", "e30.e30.")],
        vec![("id_token_hint", &realm.token)],
        vec![("id_token_hint", &long)],
    ];
    for uri in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "https://app.example/cb?own=1",
        "https://app.example@evil.example/",
        "x",
    ] {
        cases.push(vec![("post_logout_redirect_uri", uri)]);
        cases.push(vec![("post_logout_redirect_uri", uri), ("client_id", &app.id), ("state", "s")]);
    }
    for fields in cases {
        let what = format!("{} end of session with {fields:?}", realm.name);
        let query = format!("{target}?{}", form(&fields));
        let asks =
            [get(&realm.base, &query), people.form(&target, &fields), post(&realm.base, &query)];
        for ask in asks.into_iter().flat_map(|ask| [people.browser.with(ask.clone()), ask]) {
            let answer = ask.send();
            decent(&what, &ask, &answer);
            let home = format!("{}/", realm.prefix);
            let leads = answer.header("location").filter(|to| !to.starts_with(&home));
            must(leads.is_none(), || format!("{what}: it leads away\n{}", reported(&ask, &answer)));
            must(answer.status < 500, || what.clone());
        }
    }
    // RFC 6749 §3.1: what nobody reads is ignored.
    for unknown in super::parameters::UNKNOWN {
        let unknown = String::from_utf8_lossy(unknown);
        let ask = get(&realm.base, &format!("{target}?{unknown}&state=&client_id={}", app.id));
        let answer = people.browser.with(ask.clone()).send();
        must(answer.status == 200, || reported(&ask, &answer));
    }
    // A link alone does not sign the user out.
    let home = format!("{}/sign-in", realm.prefix);
    let page = people.browser.send(get(&realm.base, &home));
    must(page.text().contains("signed in"), || format!("{}: signed out by a link", realm.name));
}

/// Revoking an unknown token gets the same answer as revoking an existing one.
fn thrown_away(people: &People<'_>, at: &Spot<'_>) {
    let realm = people.realm;
    let path = format!("{}{}", realm.prefix, at.endpoint.paths()[0]);
    let (method, in_path) = (&at.endpoint.methods()[0], path.contains('{'));
    let long = "x".repeat(7_000);
    for token in ["x", "nobody:x", "%F0%9F%94%91", "eyJ..", &long, &realm.machine.secret] {
        let target = if in_path {
            let (front, rest) = path.split_once('{').unwrap();
            format!("{front}{token}{}", rest.split_once('}').unwrap().1)
        } else {
            path.clone()
        };
        let mut sent = ask(&realm.base, method, &target);
        if !in_path {
            sent = sent.json(&serde_json::json!({"token": token, "refreshToken": token}));
        }
        let what = format!("{} throwing {token} away", realm.name);
        judge(at, &what, &sent, &Expect::fine());
    }
    if !in_path {
        for body in ["", "{}", "[]", "{\"token\":7}", "{\"token\":\"a\",\"token\":\"a\"}", "{"] {
            let sent = ask(&realm.base, method, &path).text("application/json", body);
            let what = format!("{} throwing {body} away", realm.name);
            judge(at, &what, &sent, &Expect::only(P::InvalidRequest));
        }
    }
}
