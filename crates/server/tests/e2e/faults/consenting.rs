//! Faults of the consent form, and what may change while the user reads it.

use dialect::OrganizationChoice;
use oauth::Problem as P;
use serde_json::json;

use super::authorization_requests::sent;
use super::judge::must;
use super::person::{App, Browser, People, csrf, text};
use super::ways::{Way, judged, led};
use crate::harness::http::{Answer, Ask, get, post};

const FORM: &str = "application/x-www-form-urlencoded";

pub(super) fn check_all(people: &People<'_>, email: &str, stranger: &Browser) {
    let app = people.app("nobody says yes", false);
    forms(people, &app, stranger);
    headers(people, &app);
    bodies(people, &app);
    organizations(people, &app);
    said(people, email);
    meanwhile(people);
}

/// The consent page of an app, its address, and its hidden field.
fn shown(people: &People<'_>, app: &App) -> (String, String) {
    let ask = people.asks(app).ask();
    let page = people.browser.send(ask.clone());
    must(page.status == 200, || format!("{}: {}", people.realm.name, page.text()));
    (ask.target, csrf(&page).unwrap_or_default())
}

/// Judges a form; if a page is shown instead of a code, it continues there.
fn sends(people: &People<'_>, what: &str, ask: Ask, way: &Way) -> Answer {
    led(people, what, &people.browser.with(ask), sent(people), way)
}

fn forms(people: &People<'_>, app: &App, stranger: &Browser) {
    let (target, good) = shown(people, app);
    let (elsewhere, other) = shown(people, &people.app("another app", false));
    let strangers = stranger.send(get(&people.realm.base, &target));
    let strangers = csrf(&strangers).unwrap_or_default();
    let longer = format!("{good}x");
    let shorter = &good[..good.len() - 1];
    let allow = ("decision", "allow");
    let cases: [(&str, Vec<(&str, &str)>); 12] = [
        ("without a token", vec![allow]),
        ("with an empty token", vec![("csrf", ""), allow]),
        ("with nonsense for a token", vec![("csrf", "\u{1F511}\0"), allow]),
        ("with a longer token", vec![("csrf", &longer), allow]),
        ("with a shorter token", vec![("csrf", shorter), allow]),
        ("of another browser", vec![("csrf", &strangers), allow]),
        ("of another request", vec![("csrf", &other), allow]),
        ("with two tokens", vec![("csrf", &good), ("csrf", &good), allow]),
        ("with no decision", vec![("csrf", &good)]),
        ("with an empty decision", vec![("csrf", &good), ("decision", "")]),
        ("with another decision", vec![("csrf", &good), ("decision", "ALLOW ")]),
        ("with two decisions", vec![("csrf", &good), allow, ("decision", "deny")]),
    ];
    for (what, fields) in cases {
        let answer = sends(people, what, people.form(&target, &fields), &Way::page());
        // Nothing is lost: the page is shown again, and works.
        must(csrf(&answer).as_deref() == Some(&good), || format!("{what}: it does not go on"));
    }
    let foreign = people.form(&elsewhere, &[("csrf", &good), allow]);
    sends(people, "sent to another request", foreign, &Way::page());
    let more = people.form(&format!("{target}&x=y"), &[("csrf", &good), allow]);
    sends(people, "sent to a longer request", more, &Way::page());
    let mark = if target.contains('?') { '&' } else { '?' };
    let link = get(&people.realm.base, &format!("{target}{mark}csrf={good}&decision=allow"));
    sends(people, "as a link", link, &Way::asks());
    let ask = people.form(&target, &[("csrf", &good), allow]);
    led(people, "without a cookie", &ask, sent(people), &Way::sign_in());
    let ask = stranger.with(ask);
    led(people, "in another browser", &ask, sent(people), &Way::sign_in().or_page());
    let denied = people.form(&target, &[("csrf", &good), ("decision", "deny")]);
    sends(people, "denied in the end", denied, &Way::back(&[P::AccessDenied]));
}

/// Forms that a browser sends for other sites' pages.
fn headers(people: &People<'_>, app: &App) {
    let (target, good) = shown(people, app);
    let ask = || post(&people.realm.base, &target);
    let body = format!("csrf={good}&decision=allow");
    for (name, value) in [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Sec-Fetch-Site", "nonsense"),
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://127.0.0.1"),
        ("Origin", ""),
    ] {
        let ask = ask().header(name, value).text(FORM, body.clone());
        sends(people, &format!("{name}: {value}"), ask, &Way::page());
    }
}

fn bodies(people: &People<'_>, app: &App) {
    let (target, good) = shown(people, app);
    let origin = people.realm.base.clone();
    let ask = || post(&people.realm.base, &target).header("Origin", &origin);
    let body = format!("csrf={good}&decision=allow");
    for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x", "\u{fc}"] {
        let ask = ask().text(kind, body.clone());
        sends(people, &format!("as {kind}"), ask, &Way::page());
    }
    for (what, body) in [
        ("empty", String::new()),
        ("of separators", "&&&===&".to_owned()),
        ("of broken escapes", format!("csrf={good}%&decision=%zz")),
        ("over the limit", format!("{body}&x={}", "x".repeat(20 * 1024))),
        ("of a thousand fields", format!("{}{}", body.replace("allow", ""), "&a=b".repeat(1_000))),
    ] {
        let ask = ask().text(FORM, body);
        sends(people, &format!("a body {what}"), ask, &Way::page());
    }
    let ask = ask().text(FORM, b"csrf=\xff\xfe&decision=allow".to_vec());
    sends(people, "a body that is not UTF-8", ask, &Way::page());
}

/// An organization that is not the user's, named by a form or a link.
fn organizations(people: &People<'_>, app: &App) {
    if people.realm.dialect.authorization().organization == OrganizationChoice::Never {
        return;
    }
    let (target, good) = shown(people, app);
    for named in [people.foreign.as_str(), "nobody", "\u{1F511}", "../../etc"] {
        let fields = [("csrf", &*good), ("organization", named)];
        let answer = people.browser.send(people.form(&target, &fields));
        let Some(next) = answer.header("location").filter(|_| answer.status == 303) else {
            must(answer.status == 400, || format!("{named}: {}", answer.status));
            continue;
        };
        must(next.starts_with(&people.realm.prefix), || next.to_owned());
        let ask = get(&people.realm.base, next);
        let refused = [P::AccessDenied, P::InvalidRequest];
        sends(people, &format!("for {named}"), ask, &Way::back(&refused));
        let both = people.form(next, &[("csrf", &*good), ("decision", "allow")]);
        let way = Way::back(&refused).or_page();
        sends(people, &format!("allowed for {named}"), both, &way);
    }
}

/// The same consent twice, and the consent of an ended session.
fn said(people: &People<'_>, email: &str) {
    let app = people.app("said yes twice", false);
    let (target, good) = shown(people, &app);
    let yes = || people.form(&target, &[("csrf", &good), ("decision", "allow")]);
    let first = sends(people, "said yes", yes(), &Way { asks: false, ..Way::fine() });
    let again = sends(people, "said yes again", yes(), &Way { asks: false, ..Way::fine() });
    let codes = [first, again].map(|it| it.header("location").map(str::to_owned));
    must(codes[0] != codes[1], || format!("{}: one code twice", people.realm.name));

    let app = people.app("a session that ended", false);
    let before = people.browser.clone();
    let (target, good) = shown(people, &app);
    let yes = || people.form(&target, &[("csrf", &good), ("decision", "allow")]);
    let location = format!("{}/sign-out", people.realm.prefix);
    let page = people.browser.send(get(&people.realm.base, &location));
    let out = csrf(&page).unwrap();
    people.browser.send(people.form(&location, &[("csrf", &out)])).expect(303);
    sends(people, "after signing out", yes(), &Way::sign_in());
    let ask = before.with(yes());
    led(people, "with the cookie of before", &ask, sent(people), &Way::sign_in());
    people.sign_in(&people.browser, email);
    let answer = sends(people, "in a new session", yes(), &Way::page());
    let fresh = csrf(&answer).unwrap_or_default();
    let yes = people.form(&target, &[("csrf", &fresh), ("decision", "allow")]);
    sends(people, "once more", yes, &Way { asks: false, ..Way::fine() });
}

/// Changes between the page and the answer.
fn meanwhile(people: &People<'_>) {
    let admin = &people.realm.admin;
    let app = people.app("suspended meanwhile", false);
    let (target, good) = shown(people, &app);
    let yes = || people.form(&target, &[("csrf", &good), ("decision", "allow")]);
    admin.act(&format!("/clients/{}/suspend", app.id));
    sends(people, "the app was suspended", yes(), &Way::page());
    sends(people, "a suspended app", people.asks(&app).ask(), &Way::page());
    admin.act(&format!("/clients/{}/activate", app.id));
    sends(people, "the app is back", yes(), &Way { asks: false, ..Way::fine() });

    let app = people.app("deleted meanwhile", false);
    let (target, good) = shown(people, &app);
    let yes = people.form(&target, &[("csrf", &good), ("decision", "allow")]);
    if admin.call("DELETE", &format!("/clients/{}", app.id), Some(&json!({}))).status == 200 {
        sends(people, "the app was deleted", yes, &Way::page());
    }
    if people.realm.dialect.authorization().organization == OrganizationChoice::Never {
        return;
    }
    // The consent would now be for something else than the page named.
    let app = people.app("left meanwhile", false);
    let (target, good) = shown(people, &app);
    let yes = || people.form(&target, &[("csrf", &good), ("decision", "allow")]);
    let of = |organization: &str| format!("/users/{}/memberships/{organization}", people.user);
    let own = of(&people.organization);
    admin.call("DELETE", &own, Some(&json!({}))).expect(200);
    let refused = Way::back(&[P::AccessDenied]).or_page();
    sends(people, "the person left", yes(), &refused);
    let new = text(&admin.create("/organizations", &json!({"name": "A new company"})), "id");
    admin.call("PUT", &of(&new), Some(&json!({}))).expect(200);
    sends(people, "the person is elsewhere", yes(), &refused);
    admin.call("PUT", &own, Some(&json!({}))).expect(200);
    admin.call("DELETE", &of(&new), Some(&json!({}))).expect(200);
    sends(people, "the person is back", yes(), &Way { asks: false, ..Way::fine() });

    let app = people.app("closed meanwhile", false);
    let (target, good) = shown(people, &app);
    let yes = || people.form(&target, &[("csrf", &good), ("decision", "allow")]);
    admin.act(&format!("/organizations/{}/suspend", people.organization));
    sends(people, "the organization was suspended", yes(), &refused);
    admin.act(&format!("/organizations/{}/activate", people.organization));
    judged(
        people,
        "the organization is back",
        (&yes(), &people.browser.send(yes())),
        sent(people),
        &Way { asks: false, ..Way::fine() },
    );
}
