//! Guessing ends, and the owner at a known place goes on: imported secrets at the gate, passwords on the sign-in page,
//! and the log of all of it.

mod imported;
mod log;
mod sign_in;

use std::fs;

use serde_json::{Value, json};

use crate::harness::Server;
use crate::harness::admin::Admin;
use crate::harness::http::{Answer, get};
use crate::harness::realm::Realm;

const API: &str = "https://api.example.com";
/// What an older system numbered.
const WEAK: &str = "004213";

/// A realm behind a trusted proxy on this machine, with a gate and a customer. So a test says for each request which
/// address it comes from.
struct Fixture {
    server: Server,
    admin: Admin,
    organization: String,
}

impl Fixture {
    fn new() -> Self {
        let realm = Realm::new("fyma");
        let text = fs::read_to_string(realm.configuration()).unwrap();
        let gate = "[realms.gate]\n[[realms.gate.routes]]\npath = \"/v1/{*rest}\"\n\
                    audience = \"https://api.example.com\"\n\n[[listeners]]";
        let text = text.replace("[[listeners]]", gate);
        fs::write(realm.configuration(), format!("trusted_proxies = [\"127.0.0.1\"]\n{text}"))
            .unwrap();
        let admin = realm.admin();
        let server = realm.serve();
        admin.api(API, &["read"]);
        let organization = admin.create("/organizations", &json!({"name": "Old customer"}));
        let organization = organization["id"].as_str().unwrap().to_owned();
        Self { server, admin, organization }
    }

    fn base(&self) -> &str {
        &self.admin.base
    }

    /// Imports tokens. Returns the answer.
    fn import(&self, tokens: &[(&str, &str)], allow_weak: bool) -> Value {
        let row = |(id, secret): &(&str, &str)| json!({"id": id, "secret": secret, "organization": self.organization});
        let rows: Vec<Value> = tokens.iter().map(row).collect();
        let body = json!({"tokens": rows, "allow_weak": allow_weak});
        self.admin.call("POST", "/legacy-tokens/import", Some(&body)).expect(200).json()
    }

    /// The gate's answer to a pair that comes from `address`.
    fn ask(&self, address: &str, id: &str, secret: &str) -> Answer {
        get(self.base(), "/gate")
            .header("X-Original-Method", "GET")
            .header("X-Original-Host", "api.example.com")
            .header("X-Original-URI", "/v1/things")
            .header("X-Forwarded-For", address)
            .basic(id, secret)
            .send()
    }
}
