//! Every endpoint with every fault, generated from the tables that the program itself is made from:
//! the dialects' endpoints, the admin API's OpenAPI document, the demo APIs' routes.
//!
//! Each answer has the dialect's shape and status, is kept by nobody, can be looked up, tells
//! nothing of the program and nothing of whether a client exists; and afterwards all goes on.

mod admin;
mod apis;
mod asking;
mod consenting;
mod credentials;
mod draft;
mod exchanging;
mod forged;
mod judge;
mod leaving;
mod locations;
mod origins;
mod parameters;
mod person;
mod realm;
mod signing_in;
mod table;
mod ways;
mod whole;
mod wire;

use draft::Draft;
use judge::{Expect, decent, face, judge, judged, must, told, wrong};
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
            walk(realm, &spot);
            walked += 1;
        }
    }
    // Five operations in each of seven dialects, one of which has no tokens for machines.
    assert_eq!(walked, 34);
    ends_well(&world, "dialect endpoints");
    assert!(judged() > 5_400, "the walk became shorter: {}", judged());
}

#[test]
fn where_people_are_asked_nothing_leads_elsewhere() {
    let judged = of_people("authorization requests", |people, _, stranger| {
        asking::walk(people, stranger);
    });
    assert!(judged > 1_000, "the walk became shorter: {judged}");
}

#[test]
fn a_form_that_is_not_this_persons_gives_no_code_and_loses_nothing() {
    let judged = of_people("consent forms", |people, _, stranger| {
        consenting::walk(people, EMAIL, stranger);
    });
    assert!(judged > 200, "the walk became shorter: {judged}");
}

#[test]
fn what_an_app_brings_is_its_own_proven_and_brought_once() {
    let judged = of_people("exchanges", |people, spots, _| {
        assert!(exchanging::walk(people, spots, "x") > 0, "{}", people.realm.name);
    });
    assert!(judged > 200, "the walk became shorter: {judged}");
}

#[test]
fn whoever_asks_who_somebody_is_or_signs_them_out_bears_every_fault() {
    let judged = of_people("userinfo and the end of sessions", |people, spots, _| {
        leaving::walk(people, spots);
    });
    assert!(judged > 200, "the walk became shorter: {judged}");
}

#[test]
fn signing_in_leads_home_and_nobody_in_by_a_form_that_is_amiss() {
    let judged = of_people("signing in", |people, _, _| {
        signing_in::walk(people, EMAIL);
    });
    assert!(judged > 200, "the walk became shorter: {judged}");
}

#[test]
fn pages_of_other_origins_call_what_the_dialect_lets_them() {
    let world = World::open("");
    let open = world.realms.iter().map(|realm| (realm.name, origins::walk(realm)));
    let open: Vec<_> = open.filter(|(_, open)| *open > 4).collect();
    // Beside keys and metadata, of which there are four paths.
    let expected = [("rfc", 5), ("spendesk", 7), ("spiko", 5), ("speckle", 9), ("harbour", 7)];
    assert_eq!(open, expected);
    quiet(&world.server.log(), "calls from other origins");
}

const EMAIL: &str = "ada.own@example.com";

/// Walks every realm where people are asked, with a person of it and somebody of another realm.
fn of_people(
    what: &str,
    walk: impl for<'a> Fn(&People<'a>, &'a [Spot<'a>], &person::Browser),
) -> usize {
    let world = World::open("");
    let strangers = ["rfc", "spiko"].map(|name| {
        let realm = world.realm(name);
        let spots = person::asked(realm).unwrap();
        People::of(realm, &spots, "bob@example.com").browser.clone()
    });
    for realm in &world.realms {
        let Some(spots) = person::asked(realm) else { continue };
        let people = People::of(realm, &spots, EMAIL);
        walk(&people, &spots, &strangers[usize::from(realm.name == "rfc")]);
    }
    quiet(&world.server.log(), what);
    judged()
}

#[test]
fn credentials_that_are_not_good_are_told_the_same_everywhere() {
    let world = World::open("");
    credentials::walk(&world);
    ends_well(&world, "credentials");
    assert!(judged() > 740, "the walk became shorter: {}", judged());
}

#[test]
fn every_route_of_the_admin_api_bears_every_fault() {
    let world = World::open("");
    let routes = admin::walk(&world);
    assert!(routes > 60, "the document has {routes} routes");
    ends_well(&world, "admin routes");
    assert!(judged() > 3_900, "the walk became shorter: {}", judged());
}

#[test]
fn every_route_of_the_demo_apis_bears_every_fault() {
    let server = apis::walk();
    quiet(&server.log(), "demo API routes");
    assert!(judged() > 600, "the walk became shorter: {}", judged());
}

#[test]
fn every_place_beside_the_endpoints_bears_every_method() {
    let server = locations::walk();
    quiet(&server.log(), "places");
    assert!(judged() > 480, "the walk became shorter: {}", judged());
}

#[test]
fn connections_that_misbehave_are_answered_or_ended_in_time() {
    let world = World::open(
        "[limits]\nheader_timeout = \"1s\"\nbody_timeout = \"1s\"\nconnections = 200\n",
    );
    wire::walk(&world);
    ends_well(&world, "connections");
}

/// The endpoints that a machine has use of.
fn machines(realm: &Realm) -> Vec<Spot<'_>> {
    let mut spots = spots(&realm.dialect, realm.toml);
    spots.retain(|spot| !spot.is_for_people());
    spots
}

/// Every fault of one endpoint.
fn walk(realm: &Realm, spot: &Spot<'_>) {
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
            // An alias is the same endpoint: its own faults are those of its path.
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
        for case in parameters::cases(&good) {
            judge(spot, &named(&case.what), &case.draft.ask(), &case.expect);
            twins(&named(&case.what), &case);
        }
        goes_well(&named("afterwards"), &good);
    }
}

/// Whoever has no secret is told the same of a client that exists and of one that does not.
fn twins(what: &str, case: &parameters::Case<'_>) {
    let secret = match case.draft.spot.endpoint.operation() {
        Operation::Token if !case.draft.fields.iter().any(is_secret) => "refresh_token",
        _ => "client_secret",
    };
    let mut known = case.draft.clone();
    // A secret that was spoilt is wrong enough.
    if case.parameter != secret || known.fields.iter().any(|it| is_whole(it, case)) {
        known.set(secret, "wrong");
    }
    let mut unknown = known.clone();
    // A doubled id, one of them good, is the same request whoever it names.
    if case.parameter == "client_id" || !unknown.set("client_id", "nobody") {
        return;
    }
    let (known, unknown) = (known.ask(), unknown.ask());
    let (of_known, of_unknown) = (known.send(), unknown.send());
    decent(what, &known, &of_known);
    decent(what, &unknown, &of_unknown);
    must(face(&of_known) == face(&of_unknown), || {
        let (known, unknown) = (told(&known, &of_known), told(&unknown, &of_unknown));
        format!("{what}: a client that exists is told apart\n{known}\n{unknown}")
    });
}

/// Whether the spoilt parameter still has its good value.
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

/// The process is as it was, and has nothing to complain of.
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
    let told: Vec<&str> = wrong.iter().take(20).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), judged(), told.join("\n\n"));
    for bad in ["panicked", "\"level\":\"ERROR\"", "ERROR "] {
        let line = log.lines().find(|line| line.contains(bad));
        assert_eq!(line, None, "the log has {bad}");
    }
    println!("{} requests with faults of {what}", judged());
}
