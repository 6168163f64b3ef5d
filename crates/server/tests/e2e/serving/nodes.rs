//! Two nodes on one PostgreSQL: a change on one node is known to the other with its next request,
//! and a database that is away causes a 503, neither a hang nor a 500.

use std::time::{Duration, Instant};

use serde_json::json;
use store_suite::postgres;

use super::Site;
use crate::harness::admin::Admin;
use crate::harness::http::{Answer, get, post};
use crate::harness::realm::Machine;
use crate::harness::{Server, ports};

const API: &str = "https://api.example.com";

/// The configuration of one node; both have the same issuer and master key.
fn node(issuer: &str, database: &str) -> Site {
    let port = ports::one();
    let folder = tempfile::tempdir().unwrap();
    let site = Site { folder, base: format!("http://127.0.0.1:{port}") };
    site.write(&format!(
        "[[realms]]\nname = \"main\"\nissuer = \"{issuer}\"\ndialect = \"rfc\"\n\
         [[listeners]]\naddress = \"127.0.0.1:{port}\"\n"
    ));
    let file = site.folder.path().join("postern.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(file, text.replace("sqlite:postern.db", database)).unwrap();
    site
}

/// Two nodes, and a client of both.
struct Nodes {
    one: Server,
    other: Server,
    admin: Admin,
    machine: Machine,
    _database: postgres::Server,
}

impl Nodes {
    fn start() -> Self {
        let database = postgres::Server::start();
        let [one, other] = [0; 2].map(|_| node("http://issuer", &database.url()));
        let made = one.run(&["admin-key", "create", "--realm", "main"]);
        assert!(made.status.success(), "{made:?}");
        let key = String::from_utf8(made.stdout).unwrap();
        let one = Server::serve(one.folder, &one.base);
        let other = Server::serve(other.folder, &other.base);
        let admin = Admin::new(&one.base, key.trim());
        let organization = admin.create("/organizations", &json!({"name": "Atelier"}));
        admin.api(API, &["things:read"]);
        let new = json!({"name": "m", "organization": organization["id"]});
        let machine = admin.machine(&new, API);
        Self { one, other, admin, machine, _database: database }
    }

    fn token(&self, node: &Server) -> Answer {
        let asked = post(&node.base, "/token").basic(&self.machine.id, &self.machine.secret);
        asked.form(&[("grant_type", "client_credentials"), ("audience", API)]).send()
    }

    fn issued(&self, node: &Server) -> String {
        let issued = self.token(node).expect(200).json();
        issued["access_token"].as_str().unwrap().to_owned()
    }

    fn active(&self, node: &Server, token: &str) -> bool {
        let asked = post(&node.base, "/introspect").basic(&self.machine.id, &self.machine.secret);
        asked.form(&[("token", token)]).send().expect(200).json()["active"] == true
    }
}

/// Whether it becomes true within two seconds.
fn soon(so: impl Fn() -> bool) -> bool {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(2) {
        if so() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

#[test]
fn a_revocation_on_one_node_is_known_there_at_once_and_on_the_other_soon() {
    let nodes = Nodes::start();
    let issued = nodes.issued(&nodes.one);
    assert!(nodes.active(&nodes.other, &issued), "what one signed the other knows");
    let grants = nodes.admin.read("/grants");
    let grant = grants["data"][0]["id"].as_str().unwrap_or_else(|| panic!("{grants}"));
    nodes.admin.act(&format!("/grants/{grant}/revoke"));
    assert!(!nodes.active(&nodes.one, &issued));
    assert!(soon(|| !nodes.active(&nodes.other, &issued)));
    nodes.token(&nodes.other).expect(400);
}

#[test]
fn signing_keys_are_followed_within_seconds() {
    let nodes = Nodes::start();
    let before = nodes.issued(&nodes.one);
    let keys = nodes.admin.read("/signing-keys")["data"].clone();
    let of_tokens = keys
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["algorithm"] == "ES256" && it["state"] == "active");
    let first = of_tokens.unwrap()["id"].clone();
    let new = json!({"algorithm": "ES256", "immediately": true});
    nodes.admin.create("/signing-keys", &new);
    let after = nodes.issued(&nodes.one);
    assert!(soon(|| nodes.active(&nodes.other, &after)), "the new key is not known");
    assert!(nodes.active(&nodes.other, &before), "the old one is still good");
    nodes.admin.act(&format!("/signing-keys/{}/revoke", first.as_str().unwrap()));
    assert!(!nodes.active(&nodes.one, &before));
    assert!(soon(|| !nodes.active(&nodes.other, &before)), "the revoked key is still good");
    assert!(nodes.active(&nodes.other, &after));
}

#[test]
fn a_database_that_is_gone_is_503_until_it_is_back() {
    let mut database = postgres::Server::start();
    let site = node("http://issuer", &database.url());
    let server = Server::serve(site.folder, &site.base);
    let ask = |id: &str| {
        let fields =
            [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", "y")];
        post(&server.base, "/token").form(&fields).send()
    };
    ask("x").expect(401);
    database.kill();
    // One that was not requested before: for the other one, a miss is remembered for a moment.
    let refused = ask("z").expect(503);
    assert_eq!(refused.json()["error"], "temporarily_unavailable");
    assert!(!refused.text().contains("127.0.0.1"), "{}", refused.text());
    get(&server.base, "/readyz").send().expect(503);
    get(&server.base, "/healthz").send().expect(200);
    database.restart();
    assert!(soon(|| ask("z").status == 401));
    get(&server.base, "/readyz").send().expect(200);
}

#[test]
fn a_database_that_cannot_be_reached_is_one_line_without_the_password() {
    let url = format!("postgres://postern:hunter2@127.0.0.1:{}/postern", ports::one());
    let site = node("http://issuer", &url);
    let reported = super::one_line(&site.run(&["serve"]));
    assert!(reported.contains("cannot be opened"), "{reported}");
    assert!(!reported.contains("hunter2"), "{reported}");
}
