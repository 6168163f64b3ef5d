//! Postern with the printed configuration of the cookbook, an API, and a proxy between them.

use std::fs;

use base::{MasterKey, SystemRng};
use serde_json::{Value, json};

use super::api::{Api, Relay};
use super::pages::{Ports, block};
use super::proxy::{Kind, Proxy};
use crate::harness::admin::Admin;
use crate::harness::http::{Answer, Ask, ask, post};
use crate::harness::{Server, ports, postern};

pub(super) const AUDIENCE: &str = "https://api.example.com";

/// All programs, running.
pub(super) struct Setting {
    pub(super) postern: Server,
    pub(super) admin: Admin,
    pub(super) api: Api,
    pub(super) relay: Relay,
    pub(super) proxy: Proxy,
    pub(super) organization: String,
    port: u16,
    base: String,
}

/// Postern alone, with the API of the cookbook's routes registered.
pub(super) struct Postern {
    pub(super) server: Server,
    pub(super) admin: Admin,
    pub(super) organization: String,
    pub(super) port: u16,
}

impl Postern {
    /// `changes` are applied to the printed configuration.
    pub(super) fn start(words: &str, changes: &[(&str, &str)]) -> Self {
        let port = ports::one();
        let mut text = block("README.md", "toml");
        let words = format!("request = \"{words}\"");
        for (from, to) in [("request = \"original\"", words.as_str())].iter().chain(changes) {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        let here = Ports { proxy: 0, postern: port, inner: 0, api: 0 };
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("postern.toml"), here.put(&text)).unwrap();
        let key = MasterKey::generate(&SystemRng).to_text().to_string();
        fs::write(folder.path().join("master.key"), key).unwrap();
        let mut command = postern();
        command.args(["admin-key", "create", "--realm", "main", "--config"]);
        let made = command.arg(folder.path().join("postern.toml")).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let base = format!("http://127.0.0.1:{port}");
        let admin = Admin::new(&base, String::from_utf8(made.stdout).unwrap().trim());
        let server = Server::serve(folder, &base);
        admin.api(AUDIENCE, &["contacts.read", "contacts.write"]);
        let organization = admin.create("/organizations", &json!({"name": "Hanse"}));
        let organization = organization["id"].as_str().unwrap().to_owned();
        Self { server, admin, organization, port }
    }
}

impl Setting {
    pub(super) fn new(kind: Kind) -> Self {
        Self::with(kind, &[])
    }

    pub(super) fn with(kind: Kind, changes: &[(&str, &str)]) -> Self {
        let Postern { server, admin, organization, port } = Postern::start(kind.words(), changes);
        let (api, relay) = (Api::open(), Relay::open(port));
        let here =
            Ports { proxy: ports::one(), postern: relay.port, inner: ports::one(), api: api.port };
        let proxy = Proxy::start(kind, here);
        let base = format!("http://127.0.0.1:{}", here.proxy);
        let port = here.proxy;
        Self { postern: server, admin, api, relay, proxy, organization, port, base }
    }

    /// Where the proxy listens.
    pub(super) const fn port(&self) -> u16 {
        self.port
    }

    /// A request to the API.
    pub(super) fn ask(&self, method: &str, target: &str) -> Ask {
        ask(&self.base, method, target).header("Host", "api.example.com")
    }

    pub(super) fn get(&self, target: &str) -> Ask {
        self.ask("GET", target)
    }

    /// An API key with these scopes: its id and its secret.
    pub(super) fn key(&self, scopes: &[&str]) -> (String, String) {
        let new = json!({"organization": self.organization, "label": "a key", "scopes": scopes});
        let made = self.admin.create("/api-keys", &new);
        (text(&made, "id"), text(&made, "secret"))
    }

    /// A personal access token.
    pub(super) fn personal_token(&self) -> String {
        let membership = json!([{"organization": self.organization, "role": "admin"}]);
        let user = json!({
            "email": "ida@hanse.example", "email_verified": true, "name": "Ida",
            "memberships": membership,
        });
        let user = text(&self.admin.create("/users", &user), "id");
        let new = json!({"user": user, "name": "laptop", "scopes": ["contacts.read"]});
        text(&self.admin.create("/personal-access-tokens", &new), "secret")
    }

    /// An access token of a machine.
    pub(super) fn access_token(&self) -> String {
        let new = json!({"name": "Cog", "organization": self.organization});
        let machine = self.admin.machine(&new, AUDIENCE);
        let form = [("grant_type", "client_credentials"), ("audience", AUDIENCE)];
        let asked = post(&self.admin.base, "/token").form(&form);
        let token = asked.basic(&machine.id, &machine.secret).send().expect(200).json();
        text(&token, "access_token")
    }
}

pub(super) fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}")).to_owned()
}

/// What reached the API, according to its answer.
pub(super) fn reached(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{:?} {}", answer.headers, answer.text());
    assert_eq!(answer.header("x-api"), Some("reached"), "{:?}", answer.headers);
    answer.json()
}

/// Every value of a header that reached the API, in any spelling of its name.
pub(super) fn header(reported: &Value, name: &str) -> Vec<String> {
    let headers = reported["headers"].as_array().unwrap().iter();
    let named = headers.filter(|it| it[0].as_str().unwrap().replace('_', "-") == name);
    named.map(|it| it[1].as_str().unwrap().to_owned()).collect()
}
