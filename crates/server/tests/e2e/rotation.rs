//! Rotation of refresh tokens, with the binary on both databases: a hundred concurrent refreshes of
//! one token are one rotation, and what was acknowledged before a `kill -9` survives it.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use store_suite::postgres;

use crate::budgets::Bank;
use crate::harness::http::{self, Answer, Ask, post};
use crate::harness::realm::{Machine, Realm};
use crate::harness::{Server, clock};

const API: &str = "https://api.example";
/// The number of concurrent refreshes.
const CROWD: usize = 100;
/// Connections that refresh repeatedly until the process is killed.
const CONNECTIONS: usize = 6;

/// A dialect with rotation. Its access tokens are sealed, so that the test measures the store.
const DIALECT: &str = "spiko";

/// A realm with a client whose refresh tokens rotate.
struct Fixture {
    bank: Bank,
    client: Machine,
}

impl Fixture {
    fn open(realm: Realm) -> Self {
        let bank = Bank::open(realm);
        let new = json!({
            "name": "partner",
            "grant_types": ["client_credentials", "refresh_token"],
        });
        let client = bank.admin.machine(&new, API);
        Self { bank, client }
    }

    /// A connection: its refresh token's public id, and the token.
    fn connect(&self) -> (String, String) {
        let made = self.bank.admin.create("/refresh-tokens", &json!({"client": self.client.id}));
        let text = |member: &str| made[member].as_str().unwrap().to_owned();
        (text("id"), text("secret"))
    }

    fn refreshing(&self, token: &str) -> Ask {
        refreshing(&self.bank.admin.base, &self.client, token)
    }
}

fn refreshing(base: &str, client: &Machine, token: &str) -> Ask {
    let ask = post(base, "/oauth2/token").basic(&client.id, &client.secret);
    ask.form(&[("grant_type", "refresh_token"), ("refresh_token", token)])
}

fn text(answer: &Value, member: &str) -> String {
    answer[member].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// A hundred concurrent requests get one successor, repeatedly; then a replay revokes the
/// connection.
fn one_rotation_among_many(fixture: &Fixture) {
    let (_, mut token) = fixture.connect();
    let first = token.clone();
    for _ in 0..3 {
        let start = Barrier::new(CROWD);
        let answers: Vec<Answer> = thread::scope(|scope| {
            let asking: Vec<_> = (0..CROWD)
                .map(|_| {
                    scope.spawn(|| {
                        let ask = fixture.refreshing(&token);
                        start.wait();
                        ask.send()
                    })
                })
                .collect();
            asking.into_iter().map(|asking| asking.join().unwrap()).collect()
        });
        let all: Vec<Value> = answers.into_iter().map(|it| it.expect(200).json()).collect();
        let successors: BTreeSet<_> = all.iter().map(|it| text(it, "refresh_token")).collect();
        assert_eq!(successors.len(), 1, "one rotation, one family");
        let access: BTreeSet<_> = all.iter().map(|it| text(it, "access_token")).collect();
        assert_eq!(access.len(), CROWD, "each got a token of its own");
        token = successors.into_iter().next().unwrap();
    }
    let replayed = fixture.refreshing(&first).send().expect(400);
    assert_eq!(text(&replayed.json(), "error"), "invalid_grant");
    assert_eq!(fixture.bank.admin.why(&replayed), "refresh_replayed");
    let closed = fixture.refreshing(&token).send().expect(400);
    assert_eq!(fixture.bank.admin.why(&closed), "credential_revoked");
}

/// Many old tokens at once: all are refused, and the connection is revoked once.
fn many_replays_at_once(fixture: &Fixture) {
    let (id, old) = fixture.connect();
    let next = text(&fixture.refreshing(&old).send().expect(200).json(), "refresh_token");
    fixture.refreshing(&next).send().expect(200);
    thread::scope(|scope| {
        for _ in 0..CROWD {
            scope.spawn(|| fixture.refreshing(&old).send().expect(400));
        }
    });
    let events = fixture.bank.admin.read(&format!("/events?target={id}")).to_string();
    assert_eq!(events.matches("refresh_token.replayed").count(), 1, "{events}");
}

#[test]
fn a_hundred_refreshes_at_once_are_one_rotation() {
    let fixture = Fixture::open(Realm::new(DIALECT));
    one_rotation_among_many(&fixture);
    many_replays_at_once(&fixture);
    assert!(!fixture.bank.server.log().contains("panicked"));
}

#[test]
fn a_hundred_refreshes_at_once_are_one_rotation_on_postgres() {
    let database = postgres::Server::start();
    let fixture = Fixture::open(Realm::on(DIALECT, &database.url()));
    one_rotation_among_many(&fixture);
    many_replays_at_once(&fixture);
    assert!(!fixture.bank.server.log().contains("panicked"));
}

/// The state of one connection: the token it used last, and the one it got for it.
struct Held {
    before: String,
    present: String,
    rotations: usize,
}

/// Refreshes until the process has ended.
fn refresh_on_and_on(base: &str, client: &Machine, token: String) -> Held {
    let mut held = Held { before: token.clone(), present: token, rotations: 0 };
    loop {
        let ask = refreshing(base, client, &held.present);
        let Ok(answer) = http::raw(&ask.base, &ask.bytes()) else { return held };
        assert_eq!(answer.status, 200, "{}", answer.text());
        let Ok(answer) = serde_json::from_slice::<Value>(&answer.body) else { return held };
        held.before = held.present;
        held.present = text(&answer, "refresh_token");
        held.rotations += 1;
    }
}

/// Kills the process in the middle.
fn an_acknowledged_rotation_survives(fixture: Fixture) {
    clock::calm();
    let tokens: Vec<String> = (0..CONNECTIONS).map(|_| fixture.connect().1).collect();
    let Fixture { bank: Bank { server, admin }, client } = fixture;
    let base = admin.base.clone();
    let (folder, held) = thread::scope(|scope| {
        let (base, client) = (&base, &client);
        let refreshing: Vec<_> = tokens
            .into_iter()
            .map(|token| scope.spawn(move || refresh_on_and_on(base, client, token)))
            .collect();
        thread::sleep(Duration::from_millis(1_500));
        let folder = server.kill();
        let held: Vec<Held> = refreshing.into_iter().map(|it| it.join().unwrap()).collect();
        (folder, held)
    });
    let rotations: usize = held.iter().map(|it| it.rotations).sum();
    println!("{rotations} rotations");
    assert!(rotations > 10 * CONNECTIONS, "there was no load to speak of");

    let server = Server::serve(folder, &base);
    for held in held {
        // The answer to the last refresh may have been lost with the process; then this is a retry
        // of it. In both cases the acknowledged token is accepted and gets the same successor.
        let next = refreshing(&base, &client, &held.present).send().expect(200).json();
        let again = refreshing(&base, &client, &held.present).send().expect(200).json();
        assert_eq!(next["refresh_token"], again["refresh_token"], "a retry after the restart");
        // The token before it is a replay by now.
        let replayed = refreshing(&base, &client, &held.before).send().expect(400);
        assert_eq!(admin.why(&replayed), "refresh_replayed");
    }
    assert!(!server.log().contains("panicked"));
}

#[test]
fn an_acknowledged_rotation_survives_the_end_of_the_process() {
    an_acknowledged_rotation_survives(Fixture::open(Realm::new(DIALECT)));
}

#[test]
fn an_acknowledged_rotation_survives_the_end_of_the_process_on_postgres() {
    let database = postgres::Server::start();
    an_acknowledged_rotation_survives(Fixture::open(Realm::on(DIALECT, &database.url())));
}
