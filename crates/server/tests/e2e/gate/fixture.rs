//! A realm with a gate, two APIs, and credentials.

use std::fs::OpenOptions;
use std::io::Write as _;

use serde_json::{Value, json};

use crate::harness::Server;
use crate::harness::admin::Admin;
use crate::harness::http::{Answer, Ask, get, post};
use crate::harness::realm::Realm;

pub(crate) const API: &str = "https://api.example.com";

/// The routes of every test; each test adds its own text before them.
const ROUTES: &str = r#"
[[realms.gate.routes]]
host = "api.example.com"
path = "/v1/{*rest}"
methods = ["GET", "POST"]
audience = "https://api.example.com"
scopes = ["read"]

[[realms.gate.routes]]
host = "api.example.com"
path = "/v1/things/{id}"
methods = ["DELETE"]
audience = "https://api.example.com"
scopes = ["read", "admin"]

[[realms.gate.routes]]
host = "api.example.com"
path = "/v1/keys-only"
audience = "https://api.example.com"
credentials = ["api_key"]

[[realms.gate.routes]]
host = "api.example.com"
path = "/health"
public = true

[[realms.gate.routes]]
path = "/other/{*rest}"
audience = "other"
"#;

/// The fixture of the gate's tests.
pub(super) struct Fixture {
    pub(super) server: Server,
    pub(super) admin: Admin,
    pub(super) organization: String,
    pub(super) client: String,
    secret: String,
    /// An API key with the scope `read`.
    pub(super) key: Value,
}

impl Fixture {
    /// `gate` are the keys of `[realms.gate]`.
    pub(super) fn new(dialect: &str, gate: &str) -> Self {
        let realm = Realm::new(dialect);
        let mut file = OpenOptions::new().append(true).open(realm.configuration()).unwrap();
        write!(file, "\n[realms.gate]\n{gate}\n{ROUTES}").unwrap();
        let admin = realm.admin();
        let server = realm.serve();
        admin.api(API, &["read", "write", "admin"]);
        admin.api("other", &["read"]);
        let organization = admin.create("/organizations", &json!({"name": "Acme & Söhne"}));
        let organization = organization["id"].as_str().unwrap().to_owned();
        let new = json!({"name": "a robot", "organization": organization});
        let machine = admin.machine(&new, API);
        let new = json!({"organization": organization, "label": "k", "audience": API,
            "scopes": ["read"]});
        let key = admin.create("/api-keys", &new);
        Self { server, admin, organization, client: machine.id, secret: machine.secret, key }
    }

    pub(super) fn rfc() -> Self {
        Self::new("rfc", "")
    }

    /// A fresh access token with all scopes of the API.
    pub(super) fn token(&self) -> String {
        let fields = [("grant_type", "client_credentials"), ("audience", API)];
        let ask = post(&self.server.base, "/token").basic(&self.client, &self.secret);
        let token = ask.form(&fields).send().expect(200).json();
        token["access_token"].as_str().unwrap().to_owned()
    }

    /// The id and the secret of the client.
    pub(super) fn machine(&self) -> (&str, &str) {
        (&self.client, &self.secret)
    }

    /// The string of the API key.
    pub(super) fn secret_of_key(&self) -> &str {
        self.key["secret"].as_str().unwrap()
    }

    /// A gate request in nginx's format, without a credential.
    pub(super) fn gate_request(&self, method: &str, path: &str) -> Ask {
        get(&self.server.base, "/gate")
            .header("X-Original-Method", method)
            .header("X-Original-Host", "api.example.com")
            .header("X-Original-URI", path)
    }

    /// The answer to a bearer token, and its private reason where it is refused.
    pub(super) fn ask(&self, method: &str, path: &str, bearer: &str) -> Answer {
        self.gate_request(method, path).bearer(bearer).send()
    }
}
