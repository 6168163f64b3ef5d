//! The program on PostgreSQL: flows, budgets, restarts, and a database that is away for a while.

use serde_json::json;
use store_suite::postgres;

use crate::budgets::{self, Bank};
use crate::harness::Server;
use crate::harness::http::{Answer, get, post};
use crate::harness::realm::Realm;

/// A realm on its own database.
struct Fixture {
    database: postgres::Server,
    bank: Bank,
}

impl Fixture {
    fn open() -> Self {
        let database = postgres::Server::start();
        let bank = Bank::open(Realm::on("fyma", &database.url()));
        Self { database, bank }
    }
}

#[test]
fn the_machine_flows_work_and_survive_a_restart() {
    let Fixture { database: _running, bank } = Fixture::open();
    let machine = bank.machine(None, None);
    let issue =
        || bank.ask(&machine).expect(200).json()["access_token"].as_str().unwrap().to_owned();
    let (kept, revoked) = (issue(), issue());
    let base = bank.admin.base.clone();
    let active = |token: &str| {
        let ask = post(&base, "/introspect").basic(&machine.id, &machine.secret);
        ask.form(&[("token", token)]).send().expect(200).json()["active"] == true
    };
    assert!(active(&kept) && active(&revoked));
    let ask = post(&base, "/oauth/revoke").basic(&machine.id, &machine.secret);
    ask.form(&[("token", &revoked)]).send().expect(200);
    assert!(active(&kept) && !active(&revoked));

    let refused = post(&base, "/oauth/token").json(&json!({
        "grant_type": "client_credentials",
        "client_id": machine.id,
        "client_secret": "wrong ",
    }));
    let refused = refused.send().expect(401);
    assert_eq!(bank.admin.why(&refused), "credential_has_white_space");

    let Bank { server, admin } = bank;
    let server = Server::serve(server.kill(), &base);
    assert!(active(&kept) && !active(&revoked), "keys and revocations are the database's");
    let events = admin.read(&format!("/events?target={}", machine.id)).to_string();
    assert!(events.contains("client.created"), "{events}");
    admin.act(&format!("/clients/{}/suspend", machine.id));
    let ask = post(&base, "/introspect").basic(&machine.id, &machine.secret);
    assert_eq!(ask.form(&[("token", &kept)]).send().status, 401);
    assert!(!server.log().contains("panicked"));
}

#[test]
fn budgets_are_exact_on_postgres() {
    let fixture = Fixture::open();
    budgets::of_a_client(&fixture.bank);
    budgets::of_an_organization(&fixture.bank);
}

#[test]
fn a_database_that_is_away_is_503_with_retry_after_and_comes_back() {
    let Fixture { mut database, bank } = Fixture::open();
    let machine = bank.machine(Some(1_000), None);
    let issued = bank.ask(&machine).expect(200).json();
    let base = bank.admin.base.clone();
    let unavailable = |answer: &Answer| {
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert!(!answer.request_id().is_empty());
        let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        for tells in ["127.0.0.1", "postgres", "connection", "panicked"] {
            assert!(!answer.text().contains(tells), "{}", answer.text());
        }
    };
    database.kill();
    unavailable(&bank.ask(&machine));
    let ask = post(&base, "/introspect").basic(&machine.id, &machine.secret);
    let token = issued["access_token"].as_str().unwrap();
    // Known credentials are answered from memory for a while.
    assert_eq!(ask.form(&[("token", token)]).send().expect(200).json()["active"], true);
    unavailable(&bank.admin.call("GET", "/clients", None));
    let new = json!({"name": "not now"});
    unavailable(&bank.admin.call("POST", "/organizations", Some(&new)));
    get(&base, "/healthz").send().expect(200);
    get(&base, "/readyz").send().expect(503);

    database.restart();
    bank.ask(&machine).expect(200);
    let budget = bank.admin.read(&format!("/clients/{}/budget", machine.id));
    assert_eq!(budget["hour"]["used"], 2, "what was refused was not paid for");
    assert!(!bank.server.log().contains("panicked"));
}
