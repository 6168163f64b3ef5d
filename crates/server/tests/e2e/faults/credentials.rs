//! Credentials that are no longer active, or never were, at every endpoint that accepts one.

use std::time::Duration;

use base::{Clock as _, SystemClock};
use oauth::{Operation, Problem as P};
use serde_json::{Value, json};

use super::draft::Draft;
use super::forged::forged;
use super::judge::{Expect, face, judge, must};
use super::realm::{AUDIENCE, OTHER, Realm, World};
use super::table::Spot;
use crate::harness::http;

/// Secrets of a client that must not work.
struct Dead {
    what: &'static str,
    client: String,
    secret: String,
}

pub(super) fn check_all(world: &World) {
    let dead: Vec<Vec<Dead>> = world.realms.iter().map(|realm| dead(world, realm)).collect();
    let tokens: Vec<Tokens> = world.realms.iter().map(Tokens::of).collect();
    // Everything with an expiry expires meanwhile.
    std::thread::sleep(Duration::from_millis(2_100));
    for ((realm, dead), tokens) in world.realms.iter().zip(&dead).zip(&tokens) {
        for spot in super::machines(realm) {
            match spot.endpoint.operation() {
                Operation::Token => refused(realm, &spot, dead),
                Operation::Introspection => {
                    refused(realm, &spot, dead);
                    inactive(world, realm, &spot, tokens);
                }
                Operation::Revocation => {
                    refused(realm, &spot, dead);
                    unmoved(world, realm, &spot, tokens);
                }
                _ => {}
            }
        }
    }
}

fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}")).to_owned()
}

fn dead(world: &World, realm: &Realm) -> Vec<Dead> {
    let admin = &realm.admin;
    let (own, good) = (realm.machine.id.clone(), realm.machine.secret.clone());
    let secrets = format!("/clients/{own}/secrets");
    let revoked = admin.create(&secrets, &json!({"label": "revoked"}));
    admin.act(&format!("{secrets}/{}/revoke", text(&revoked, "id")));
    let ends = SystemClock.now().plus(Duration::from_secs(1)).to_string();
    let expired = admin.create(&secrets, &json!({"label": "expired", "expires_at": ends}));
    let suspended = admin.machine(&json!({"name": "suspended"}), AUDIENCE);
    admin.act(&format!("/clients/{}/suspend", suspended.id));
    let other = admin.machine(&json!({"name": "other"}), OTHER);
    let at = world.realms.iter().position(|it| it.name == realm.name).unwrap();
    let foreign = &world.realms[(at + 1) % world.realms.len()].machine;
    let dead = |what, client: &str, secret: &str| Dead {
        what,
        client: client.to_owned(),
        secret: secret.to_owned(),
    };
    let mut typo = good.clone();
    let last = typo.pop().unwrap();
    typo.push(if last == 'a' { 'b' } else { 'a' });
    vec![
        dead("unknown", "nobody", &good),
        dead("wrong", &own, "wrong"),
        dead("mistyped", &own, &typo),
        dead("revoked", &own, &text(&revoked, "secret")),
        dead("expired", &own, &text(&expired, "secret")),
        dead("another's", &own, &other.secret),
        dead("of another realm", &foreign.id, &foreign.secret),
        dead("the other way round", &good, &own),
        dead("an admin key", &own, &admin.key),
        dead("a suspended client's, and wrong", &suspended.id, &good),
    ]
}

/// Every caller without a valid secret gets the same answer, whatever is wrong.
fn refused(realm: &Realm, spot: &Spot<'_>, dead: &[Dead]) {
    for encoding in &spot.accepts {
        let good = Draft::good(realm, spot, *encoding);
        if !good.fields.iter().any(|it| it.named.parameter == "client_secret") {
            continue;
        }
        let mut faces = Vec::new();
        for Dead { what, client, secret } in dead {
            let mut draft = good.clone();
            assert!(draft.set("client_id", client) && draft.set("client_secret", secret));
            let what =
                format!("{} {}: a secret {what}", realm.name, spot.endpoint.operation().as_str());
            let answer = judge(spot, &what, &draft.ask(), &Expect::only(P::InvalidClient));
            faces.push(face(&answer));
        }
        faces.dedup();
        must(faces.len() == 1, || format!("{}: they differ: {faces:#?}", realm.name));
    }
}

/// Access tokens that are not active.
struct Tokens {
    bad: Vec<(String, String)>,
    /// An active one.
    good: Option<String>,
}

impl Tokens {
    fn of(realm: &Realm) -> Self {
        let mut bad = vec![
            ("nothing like it".to_owned(), "x".to_owned()),
            ("a pair of nobody's".to_owned(), "nobody:x".to_owned()),
            ("colons".to_owned(), ":::".to_owned()),
            ("dots".to_owned(), "eyJ..".to_owned()),
            ("long".to_owned(), "eyJ".repeat(2_000)),
            ("an admin key".to_owned(), realm.admin.key.clone()),
            ("a client's secret".to_owned(), realm.machine.secret.clone()),
        ];
        bad.extend(forged(&realm.token, &Value::Null));
        let good = mint(realm);
        if let Some(good) = &good {
            let keys = http::get(&realm.base, &format!("{}/jwks.json", realm.prefix)).send();
            bad.extend(forged(good, &keys.expect(200).json()));
            bad.push(("revoked".to_owned(), revoked(realm)));
            bad.push(("expired".to_owned(), short_lived(realm)));
        }
        Self { bad, good }
    }
}

/// A token from the token endpoint; `None` where there is none.
pub(super) fn mint(realm: &Realm) -> Option<String> {
    let spots = super::machines(realm);
    let spot = spots.iter().find(|it| it.endpoint.operation() == Operation::Token)?;
    let good = Draft::good(realm, spot, spot.accepts[0]);
    let answer = good.ask().send();
    assert!(answer.status < 300, "{}", answer.text());
    let body = answer.json();
    let names = ["access_token", "accessToken"];
    let found =
        names.iter().find_map(|name| body[*name].as_str()).or(body["pass"]["text"].as_str());
    Some(found.unwrap().to_owned())
}

/// A token that its own client revoked.
fn revoked(realm: &Realm) -> String {
    let token = mint(realm).unwrap();
    let spots = super::machines(realm);
    let spot = spots.iter().find(|it| it.endpoint.operation() == Operation::Revocation).unwrap();
    let mut draft = Draft::good(realm, spot, spot.accepts[0]);
    assert!(draft.set("token", &token));
    if !realm.is_machines_own() {
        assert!(draft.set("client_id", &realm.values(Operation::Token)["client_id"]));
        draft.fields.retain(|it| it.named.parameter != "client_secret");
    }
    assert!(draft.ask().send().status < 300);
    token
}

fn short_lived(realm: &Realm) -> String {
    let servers = realm.admin.read("/resource-servers");
    let servers = servers["data"].as_array().unwrap();
    let server = servers.iter().find(|it| it["identifier"] == AUDIENCE).unwrap();
    let path = format!("/resource-servers/{}", text(server, "id"));
    let change = |tokens: Value| {
        let change = json!({"tokens": tokens});
        realm.admin.call("PATCH", &path, Some(&change)).expect(200);
    };
    change(json!({"lifetime": 1}));
    let token = mint(realm).unwrap();
    change(json!({}));
    token
}

/// RFC 7662 §2.2: for an inactive token, the answer is `active: false`, and nothing more.
fn inactive(world: &World, realm: &Realm, spot: &Spot<'_>, tokens: &Tokens) {
    let foreign = world.realms.iter().filter(|it| it.name != realm.name);
    let foreign = foreign.map(|it| (format!("of {}", it.name), it.token.clone()));
    let bad = tokens.bad.iter().cloned().chain(foreign);
    for encoding in &spot.accepts {
        let mut draft = Draft::good(realm, spot, *encoding);
        for (what, token) in bad.clone() {
            assert!(draft.set("token", &token));
            let what = format!("{} introspection: a token {what}", realm.name);
            let answer = judge(spot, &what, &draft.ask(), &Expect::fine());
            must(answer.json() == json!({"active": false}), || what.clone());
        }
        if let Some(good) = tokens.good.as_ref().filter(|_| realm.is_machines_own()) {
            assert!(draft.set("token", good));
            assert_eq!(draft.ask().send().json()["active"], true, "{}", realm.name);
        }
    }
}

/// RFC 7009 §2.2: revoking an inactive token succeeds.
fn unmoved(world: &World, realm: &Realm, spot: &Spot<'_>, tokens: &Tokens) {
    let foreign = &world.realms.iter().find(|it| it.name != realm.name).unwrap().token;
    let mut draft = Draft::good(realm, spot, spot.accepts[0]);
    for (what, token) in &tokens.bad {
        assert!(draft.set("token", token));
        let what = format!("{} revocation: a token {what}", realm.name);
        judge(spot, &what, &draft.ask(), &Expect::fine());
    }
    assert!(draft.set("token", foreign));
    judge(spot, "revocation of a foreign token", &draft.ask(), &Expect::fine());
}
