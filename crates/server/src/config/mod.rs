//! `postern.toml`: the configuration of `serve`, `check` and `migrate`.
//!
//! Invariant: a [`Config`] is complete and consistent. Every value was parsed into its own type,
//! every name in it exists, every path is absolute or relative to the working folder. Settings that
//! are valid but unwise are found by `check`.

mod error;
mod file;
mod gate;
mod load;
mod mail;
mod values;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dialect::{Dialect, Environment};
use domain::RealmName;
use web::gate::GateSettings;
use web::{Network, Site};

pub(crate) use error::ConfigError;
pub(crate) use file::{Encryption, Limits, Log, LogFormat};
pub(crate) use load::load;

/// A complete configuration.
#[derive(Debug)]
pub(crate) struct Config {
    /// The file it was read from.
    pub(crate) file: PathBuf,
    pub(crate) database: Database,
    pub(crate) master_key: KeySource,
    pub(crate) realms: Vec<Realm>,
    pub(crate) listeners: Vec<Listener>,
    pub(crate) metrics: Option<SocketAddr>,
    pub(crate) mail: Option<Mail>,
    pub(crate) trusted_proxies: Vec<Network>,
    pub(crate) limits: Limits,
    pub(crate) log: Log,
    /// How long `/readyz` reports "not ready" before connections are refused.
    pub(crate) shutdown_delay: Duration,
    /// How long requests in flight may take to finish at the end.
    pub(crate) shutdown_grace: Duration,
}

/// The database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    /// A file that only this process uses.
    Sqlite(PathBuf),
    /// A server; the URL may hold a password.
    Postgres(PostgresUrl),
}

/// A connection string. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PostgresUrl(pub(crate) String);

impl std::fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PostgresUrl")
    }
}

/// The source of the master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeySource {
    File(PathBuf),
    Variable(String),
}

/// The mail server, and our account there.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    /// The sender's address.
    pub(crate) from: lettre::message::Mailbox,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) encryption: Encryption,
    /// The user name, and the source of its password.
    pub(crate) login: Option<(String, KeySource)>,
    /// The time limit of each step of the SMTP dialogue.
    pub(crate) timeout: Duration,
}

/// One issuer.
#[derive(Clone, Debug)]
pub(crate) struct Realm {
    pub(crate) name: RealmName,
    pub(crate) issuer: Site,
    pub(crate) dialect: Arc<Dialect>,
    pub(crate) environment: Environment,
    /// The name that users see.
    pub(crate) display_name: Option<String>,
    /// The settings of its gate, where it has one.
    pub(crate) gate: Option<GateSettings>,
}

/// An address to listen on.
#[derive(Clone, Debug)]
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    pub(crate) tls: Option<TlsFiles>,
    /// Indices of the realms that are served at this address.
    pub(crate) realms: Vec<usize>,
}

/// The files of a listener's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TlsFiles {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Config {
    /// The folder that relative paths start from.
    fn folder(file: &Path) -> PathBuf {
        let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
        parent.map_or_else(|| PathBuf::from("."), Path::to_path_buf)
    }
}
