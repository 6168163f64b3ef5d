//! How many rows a user leaves who does the same again and again.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use store_suite::postgres;

use super::{CHALLENGE, Fixture, text};
use crate::dialects::person::parameter;
use crate::harness::http::post;
use crate::harness::realm::Realm;
use crate::harness::{Server, ports};

/// How many tokens are created and revoked.
const ROUNDS: usize = 4_000;
/// How many of the first and of the last are compared.
const COMPARED: usize = 200;

#[test]
fn a_token_is_created_as_fast_after_thousands_were_created_and_revoked() {
    let fixture = Fixture::new();
    let ada = fixture.person("ada");
    let (_, maker) = fixture.pat(&ada, &["tokens:read", "tokens:write", "profile:read"]);
    let new = json!({"name": "ci", "scopes": ["profile:read"]});
    let mut times = Vec::with_capacity(ROUNDS);
    let mut sizes = Vec::new();
    for round in 0..ROUNDS {
        let started = Instant::now();
        let made = fixture.with(&maker, "POST", "/tokens", &new).expect(201);
        times.push(started.elapsed());
        let revoke = format!("/tokens/{}/revoke", text(&made.json(), "id"));
        fixture.with(&maker, "POST", &revoke, &json!({})).expect(200);
        if round % (ROUNDS / 2) == ROUNDS / 4 {
            sizes.push(size(&fixture));
        }
    }
    let median = |of: &[Duration]| {
        let mut sorted = of.to_vec();
        sorted.sort_unstable();
        sorted[sorted.len() / 2]
    };
    let (first, last) = (median(&times[..COMPARED]), median(&times[ROUNDS - COMPARED..]));
    println!("created in {first:?} at first, and in {last:?} at last; {sizes:?} bytes");
    assert!(last < first * 4, "{first:?} at first, {last:?} at last");
    // Two events are left of each round, and nothing else.
    let grown = (sizes[1] - sizes[0]) / (ROUNDS as u64 / 2);
    assert!(grown < 2_500, "{grown} bytes a round");
    let listed = fixture.with(&maker, "GET", "/tokens?limit=200", &Value::Null).expect(200).json();
    let listed = listed["data"].as_array().unwrap();
    assert_eq!(listed.len(), 52, "the maker, and the newest 51 that were revoked");
    let first = listed[1]["id"].as_str().unwrap();
    fixture.with(&maker, "GET", &format!("/tokens/{first}"), &Value::Null).expect(200);
}

/// Bytes of the database, with its log.
fn size(fixture: &Fixture) -> u64 {
    let bytes = |name: &str| {
        let path = fixture.server.folder().join(name);
        fs::metadata(path).map_or(0, |file| file.len())
    };
    bytes("data.db") + bytes("data.db-wal")
}

/// The most active refresh tokens of a connection.
const FAMILIES: usize = 20;
/// The longest wait until they are bounded. It takes about a second on a machine that is not busy.
const BOUNDED_WITHIN: Duration = Duration::from_secs(20);
/// How many codes are exchanged at the same moment.
const CROWD: usize = 100;

/// One person connects the same app again and again: a hundred codes at once, at all of these nodes, and
/// a few more one after the other.
fn sign_ins_leave_twenty_refresh_tokens(fixture: &Fixture, nodes: &[&str]) {
    fixture.person("ada");
    let app = fixture.app();
    let (mut browser, first) = fixture.browser("ada", &app, "allow");
    let mut again = || browser.follow(&format!("/authn/verify/{}/{CHALLENGE}", app.id));
    let mut backs = vec![first];
    backs.extend((1..CROWD).map(|_| again()));
    let exchange = |node: &str, back: &str| {
        let code = parameter(back, "access_code").unwrap_or_else(|| panic!("{back}"));
        let body = json!({"appId": app.id, "appSecret": app.secret, "accessCode": code,
            "challenge": CHALLENGE});
        post(node, "/auth/token").json(&body).send().expect(200).json()
    };
    thread::scope(|scope| {
        for (back, node) in backs.iter().zip(nodes.iter().cycle()) {
            scope.spawn(|| exchange(node, back));
        }
    });
    let live = || {
        let path = format!("/refresh-tokens?client={}&limit=200", app.id);
        let listed = fixture.admin.read(&path);
        assert_eq!(listed["next"], Value::Null);
        let listed = listed["data"].as_array().unwrap().clone();
        listed.iter().filter(|it| it["revoked"].is_null()).count()
    };
    let bounded = || {
        let started = Instant::now();
        while live() != FAMILIES {
            assert!(started.elapsed() < BOUNDED_WITHIN, "{} refresh tokens", live());
            thread::sleep(Duration::from_millis(50));
        }
        started.elapsed()
    };
    println!("bounded after {:?}", bounded());
    let mut tokens = Vec::new();
    for _ in 0..6 {
        tokens.push(exchange(nodes[0], &again()));
    }
    bounded();
    let tokens = tokens.last().unwrap();
    assert!(fixture.is_good(text(tokens, "token")));
    fixture.refresh(&app, tokens).expect(200);
}

#[test]
fn a_hundred_sign_ins_leave_twenty_refresh_tokens() {
    let fixture = Fixture::new();
    let base = fixture.base().to_owned();
    sign_ins_leave_twenty_refresh_tokens(&fixture, &[&base]);
}

#[test]
fn a_hundred_sign_ins_at_two_nodes_leave_twenty_refresh_tokens() {
    let database = postgres::Server::start();
    let fixture = Fixture::of(Realm::on("speckle", &database.url()));
    let base = fixture.base().to_owned();
    let (port, folder) = (ports::one(), tempfile::tempdir().unwrap());
    let of_first = fixture.server.folder();
    let configuration = fs::read_to_string(of_first.join("postern.toml")).unwrap();
    let address = |base: &str| base.trim_start_matches("http://").to_owned();
    let listener = format!("address = \"{}\"", address(&base));
    let other = format!("http://127.0.0.1:{port}");
    let configuration =
        configuration.replace(&listener, &format!("address = \"{}\"", address(&other)));
    fs::write(folder.path().join("postern.toml"), configuration).unwrap();
    fs::copy(of_first.join("master.key"), folder.path().join("master.key")).unwrap();
    let second = Server::serve(folder, &other);
    sign_ins_leave_twenty_refresh_tokens(&fixture, &[&base, &other]);
    for server in [&fixture.server, &second] {
        assert!(!server.log().contains("panicked"));
    }
}
