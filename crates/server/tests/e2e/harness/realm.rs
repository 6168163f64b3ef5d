//! A realm for `postern serve`: a folder with a configuration and a master key, and the first admin
//! key as an operator creates it.

use std::fs;
use std::path::PathBuf;

use base::{MasterKey, SystemRng};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::admin::Admin;
use super::{Server, ports, postern};

/// A realm that does not run yet.
pub(crate) struct Realm {
    pub(crate) folder: TempDir,
    pub(crate) base: String,
    name: String,
}

/// A client that may act for itself at one API.
pub(crate) struct Machine {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Realm {
    /// A realm of a dialect: a name, or a file in the folder.
    pub(crate) fn new(dialect: &str) -> Self {
        Self::on(dialect, "sqlite:data.db")
    }

    /// The same on another database.
    pub(crate) fn on(dialect: &str, database: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = ports::one();
        let base = format!("http://127.0.0.1:{port}");
        let configuration = format!(
            "database = \"{database}\"\nmaster_key = {{ file = \"master.key\" }}\n\n[[realms]]\n\
             name = \"own\"\nissuer = \"{base}\"\ndialect = \"{dialect}\"\n\n[[listeners]]\n\
             address = \"127.0.0.1:{port}\"\n"
        );
        fs::write(folder.path().join("postern.toml"), configuration).unwrap();
        let key = MasterKey::generate(&SystemRng).to_text().to_string();
        fs::write(folder.path().join("master.key"), key).unwrap();
        Self { folder, base, name: "own".to_owned() }
    }

    pub(crate) fn configuration(&self) -> PathBuf {
        self.folder.path().join("postern.toml")
    }

    /// The first admin key, created before anything runs.
    pub(crate) fn admin(&self) -> Admin {
        let mut command = postern();
        command.args(["admin-key", "create", "--realm", &self.name, "--config"]);
        let made = command.arg(self.configuration()).output().unwrap();
        let reported = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "{}: {reported}", made.status);
        let key = String::from_utf8(made.stdout).unwrap();
        Admin::new(&self.base, key.trim())
    }

    pub(crate) fn serve(self) -> Server {
        let Self { folder, base, .. } = self;
        Server::serve(folder, &base)
    }
}

impl Admin {
    /// An API with scopes.
    pub(crate) fn api(&self, identifier: &str, scopes: &[&str]) -> Value {
        let scopes: Vec<Value> = scopes.iter().map(|scope| json!({"scope": scope})).collect();
        let new = json!({"identifier": identifier, "name": "an API", "scopes": scopes});
        self.create("/resource-servers", &new)
    }

    /// A client of an organization with all scopes at an API.
    pub(crate) fn machine(&self, new: &Value, audience: &str) -> Machine {
        let made = self.create("/clients", new);
        self.create("/grants", &json!({"client": made["id"], "audience": audience}));
        let text = |member: &str| made[member].as_str().unwrap().to_owned();
        Machine { id: text("id"), secret: text("secret") }
    }
}
