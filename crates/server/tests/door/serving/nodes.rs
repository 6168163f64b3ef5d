//! Two nodes on one PostgreSQL: what one does the other knows with its next request, and a database
//! that is gone is a 503, not a hang and not a 500.

use serde_json::json;
use store_suite::postgres;

use super::Site;
use crate::harness::admin::Admin;
use crate::harness::http::{get, post};
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

#[test]
fn a_revocation_on_one_node_is_known_on_the_other_at_once() {
    let database = postgres::Server::start();
    let [one, other] = [0; 2].map(|_| node("http://issuer", &database.url()));
    let made = one.run(&["admin-key", "create", "--realm", "main"]);
    assert!(made.status.success(), "{made:?}");
    let key = String::from_utf8(made.stdout).unwrap();
    let one = Server::serve(one.folder, &one.base);
    let other = Server::serve(other.folder, &other.base);
    let admin = Admin::new(&one.base, key.trim());
    let organization = admin.create("/organizations", &json!({"name": "Atelier"}));
    let scopes = json!([{"scope": "things:read"}]);
    let server = json!({"identifier": API, "name": "Things", "scopes": scopes});
    admin.create("/resource-servers", &server);
    let machine = admin.machine(&json!({"name": "m", "organization": organization["id"]}), API);
    let token = |base: &str| {
        post(base, "/token")
            .basic(&machine.id, &machine.secret)
            .form(&[("grant_type", "client_credentials"), ("audience", API)])
            .send()
    };
    let issued = token(&one.base).expect(200).json()["access_token"].as_str().unwrap().to_owned();
    let active = |base: &str| {
        let asked = post(base, "/introspect").basic(&machine.id, &machine.secret);
        asked.form(&[("token", &issued)]).send().expect(200).json()["active"].clone()
    };
    assert_eq!(active(&other.base), true, "what one signed the other knows");
    let grants = admin.read("/grants");
    let grant = grants["data"][0]["id"].as_str().unwrap_or_else(|| panic!("{grants}"));
    admin.act(&format!("/grants/{grant}/revoke"));
    assert_eq!(active(&other.base), false);
    assert_eq!(active(&one.base), false);
    token(&other.base).expect(400);
}

#[test]
fn a_database_that_is_gone_is_503_until_it_is_back() {
    let mut database = postgres::Server::start();
    let site = node("http://issuer", &database.url());
    let server = Server::serve(site.folder, &site.base);
    let ask = || {
        let fields =
            [("grant_type", "client_credentials"), ("client_id", "x"), ("client_secret", "y")];
        post(&server.base, "/token").form(&fields).send()
    };
    ask().expect(401);
    database.kill();
    let refused = ask().expect(503);
    assert_eq!(refused.json()["error"], "temporarily_unavailable");
    assert!(!refused.text().contains("127.0.0.1"), "{}", refused.text());
    get(&server.base, "/readyz").send().expect(503);
    get(&server.base, "/healthz").send().expect(200);
    database.restart();
    ask().expect(401);
    get(&server.base, "/readyz").send().expect(200);
}

#[test]
fn a_database_that_cannot_be_reached_is_one_line_without_the_password() {
    let url = format!("postgres://postern:hunter2@127.0.0.1:{}/postern", ports::one());
    let site = node("http://issuer", &url);
    let told = super::one_line(&site.run(&["serve"]));
    assert!(told.contains("cannot be opened"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}
