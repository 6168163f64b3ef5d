//! `postern serve` with a gate: a realm with the RFC dialect, a table of routes like that of an
//! API, and credentials to present there.

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base::{MasterKey, SystemRng};
use serde_json::json;

use super::admin::{Admin, text};
use super::rfc::{JWT_API, OPAQUE_API, Pair, api, client, first_key};
use crate::children::{Core, Server};
use crate::load::client::Client;
use crate::load::request::Request;
use crate::probe::{CLIENTS, TOKENS};
use crate::scratch::Scratch;
use crate::{cpu, ports};

/// An idle server uses less processor time than this during [`IDLE_WINDOW`].
const IDLE_CPU: Duration = Duration::from_millis(20);
const IDLE_WINDOW: Duration = Duration::from_millis(400);
const IDLE_WAIT: Duration = Duration::from_secs(120);

const DIALECT: &str = r#"name = "bench"

[presentation]
basic = "plain"
"#;

/// Routes like those of an API. The limits are never reached, but they are counted.
const GATE: &str = r#"
[realms.gate]
request = "original"
limits.credential = { requests = 1000000, window = "1s" }
limits.organization = { requests = 1000000, window = "1s" }

[[realms.gate.routes]]
host = "api.example.com"
path = "/health"
public = true

[[realms.gate.routes]]
host = "api.example.com"
path = "/contacts"
methods = ["GET"]
audience = "https://api.example.com/contacts"
scopes = ["contacts.read"]

[[realms.gate.routes]]
host = "api.example.com"
path = "/contacts"
methods = ["POST"]
audience = "https://api.example.com/contacts"
scopes = ["contacts.write"]

[[realms.gate.routes]]
host = "api.example.com"
path = "/contacts/{contact}"
methods = ["GET"]
audience = "https://api.example.com/contacts"
scopes = ["contacts.read"]

[[realms.gate.routes]]
host = "api.example.com"
path = "/contacts/{contact}"
methods = ["PUT", "PATCH", "DELETE"]
audience = "https://api.example.com/contacts"
scopes = ["contacts.read", "contacts.write"]

[[realms.gate.routes]]
host = "api.example.com"
path = "/contacts/{contact}/notes/{*rest}"
audience = "https://api.example.com/contacts"
scopes = ["contacts.read"]

[[realms.gate.routes]]
host = "api.example.com"
path = "/invoices"
methods = ["GET"]
audience = "https://api.example.com/invoices"
scopes = ["contacts.read"]

[[realms.gate.routes]]
host = "api.example.com"
path = "/invoices/{invoice}"
methods = ["GET"]
audience = "https://api.example.com/invoices"
scopes = ["contacts.read"]
when_unsure = "open"

[[realms.gate.routes]]
host = "api.example.com"
path = "/invoices/{invoice}"
methods = ["DELETE"]
audience = "https://api.example.com/invoices"
scopes = ["contacts.write"]
"#;

/// The folder and database of a node.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    /// The folder of the configuration, and of the database where that is a file.
    pub(crate) folder: PathBuf,
    pub(crate) port: u16,
    metrics: u16,
    core: Core,
}

/// A running server with a gate.
#[derive(Debug)]
pub(crate) struct Gated {
    pub(crate) server: Server,
    pub(crate) home: Home,
    program: PathBuf,
    key: String,
}

/// The settings of a new realm.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting<'a> {
    pub(crate) program: &'a Path,
    pub(crate) scratch: &'a Scratch,
    /// The name of the folder.
    pub(crate) name: &'a str,
    /// The database, as in the configuration.
    pub(crate) database: &'a str,
    pub(crate) core: Core,
}

impl<'a> Setting<'a> {
    /// Settings with a file as database, on the server's core.
    pub(crate) fn alone(program: &'a Path, scratch: &'a Scratch, name: &'a str) -> Self {
        Self { program, scratch, name, database: "sqlite:postern.db", core: Core::Servers }
    }
}

impl Gated {
    /// Configures and starts a realm, and creates its APIs.
    ///
    /// # Errors
    /// With the first error.
    pub(crate) fn start(setting: Setting<'_>) -> Result<Self, String> {
        let port = ports::free(2)?;
        let home = home(setting, port, &MasterKey::generate(&SystemRng), port)?;
        let key = first_key(setting.program, &home.folder)?;
        let server = serve(setting.program, &home)?;
        let mut admin = Admin::open(port, &key)?;
        for (identifier, format) in [(JWT_API, "jwt"), (OPAQUE_API, "opaque")] {
            api(&mut admin, identifier, format)?;
        }
        let program = setting.program.to_owned();
        Ok(Self { server, home, program, key })
    }

    /// Another node of the same realm, on the same database.
    ///
    /// # Errors
    /// With the first error.
    pub(crate) fn another(&self, setting: Setting<'_>) -> Result<Self, String> {
        let master = self.master()?;
        let home = home(setting, ports::free(2)?, &master, self.home.port)?;
        let server = serve(setting.program, &home)?;
        Ok(Self { server, home, program: self.program.clone(), key: self.key.clone() })
    }

    /// The realm's master key.
    ///
    /// # Errors
    /// When its file does not exist.
    pub(crate) fn master(&self) -> Result<MasterKey, String> {
        let file = self.home.folder.join("master.key");
        let text = fs::read_to_string(&file).map_err(|problem| format!("master.key: {problem}"))?;
        MasterKey::parse(&text).map_err(|problem| problem.to_string())
    }

    /// Stops the server, runs `work` on its folder, and starts it again.
    ///
    /// # Errors
    /// The error of `work`, or an error when the server does not end cleanly or does not start
    /// again.
    pub(crate) fn restart<T>(
        self,
        work: impl FnOnce(&Path) -> Result<T, String>,
    ) -> Result<(Self, T), String> {
        let Self { server, home, program, key } = self;
        server.stop()?;
        let done = work(&home.folder)?;
        let server = serve(&program, &home)?;
        Ok((Self { server, home, program, key }, done))
    }

    /// Waits until the server is idle, so that everything read at the start is in memory.
    ///
    /// # Errors
    /// When it does not become idle.
    pub(crate) fn settle(&self) -> Result<(), String> {
        let started = Instant::now();
        while started.elapsed() < IDLE_WAIT {
            let before = cpu::of(self.server.process())?;
            std::thread::sleep(IDLE_WINDOW);
            if cpu::of(self.server.process())? - before < IDLE_CPU {
                return Ok(());
            }
        }
        Err("the server does not come to rest".to_owned())
    }

    /// The admin API.
    ///
    /// # Errors
    /// When it does not answer.
    pub(crate) fn admin(&self) -> Result<Admin, String> {
        Admin::open(self.home.port, &self.key)
    }

    /// An empty `POST` to a path of the admin API.
    pub(crate) fn post(&self, path: &str) -> Request {
        let asked = Request::new("POST", self.home.port, &format!("/admin/v1/{path}"));
        asked.header("Authorization", &format!("Bearer {}", self.key)).json(&json!({}))
    }

    /// A value of `/metrics`: the sum of the samples whose line begins with `name`.
    ///
    /// # Errors
    /// When it does not answer, or has no such figure.
    pub(crate) fn figure(&self, name: &str) -> Result<f64, String> {
        let mut client = Client::connect(self.home.metrics).map_err(|it| it.to_string())?;
        let page = client.ask(&Request::new("GET", self.home.metrics, "/metrics"))?;
        let samples = page.body.lines().filter(|line| line.starts_with(name));
        let values = samples.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
        values.reduce(|sum, value| sum + value).ok_or_else(|| format!("no {name} in /metrics"))
    }

    /// A proxy's request to the gate for an API request with `authorization`.
    pub(crate) fn asks(&self, path: &str, authorization: &str) -> Request {
        asks(self.home.port, path, authorization)
    }

    /// Machines that may call both APIs.
    ///
    /// # Errors
    /// With the refusal.
    pub(crate) fn machines(&self) -> Result<Vec<Pair>, String> {
        let mut admin = self.admin()?;
        (0..CLIENTS).map(|number| client(&mut admin, number)).collect()
    }

    /// A machine's token request.
    pub(crate) fn ask_token(&self, (id, secret): &Pair, audience: &str) -> Request {
        let form = [("grant_type", "client_credentials"), ("audience", audience)];
        Request::new("POST", self.home.port, "/token").basic(id, secret).form(&form)
    }

    /// Keys for the first API, of as many organizations as there are machines.
    ///
    /// # Errors
    /// With the refusal.
    pub(crate) fn keys(&self) -> Result<Vec<Pair>, String> {
        let mut admin = self.admin()?;
        let mut keys = Vec::new();
        for number in 0..CLIENTS {
            let new = json!({"name": format!("Organization {number}")});
            let organization = text(&admin.create("organizations", &new)?, "/id")?;
            for key in 0..TOKENS / CLIENTS {
                let new = json!({
                    "organization": organization,
                    "label": format!("key {key}"),
                    "audience": JWT_API,
                });
                let key = admin.create("api-keys", &new)?;
                keys.push((text(&key, "/id")?, text(&key, "/secret")?));
            }
        }
        Ok(keys)
    }
}

/// A proxy's request to the gate on `port` for an API request with `authorization`.
pub(crate) fn asks(port: u16, path: &str, authorization: &str) -> Request {
    Request::new("GET", port, "/gate")
        .header("X-Original-Method", "GET")
        .header("X-Original-URI", path)
        .header("X-Original-Host", "api.example.com")
        .header("Authorization", authorization)
}

fn home(setting: Setting<'_>, port: u16, master: &MasterKey, issuer: u16) -> Result<Home, String> {
    let folder = setting.scratch.folder(setting.name)?;
    let home = Home { folder, port, metrics: port + 1, core: setting.core };
    let written = configure(&home, setting.database, master, issuer);
    written.map_err(|problem| format!("{}: {problem}", home.folder.display()))?;
    Ok(home)
}

fn configure(home: &Home, database: &str, master: &MasterKey, issuer: u16) -> std::io::Result<()> {
    let Home { folder, port, metrics, .. } = home;
    let mut file = fs::OpenOptions::new();
    let mut file = file.write(true).create_new(true).mode(0o600).open(folder.join("master.key"))?;
    std::io::Write::write_all(&mut file, master.to_text().as_bytes())?;
    let configuration = format!(
        r#"database = "{database}"
master_key = {{ file = "master.key" }}

[metrics]
address = "127.0.0.1:{metrics}"

[[listeners]]
address = "127.0.0.1:{port}"

[[realms]]
name = "bench"
issuer = "http://127.0.0.1:{issuer}"
dialect = "bench.toml"
{GATE}"#
    );
    fs::write(folder.join("bench.toml"), DIALECT)?;
    fs::write(folder.join("postern.toml"), configuration)
}

fn serve(program: &Path, home: &Home) -> Result<Server, String> {
    let (config, log) = (home.folder.join("postern.toml"), home.folder.with_extension("log"));
    let arguments = ["serve", "--config", &config.display().to_string()];
    let mut server = Server::start_on(home.core, program, &arguments, &log)?;
    server.until(home.port, &Request::new("GET", home.port, "/readyz")).map_err(|problem| {
        format!("postern serve: {problem}\n{}", fs::read_to_string(&log).unwrap_or_default())
    })?;
    Ok(server)
}
