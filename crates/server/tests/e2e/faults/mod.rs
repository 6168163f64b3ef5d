//! Every endpoint with every fault, generated from the tables of the program itself: the dialects'
//! endpoints, the admin API's OpenAPI document, the demo APIs' routes.
//!
//! Each answer has the dialect's format and status, is not cacheable, has a request id, and reveals
//! neither internals of the program nor whether a client exists. Afterwards, everything still
//! works.

mod admin;
mod apis;
mod authorization_requests;
mod consenting;
mod credentials;
mod draft;
mod exchanging;
mod forged;
mod header_bytes;
mod judge;
mod leaving;
mod locations;
mod origins;
mod parameters;
mod person;
mod realm;
mod signing_in;
mod table;
mod unverified;
mod ways;
mod whole;
mod wire;

use draft::Draft;
use judge::{Expect, decent, face, judge, judged, must, reported, wrong};
use oauth::Operation;
use person::People;
use realm::{Realm, World};
use table::{Spot, spots};

pub(crate) use forged::forged;

const HARBOUR: &str = include_str!("../../../../dialect/tests/harbour.toml");

#[test]
fn every_endpoint_of_every_dialect_bears_every_fault() {
    let world = World::open("");
    let mut walked = 0;
    for realm in &world.realms {
        for spot in machines(realm) {
            check_all(realm, &spot);
            walked += 1;
        }
    }
    // Five operations in each of seven dialects, one of which has no tokens for machines.
    assert_eq!(walked, 34);
    ends_well(&world, "dialect endpoints");
    assert!(judged() > 5_400, "fewer requests were judged: {}", judged());
}

#[test]
fn the_authorization_endpoint_never_redirects_elsewhere() {
    let judged = of_people("authorization requests", |people, _, stranger| {
        authorization_requests::check_all(people, stranger);
        unverified::check_all(people);
    });
    assert!(judged > 1_000, "fewer requests were judged: {judged}");
}

#[test]
fn a_form_of_another_user_gives_no_code_and_changes_nothing() {
    let judged = of_people("consent forms", |people, _, stranger| {
        consenting::check_all(people, EMAIL, stranger);
    });
    assert!(judged > 200, "fewer requests were judged: {judged}");
}

#[test]
fn codes_and_refresh_tokens_are_bound_to_their_app_and_used_once() {
    let judged = of_people("exchanges", |people, spots, _| {
        assert!(exchanging::check_all(people, spots, "x") > 0, "{}", people.realm.name);
    });
    assert!(judged > 200, "fewer requests were judged: {judged}");
}

#[test]
fn userinfo_and_sign_out_answer_every_fault() {
    let judged = of_people("userinfo and the end of sessions", |people, spots, _| {
        leaving::check_all(people, spots);
    });
    assert!(judged > 200, "fewer requests were judged: {judged}");
}

#[test]
fn a_faulty_sign_in_form_signs_nobody_in_and_redirects_home_only() {
    let judged = of_people("signing in", |people, _, _| {
        signing_in::check_all(people, EMAIL);
    });
    assert!(judged > 200, "fewer requests were judged: {judged}");
}

#[test]
fn the_dialect_decides_which_endpoints_allow_cors() {
    let world = World::open("");
    let open = world.realms.iter().map(|realm| (realm.name, origins::check_all(realm)));
    let open: Vec<_> = open.filter(|(_, open)| *open > 4).collect();
    // In addition to keys and metadata, of which there are four paths.
    let expected = [("rfc", 7), ("spendesk", 7), ("spiko", 8), ("speckle", 9), ("harbour", 8)];
    assert_eq!(open, expected);
    quiet(&world.server.log(), "calls from other origins");
}

const EMAIL: &str = "ada.own@example.com";

/// Tests every realm with an authorization endpoint, with a user of it and a user of another realm.
fn of_people(
    what: &str,
    check_all: impl for<'a> Fn(&People<'a>, &'a [Spot<'a>], &person::Browser),
) -> usize {
    let world = World::open("");
    let strangers = ["rfc", "spiko"].map(|name| {
        let realm = world.realm(name);
        let spots = person::authorization_endpoints(realm).unwrap();
        People::of(realm, &spots, "bob@example.com").browser.clone()
    });
    for realm in &world.realms {
        let Some(spots) = person::authorization_endpoints(realm) else { continue };
        let people = People::of(realm, &spots, EMAIL);
        check_all(&people, &spots, &strangers[usize::from(realm.name == "rfc")]);
    }
    quiet(&world.server.log(), what);
    judged()
}

#[test]
fn inactive_credentials_get_the_same_answer_everywhere() {
    let world = World::open("");
    credentials::check_all(&world);
    ends_well(&world, "credentials");
    assert!(judged() > 740, "fewer requests were judged: {}", judged());
}

#[test]
fn every_route_of_the_admin_api_bears_every_fault() {
    let world = World::open("");
    let routes = admin::check_all(&world);
    assert!(routes > 60, "the document has {routes} routes");
    ends_well(&world, "admin routes");
    assert!(judged() > 3_900, "fewer requests were judged: {}", judged());
}

#[test]
fn every_route_of_the_demo_apis_bears_every_fault() {
    let server = apis::check_all();
    quiet(&server.log(), "demo API routes");
    assert!(judged() > 600, "fewer requests were judged: {}", judged());
}

#[test]
fn every_place_beside_the_endpoints_bears_every_method() {
    let server = locations::check_all();
    quiet(&server.log(), "places");
    assert!(judged() > 480, "fewer requests were judged: {}", judged());
}

#[test]
fn rfc9110_5_5_bytes_in_the_headers_of_others_change_nothing() {
    let world = World::open("trusted_proxies = [\"127.0.0.1\"]\n");
    header_bytes::check_all(&world, EMAIL);
    ends_well(&world, "requests among others");
    assert!(judged() > 100, "fewer requests were judged: {}", judged());
}

#[test]
fn connections_that_misbehave_are_answered_or_ended_in_time() {
    let world = World::open(
        "[limits]\nheader_timeout = \"1s\"\nbody_timeout = \"1s\"\nconnections = 200\n",
    );
    wire::check_all(&world);
    ends_well(&world, "connections");
}

/// The endpoints for machines.
fn machines(realm: &Realm) -> Vec<Spot<'_>> {
    let mut spots = spots(&realm.dialect, realm.toml);
    spots.retain(|spot| !spot.is_for_people());
    spots
}

/// Every fault of one endpoint.
fn check_all(realm: &Realm, spot: &Spot<'_>) {
    let prefix = &realm.prefix;
    let operation = spot.endpoint.operation();
    let named = |what: &str| format!("{} {}: {what}", realm.name, operation.as_str());
    for (index, path) in spot.endpoint.paths().iter().enumerate() {
        let good = Draft {
            path: format!("{prefix}{path}"),
            ..Draft::good(realm, spot, *spot.accepts.first().unwrap_or(&table::Encoding::Form))
        };
        goes_well(&named(path), &good);
        let plain = good.ask().target;
        let plain = plain.split('?').next().unwrap();
        for case in whole::methods(&good, plain).into_iter().chain(whole::paths(&good, plain)) {
            // An alias is the same endpoint: only the faults of its path are tested.
            if index < 2 {
                judge(spot, &named(&case.what), &case.ask, &case.expect);
            }
        }
    }
    if !parameters::is_asked(operation) {
        return;
    }
    for encoding in &spot.accepts {
        let good = Draft::good(realm, spot, *encoding);
        for case in whole::bodies(&good).into_iter().chain(whole::headers(&good)) {
            judge(spot, &named(&case.what), &case.ask, &case.expect);
        }
        unknown(&named("unknown parameters"), &good);
        for case in parameters::cases(&good) {
            judge(spot, &named(&case.what), &case.draft.ask(), &case.expect);
            twins(&named(&case.what), &case);
        }
        goes_well(&named("afterwards"), &good);
    }
}

/// RFC 6749 §3.1: what nobody reads is ignored, whatever its escapes.
fn unknown(what: &str, good: &Draft<'_>) {
    for unknown in parameters::UNKNOWN {
        let text = String::from_utf8_lossy(unknown);
        let mut ask = good.ask();
        let mark = if ask.target.contains('?') { '&' } else { '?' };
        ask.target.push_str(&format!("{mark}{text}"));
        if good.encoding == table::Encoding::Form {
            ask.body = [unknown, b"&", &ask.body, b"&", unknown].concat();
        }
        judge(good.spot, &format!("{what} {text:?}"), &ask, &Expect::fine());
    }
}

/// A caller without a secret gets the same answer for an existing and an unknown client.
fn twins(what: &str, case: &parameters::Case<'_>) {
    let secret = match case.draft.spot.endpoint.operation() {
        Operation::Token if !case.draft.fields.iter().any(is_secret) => "refresh_token",
        _ => "client_secret",
    };
    let mut known = case.draft.clone();
    // A malformed secret is wrong enough.
    if case.parameter != secret || known.fields.iter().any(|it| is_whole(it, case)) {
        known.set(secret, "wrong");
    }
    let mut unknown = known.clone();
    // A doubled id with one valid value is the same request for any client.
    if case.parameter == "client_id" || !unknown.set("client_id", "nobody") {
        return;
    }
    let (known, unknown) = (known.ask(), unknown.ask());
    let (of_known, of_unknown) = (known.send(), unknown.send());
    decent(what, &known, &of_known);
    decent(what, &unknown, &of_unknown);
    must(face(&of_known) == face(&of_unknown), || {
        let (known, unknown) = (reported(&known, &of_known), reported(&unknown, &of_unknown));
        format!("{what}: a client that exists is told apart\n{known}\n{unknown}")
    });
}

/// Whether the changed parameter still has its valid value.
fn is_whole(field: &draft::Field, case: &parameters::Case<'_>) -> bool {
    field.named.parameter == case.parameter
        && matches!(&field.value, draft::Value::Text(text) if *text == case.own)
}

fn is_secret(field: &draft::Field) -> bool {
    field.named.parameter == "client_secret"
}

fn goes_well(what: &str, good: &Draft<'_>) {
    judge(good.spot, what, &good.ask(), &Expect::fine());
}

/// The process still runs and has logged no error.
fn ends_well(world: &World, what: &str) {
    for realm in &world.realms {
        for spot in machines(realm) {
            let encoding = *spot.accepts.first().unwrap_or(&table::Encoding::Form);
            goes_well(realm.name, &Draft::good(realm, &spot, encoding));
        }
    }
    quiet(&world.server.log(), what);
}

fn quiet(log: &str, what: &str) {
    let wrong = wrong();
    let reported: Vec<&str> = wrong.iter().take(20).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} are wrong:\n{}",
        wrong.len(),
        judged(),
        reported.join("\n\n")
    );
    for bad in ["panicked", "\"level\":\"ERROR\"", "ERROR "] {
        let line = log.lines().find(|line| line.contains(bad));
        assert_eq!(line, None, "the log has {bad}");
    }
    println!("{} requests with faults of {what}", judged());
}
