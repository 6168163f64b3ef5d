//! One process with a realm for every dialect, each with an API, a machine and credentials.

use std::collections::BTreeMap;
use std::fs;

use base::{MasterKey, SystemRng};
use dialect::Dialect;
use oauth::Operation;
use serde_json::json;

use super::table::DIALECTS;
use crate::harness::admin::Admin;
use crate::harness::realm::Machine;
use crate::harness::{Server, ports, postern};

/// The defaults of the sixth dialect.
pub(super) const AUDIENCE: &str = "https://quay.example";
/// Another API, for which there is no grant.
pub(super) const OTHER: &str = "https://other.example";
const SCOPES: [&str; 2] = ["read", "write"];

/// The process and its realms.
pub(super) struct World {
    pub(super) server: Server,
    pub(super) realms: Vec<Realm>,
}

/// A realm and its valid credentials.
pub(super) struct Realm {
    pub(super) name: &'static str,
    pub(super) toml: &'static str,
    pub(super) dialect: Dialect,
    /// The address of the process; the realm's own path is in `prefix`.
    pub(super) base: String,
    pub(super) prefix: String,
    pub(super) admin: Admin,
    pub(super) machine: Machine,
    /// The parameters of a valid token request.
    token_request: BTreeMap<&'static str, String>,
    /// A token for a valid introspection.
    pub(super) token: String,
}

impl World {
    pub(super) fn open(limits: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = ports::one();
        let base = format!("http://127.0.0.1:{port}");
        let mut configuration = format!(
            "database = \"sqlite:data.db\"\nmaster_key = {{ file = \"master.key\" }}\n{limits}\n\
             [[listeners]]\naddress = \"127.0.0.1:{port}\"\n"
        );
        for (name, builtin, text) in DIALECTS {
            let file = format!("{name}.toml");
            fs::write(folder.path().join(&file), text).unwrap();
            let dialect = if builtin { name } else { file.as_str() };
            configuration.push_str(&format!(
                "\n[[realms]]\nname = \"{name}\"\nissuer = \"{base}/{name}\"\n\
                 dialect = \"{dialect}\"\n"
            ));
        }
        fs::write(folder.path().join("postern.toml"), configuration).unwrap();
        let key = MasterKey::generate(&SystemRng).to_text().to_string();
        fs::write(folder.path().join("master.key"), key).unwrap();
        let keys = DIALECTS.map(|(name, ..)| {
            let mut command = postern();
            command.args(["admin-key", "create", "--realm", name, "--config"]);
            let made = command.arg(folder.path().join("postern.toml")).output().unwrap();
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
            String::from_utf8(made.stdout).unwrap().trim().to_owned()
        });
        let server = Server::serve(folder, &format!("{base}/rfc"));
        let realms = DIALECTS.iter().zip(keys).map(|((name, builtin, toml), key)| {
            let dialect = if *builtin { Dialect::builtin(name) } else { None };
            let dialect = dialect.unwrap_or_else(|| Dialect::parse(name, toml).unwrap());
            let admin = Admin::new(&format!("{base}/{name}"), &key);
            Realm::furnish(name, toml, dialect, admin)
        });
        Self { realms: realms.collect(), server }
    }

    pub(super) fn realm(&self, name: &str) -> &Realm {
        self.realms.iter().find(|realm| realm.name == name).unwrap()
    }
}

impl Realm {
    fn furnish(name: &'static str, toml: &'static str, dialect: Dialect, admin: Admin) -> Self {
        admin.api(AUDIENCE, &SCOPES);
        admin.api(OTHER, &[]);
        let organization = admin.create("/organizations", &json!({"name": "Customer"}));
        let organization = organization["id"].as_str().unwrap().to_owned();
        let new = json!({"name": "machine", "organization": organization});
        let machine = admin.machine(&new, AUDIENCE);
        let base = admin.base.strip_suffix(&format!("/{name}")).unwrap().to_owned();
        let mut realm = Self {
            name,
            toml,
            dialect,
            base,
            prefix: format!("/{name}"),
            token_request: BTreeMap::new(),
            token: String::new(),
            machine,
            admin,
        };
        let spots = super::table::spots(&realm.dialect, toml);
        let token = spots
            .iter()
            .find(|it| it.endpoint.operation() == Operation::Token && !it.is_for_people());
        if token.is_some_and(|it| !it.named.iter().any(|it| it.parameter == "audience")) {
            // Where the request cannot name one, the client has a default.
            let change = json!({"default_audience": AUDIENCE});
            let path = format!("/clients/{}", realm.machine.id);
            realm.admin.call("PATCH", &path, Some(&change)).expect(200);
        }
        realm.token_request = realm.own_request(&organization);
        realm.token = realm.credentials_to_present();
        realm
    }

    fn own_request(&self, organization: &str) -> BTreeMap<&'static str, String> {
        let grant_types = self.dialect.grant_types();
        let mut values = BTreeMap::from([
            ("client_id", self.machine.id.clone()),
            ("client_secret", self.machine.secret.clone()),
            ("grant_type", "client_credentials".to_owned()),
            ("audience", AUDIENCE.to_owned()),
            ("scope", SCOPES[0].to_owned()),
        ]);
        if !grant_types.contains(&oauth::GrantType::ClientCredentials) {
            let new = json!({
                "name": "public",
                "organization": organization,
                "auth_methods": ["none"],
                "grant_types": ["refresh_token"],
            });
            let client = self.admin.create("/clients", &new);
            let grant = json!({"client": client["id"], "audience": AUDIENCE});
            self.admin.create("/grants", &grant);
            let token = self.admin.create(
                "/refresh-tokens",
                &json!({
                    "client": client["id"],
                    "audience": AUDIENCE,
                }),
            );
            let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            values.insert("client_id", text(&client["id"]));
            values.insert("grant_type", "refresh_token".to_owned());
            values.insert("refresh_token", text(&token["secret"]));
        }
        values
    }

    fn credentials_to_present(&self) -> String {
        let user = json!({"email": "ada@example.com", "name": "Ada"});
        let user = self.admin.create("/users", &user);
        let new = json!({
            "user": user["id"],
            "name": "own",
            "scopes": SCOPES,
            "audience": AUDIENCE,
        });
        let made = self.admin.create("/personal-access-tokens", &new);
        made["secret"].as_str().unwrap().to_owned()
    }

    /// Whether the tokens are those of the confidential machine, or else of a public client.
    pub(super) fn is_machines_own(&self) -> bool {
        self.token_request["client_id"] == self.machine.id
    }

    /// The parameters of a valid request of this kind.
    pub(super) fn values(&self, operation: Operation) -> BTreeMap<&'static str, String> {
        if operation == Operation::Token {
            return self.token_request.clone();
        }
        BTreeMap::from([
            ("client_id", self.machine.id.clone()),
            ("client_secret", self.machine.secret.clone()),
            ("token", self.token.clone()),
            ("token_type_hint", "access_token".to_owned()),
        ])
    }
}
