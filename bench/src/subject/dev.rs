//! `postern dev`: five demo realms, their credentials read from `demo.json`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::admin::{Admin, text};
use crate::children::Server;
use crate::load::request::Request;
use crate::probe::TOKENS;
use crate::scratch::Scratch;
use crate::work::Work;

/// A running demo.
#[derive(Debug)]
pub(crate) struct Dev {
    pub(crate) server: Server,
    demo: Value,
    /// Where its data is.
    pub(crate) folder: PathBuf,
}

impl Dev {
    /// Starts the demo on `base` and the ports after it, with its data in a new folder called
    /// `name`.
    ///
    /// # Errors
    /// When it does not answer, with what it printed.
    pub(crate) fn start(
        program: &Path,
        scratch: &Scratch,
        name: &str,
        base: u16,
    ) -> Result<Self, String> {
        let folder = scratch.folder(name)?;
        let ready = Request::new("GET", base, "/readyz");
        Self::again(program, scratch, folder, base, (base, &ready)).map(|(dev, _)| dev)
    }

    /// Starts it with the data of `folder`. Also returns the time until `first`, a port and a
    /// request, was answered.
    ///
    /// # Errors
    /// As [`Dev::start`].
    pub(crate) fn again(
        program: &Path,
        scratch: &Scratch,
        folder: PathBuf,
        base: u16,
        first: (u16, &Request),
    ) -> Result<(Self, Duration), String> {
        let log = scratch.path().join("dev.log");
        let (port, data) = (base.to_string(), folder.display().to_string());
        let arguments = ["dev", "--port", &port, "--data", &data];
        let mut server = Server::start(program, &arguments, &log)?;
        let with_log = |problem| {
            format!("postern dev: {problem}\n{}", std::fs::read_to_string(&log).unwrap_or_default())
        };
        let took = server.until(first.0, first.1).map_err(with_log)?;
        let demo = std::fs::read_to_string(folder.join("demo.json"));
        let demo = demo.map_err(|problem| format!("demo.json: {problem}"))?;
        let demo =
            serde_json::from_str(&demo).map_err(|problem| format!("demo.json: {problem}"))?;
        Ok((Self { server, demo, folder }, took))
    }

    /// The port of `realm`.
    ///
    /// # Errors
    /// When `demo.json` has no such realm.
    pub(crate) fn port(&self, realm: &str) -> Result<u16, String> {
        let base = self.text(realm, "/base")?;
        let port = base.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        port.ok_or_else(|| format!("demo.json: no port in {base}"))
    }

    /// A text of `realm` in `demo.json`.
    ///
    /// # Errors
    /// When it is not there.
    pub(crate) fn text(&self, realm: &str, pointer: &str) -> Result<&str, String> {
        let pointer = format!("/realms/{realm}{pointer}");
        let text = self.demo.pointer(&pointer).and_then(Value::as_str);
        text.ok_or_else(|| format!("demo.json: no {pointer}"))
    }

    /// The port and the requests of a kind of work, if the demo realms serve it; `None` otherwise.
    /// Creates the credentials for the load.
    ///
    /// # Errors
    /// When `demo.json` lacks what is needed, or a credential is refused.
    pub(crate) fn requests(&self, work: Work) -> Result<Option<(u16, Vec<Request>)>, String> {
        match work {
            Work::ReusableRefresh => self.refreshes().map(Some),
            Work::ApiKey => self.keys().map(Some),
            _ => Ok(None),
        }
    }

    fn refreshes(&self) -> Result<(u16, Vec<Request>), String> {
        let (port, mut admin) = self.admin("speculo")?;
        let client = self.text("speculo", "/client_id")?;
        let mut requests = Vec::new();
        for number in 0..TOKENS {
            let new = json!({"client": client, "label": format!("bench {number}")});
            let token = text(&admin.create("refresh-tokens", &new)?, "/secret")?;
            let body = json!({"clientId": client, "refreshToken": token});
            requests.push(Request::new("POST", port, "/token").json(&body));
        }
        Ok((port, requests))
    }

    fn keys(&self) -> Result<(u16, Vec<Request>), String> {
        let (port, mut admin) = self.admin("spiko")?;
        let organization = text(&admin.read("organizations")?, "/data/0/id")?;
        let mut requests = Vec::new();
        for number in 0..TOKENS {
            let new = json!({"organization": organization, "label": format!("bench {number}")});
            let key = admin.create("api-keys", &new)?;
            let (id, secret) = (text(&key, "/id")?, text(&key, "/secret")?);
            requests.push(Request::new("GET", port, "/v1/investors/").basic(&id, &secret));
        }
        Ok((port, requests))
    }

    /// The port of `realm` and its admin API.
    ///
    /// # Errors
    /// When `demo.json` has no such realm, or it does not answer.
    pub(crate) fn admin(&self, realm: &str) -> Result<(u16, Admin), String> {
        let port = self.port(realm)?;
        Ok((port, Admin::open(port, self.text(realm, "/admin_key")?)?))
    }
}
