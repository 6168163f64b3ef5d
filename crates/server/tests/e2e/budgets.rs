//! Budgets are exact: of a hundred concurrent requests, exactly the remaining number get a token,
//! and no two answers have the same count in the header.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use serde_json::json;

use crate::harness::admin::Admin;
use crate::harness::http::{Answer, post};
use crate::harness::realm::{Machine, Realm};
use crate::harness::{Server, clock};

const API: &str = "https://api.example";
/// The number of concurrent requests.
const REQUESTS: usize = 100;

/// A realm with an API.
pub(crate) struct Bank {
    pub(crate) server: Server,
    pub(crate) admin: Admin,
}

impl Bank {
    pub(crate) fn open(realm: Realm) -> Self {
        let admin = realm.admin();
        let server = realm.serve();
        admin.api(API, &["things:read"]);
        Self { server, admin }
    }

    pub(crate) fn ask(&self, machine: &Machine) -> Answer {
        let ask = post(&self.admin.base, "/oauth/token").json(&json!({
            "grant_type": "client_credentials",
            "audience": API,
            "client_id": machine.id,
            "client_secret": machine.secret,
        }));
        ask.send()
    }

    pub(crate) fn machine(&self, per_hour: Option<u64>, organization: Option<&str>) -> Machine {
        let new = json!({
            "name": "machine",
            "organization": organization,
            "budget": {"per_hour": per_hour, "per_day": per_hour},
        });
        self.admin.machine(&new, API)
    }

    /// Sends all requests at once.
    fn send_all_at_once(&self, machines: &[&Machine]) -> Vec<Answer> {
        let start = Barrier::new(REQUESTS);
        thread::scope(|scope| {
            let asking: Vec<_> = (0..REQUESTS)
                .map(|n| {
                    let (machine, start) = (machines[n % machines.len()], &start);
                    scope.spawn(move || {
                        start.wait();
                        self.ask(machine)
                    })
                })
                .collect();
            asking.into_iter().map(|it| it.join().unwrap()).collect()
        })
    }

    fn used(&self, place: &str, id: &str) -> u64 {
        let budget = self.admin.read(&format!("/{place}/{id}/budget"));
        assert_eq!(budget["hour"]["used"], budget["day"]["used"]);
        budget["hour"]["used"].as_u64().unwrap()
    }
}

/// The remaining count, according to each answer's header.
fn remaining(answers: &[Answer], header: &str) -> Vec<u64> {
    let left = |answer: &Answer| {
        let (_, rest) = answer.header(header).unwrap().split_once(";r=").unwrap();
        rest.split(';').next().unwrap().parse().unwrap()
    };
    answers.iter().map(left).collect()
}

/// Exactly `limit` of `answers` succeeded, and each has a different count.
fn exact(answers: Vec<Answer>, limit: u64, header: &str) {
    let (good, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|it| it.status == 200);
    assert_eq!(good.len() as u64, limit);
    assert!(refused.iter().all(|it| it.status == 429 && it.header("retry-after").is_some()));
    let reported: BTreeSet<u64> = remaining(&good, header).into_iter().collect();
    assert_eq!(reported, (0..limit).collect());
    assert!(remaining(&refused, header).iter().all(|left| *left == 0));
    let tokens = |it: &Answer| it.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(good.iter().map(tokens).collect::<BTreeSet<_>>().len() as u64, limit);
}

/// A client's budget with many concurrent requests.
pub(crate) fn of_a_client(bank: &Bank) {
    clock::calm();
    let machine = bank.machine(Some(40), None);
    exact(bank.send_all_at_once(&[&machine]), 40, "auth0-client-quota-limit");
    assert_eq!(bank.used("clients", &machine.id), 40);
    assert_eq!(bank.ask(&machine).status, 429);
}

/// An organization's budget with concurrent requests of two of its clients.
pub(crate) fn of_an_organization(bank: &Bank) {
    clock::calm();
    let new = json!({"name": "Tight", "budget": {"per_hour": 30, "per_day": 30}});
    let organization = bank.admin.create("/organizations", &new);
    let organization = organization["id"].as_str().unwrap();
    let first = bank.machine(Some(1_000), Some(organization));
    let second = bank.machine(None, Some(organization));
    exact(bank.send_all_at_once(&[&first, &second]), 30, "auth0-organization-quota-limit");
    assert_eq!(bank.used("organizations", organization), 30);
    let of_first = bank.used("clients", &first.id);
    assert!(of_first <= 30, "a client pays only where its organization can, too: {of_first}");
}

#[test]
fn a_hundred_requests_at_once_spend_a_clients_budget_exactly() {
    of_a_client(&Bank::open(Realm::new("fyma")));
}

#[test]
fn two_clients_at_once_spend_their_organizations_budget_exactly() {
    of_an_organization(&Bank::open(Realm::new("fyma")));
}
