//! `postern dev`: five demo realms, their credentials read from `demo.json`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::children::Server;
use crate::load::request::Request;
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
    /// Starts the demo on `base` and the ports after it, with its data in a folder called `name`.
    ///
    /// # Errors
    /// When it does not answer, with what it printed.
    pub(crate) fn start(
        program: &Path,
        scratch: &Scratch,
        name: &str,
        base: u16,
    ) -> Result<(Self, Duration), String> {
        let folder = scratch.folder(name)?;
        Self::again(program, scratch, folder, base)
    }

    /// Starts it with the data of `folder`; also returns the time until its first answer.
    ///
    /// # Errors
    /// As [`Dev::start`].
    pub(crate) fn again(
        program: &Path,
        scratch: &Scratch,
        folder: PathBuf,
        base: u16,
    ) -> Result<(Self, Duration), String> {
        let log = scratch.path().join("dev.log");
        let (port, data) = (base.to_string(), folder.display().to_string());
        let arguments = ["dev", "--port", &port, "--data", &data];
        let mut server = Server::start(program, &arguments, &log)?;
        let told = |problem| {
            format!("postern dev: {problem}\n{}", std::fs::read_to_string(&log).unwrap_or_default())
        };
        let ready = Request::new("GET", base, "/readyz");
        let took = server.until(base, &ready).map_err(told)?;
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

    /// The port and the requests of a kind of work that the demo realms serve; `None` of others.
    ///
    /// # Errors
    /// When `demo.json` lacks what is needed.
    pub(crate) fn requests(&self, work: Work) -> Result<Option<(u16, Vec<Request>)>, String> {
        match work {
            Work::ReusableRefresh => {
                let port = self.port("speculo")?;
                let body = serde_json::json!({
                    "clientId": self.text("speculo", "/client_id")?,
                    "refreshToken": self.text("speculo", "/refresh_token")?,
                });
                Ok(Some((port, vec![Request::new("POST", port, "/token").json(&body)])))
            }
            Work::ApiKey => {
                let port = self.port("spiko")?;
                let id = self.text("spiko", "/api_key/client_id")?;
                let secret = self.text("spiko", "/api_key/client_secret")?;
                let asked = Request::new("GET", port, "/v1/investors/").basic(id, secret);
                Ok(Some((port, vec![asked])))
            }
            _ => Ok(None),
        }
    }
}
