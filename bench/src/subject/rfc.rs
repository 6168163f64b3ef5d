//! `postern serve`: a realm with the RFC dialect, and its clients, APIs and tokens for the load.

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use base::{MasterKey, SystemRng};
use serde_json::json;

use super::admin::{Admin, text};
use crate::children::Server;
use crate::load::client::Client;
use crate::load::request::Request;
use crate::probe::{CLIENTS, TOKENS};
use crate::scratch::Scratch;
use crate::work::Work;

/// The API whose tokens are JWTs.
pub(crate) const JWT_API: &str = "https://api.example.com/contacts";
pub(crate) const OPAQUE_API: &str = "https://api.example.com/invoices";
/// The RFC dialect, with what the RFCs recommend for refresh tokens (RFC 9700 §4.14.2), and with
/// codes that do not expire while the load is prepared.
const DIALECT: &str = r#"name = "bench"

[refresh]
rotation = "rotating"

[lifetimes]
refresh_token = "30d"
code = "10m"
"#;
/// More than any run can spend. The budget is counted nevertheless.
const BUDGET: u64 = 1_000_000_000;

/// An identifier and its secret.
pub(crate) type Pair = (String, String);

/// A running realm.
#[derive(Debug)]
pub(crate) struct Rfc {
    pub(crate) server: Server,
    program: PathBuf,
    /// The folder of configuration and database.
    pub(crate) folder: PathBuf,
    pub(crate) port: u16,
    key: String,
    clients: Vec<Pair>,
    /// The credentials with which each API introspects, and tokens for it.
    jwts: (Pair, Vec<String>),
    opaque: (Pair, Vec<String>),
}

impl Rfc {
    /// Configures and starts the realm, and creates its clients, in a new folder called `name`.
    ///
    /// # Errors
    /// With the first error.
    pub(crate) fn start(
        program: &Path,
        scratch: &Scratch,
        name: &str,
        port: u16,
    ) -> Result<Self, String> {
        let folder = scratch.folder(name)?;
        configure(&folder, port).map_err(|problem| format!("{}: {problem}", folder.display()))?;
        let key = first_key(program, &folder)?;
        let server = serve(program, &folder, port)?;
        let mut admin = Admin::open(port, &key)?;
        let mut realm = Self {
            server,
            program: program.into(),
            folder,
            port,
            key,
            clients: Vec::new(),
            jwts: (api(&mut admin, JWT_API, "jwt")?, Vec::new()),
            opaque: (api(&mut admin, OPAQUE_API, "opaque")?, Vec::new()),
        };
        for number in 0..CLIENTS {
            realm.clients.push(client(&mut admin, number)?);
        }
        realm.jwts.1 = realm.tokens(JWT_API)?;
        realm.opaque.1 = realm.tokens(OPAQUE_API)?;
        Ok(realm)
    }

    /// Stops the server and starts it again. Returns the bytes of its folder in between.
    ///
    /// # Errors
    /// When it does not end in order, or not come back.
    pub(crate) fn restart(self) -> Result<(Self, u64), String> {
        let Self { server, program, folder, port, key, clients, jwts, opaque } = self;
        server.stop()?;
        let size = crate::memory::size(&folder);
        let server = serve(&program, &folder, port)?;
        Ok((Self { server, program, folder, port, key, clients, jwts, opaque }, size))
    }

    /// The realm's admin API.
    ///
    /// # Errors
    /// When it does not answer.
    pub(crate) fn admin(&self) -> Result<Admin, String> {
        Admin::open(self.port, &self.key)
    }

    /// The port and the requests of a kind of work, if this realm serves it; `None` otherwise.
    pub(crate) fn requests(&self, work: Work) -> Option<(u16, Vec<Request>)> {
        let requests = match work {
            Work::ClientCredentials => {
                self.clients.iter().map(|client| self.ask_token(client, JWT_API)).collect()
            }
            Work::IntrospectJwt => self.introspections(&self.jwts),
            Work::IntrospectOpaque => self.introspections(&self.opaque),
            Work::ReusableRefresh | Work::ApiKey => return None,
        };
        Some((self.port, requests))
    }

    fn introspections(&self, (caller, tokens): &(Pair, Vec<String>)) -> Vec<Request> {
        let (id, secret) = caller;
        let of_token = |token: &String| {
            let asked = Request::new("POST", self.port, "/introspect").basic(id, secret);
            asked.form(&[("token", token)])
        };
        tokens.iter().map(of_token).collect()
    }

    fn ask_token(&self, (id, secret): &Pair, audience: &str) -> Request {
        let form = [("grant_type", "client_credentials"), ("audience", audience)];
        Request::new("POST", self.port, "/token").basic(id, secret).form(&form)
    }

    fn tokens(&self, audience: &str) -> Result<Vec<String>, String> {
        let mut asking = Client::connect(self.port).map_err(|problem| problem.to_string())?;
        let clients = self.clients.iter().cycle().take(TOKENS);
        let token =
            |client| text(&asking.ask(&self.ask_token(client, audience))?.json()?, "/access_token");
        clients.map(token).collect()
    }
}

fn configure(folder: &Path, port: u16) -> std::io::Result<()> {
    let key = MasterKey::generate(&SystemRng).to_text();
    let mut file = fs::OpenOptions::new();
    let mut file = file.write(true).create_new(true).mode(0o600).open(folder.join("master.key"))?;
    std::io::Write::write_all(&mut file, key.as_bytes())?;
    let configuration = format!(
        r#"database = "sqlite:postern.db"
master_key = {{ file = "master.key" }}

[[realms]]
name = "bench"
issuer = "http://127.0.0.1:{port}"
dialect = "bench.toml"

[[listeners]]
address = "127.0.0.1:{port}"
"#
    );
    fs::write(folder.join("bench.toml"), DIALECT)?;
    fs::write(folder.join("postern.toml"), configuration)
}

/// The first admin key is created in the database itself. It is the last word of the output.
pub(super) fn first_key(program: &Path, folder: &Path) -> Result<String, String> {
    let create = ["admin-key", "create", "--realm", "bench", "--config"];
    let output = Command::new(program).args(create).arg(folder.join("postern.toml")).output();
    let output = output.map_err(|problem| format!("{}: {problem}", program.display()))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let key = printed.split_whitespace().next_back().map(str::to_owned);
    key.filter(|_| output.status.success())
        .ok_or_else(|| format!("admin-key create: {}", String::from_utf8_lossy(&output.stderr)))
}

fn serve(program: &Path, folder: &Path, port: u16) -> Result<Server, String> {
    let (config, log) = (folder.join("postern.toml"), folder.with_extension("log"));
    let arguments = ["serve", "--config", &config.display().to_string()];
    let mut server = Server::start(program, &arguments, &log)?;
    server.until(port, &Request::new("GET", port, "/readyz")).map_err(|problem| {
        format!("postern serve: {problem}\n{}", fs::read_to_string(&log).unwrap_or_default())
    })?;
    Ok(server)
}

/// Creates an API. Returns the credentials with which it introspects.
pub(super) fn api(admin: &mut Admin, identifier: &str, format: &str) -> Result<Pair, String> {
    let created = admin.create(
        "resource-servers",
        &json!({
            "identifier": identifier,
            "name": identifier,
            "scopes": [{"scope": "contacts.read"}, {"scope": "contacts.write"}],
            "tokens": {"format": format},
        }),
    )?;
    let id = text(&created, "/id")?;
    let secret = admin.create(&format!("resource-servers/{id}/secrets"), &json!({}))?;
    Ok((id, text(&secret, "/secret")?))
}

/// Creates a machine with a budget that may call both APIs.
pub(super) fn client(admin: &mut Admin, number: usize) -> Result<Pair, String> {
    let budget = json!({"per_hour": BUDGET, "per_day": BUDGET});
    let new = json!({"name": format!("Machine {number}"), "budget": budget});
    let created = admin.create("clients", &new)?;
    let id = text(&created, "/id")?;
    for audience in [JWT_API, OPAQUE_API] {
        admin.create("grants", &json!({"client": id, "audience": audience}))?;
    }
    Ok((id, text(&created, "/secret")?))
}
