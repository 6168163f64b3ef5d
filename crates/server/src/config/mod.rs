//! `postern.toml`: what `serve`, `check` and `migrate` are told.
//!
//! Invariant: a [`Config`] is whole and consistent: every value was parsed into its own type, every
//! name it mentions exists, every path is relative to nothing. What is merely unwise is `check`'s.

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

/// A whole configuration.
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
    /// How long `/readyz` says no before connections are refused.
    pub(crate) shutdown_delay: Duration,
    /// How long requests in flight may take to end.
    pub(crate) shutdown_grace: Duration,
}

/// Where everything is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    /// A file of this process alone.
    Sqlite(PathBuf),
    /// A server; the URL may hold a password.
    Postgres(PostgresUrl),
}

/// A connection string. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PostgresUrl(pub(crate) String);

impl std::fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PostgresUrl")
    }
}

/// Where the master key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeySource {
    File(PathBuf),
    Variable(String),
}

/// The mail server, and who we are to it.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    /// Who writes.
    pub(crate) from: lettre::message::Mailbox,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) encryption: Encryption,
    /// A name, and where its password is.
    pub(crate) login: Option<(String, KeySource)>,
    /// How long each step of the conversation may take.
    pub(crate) timeout: Duration,
}

/// One issuer.
#[derive(Clone, Debug)]
pub(crate) struct Realm {
    pub(crate) name: RealmName,
    pub(crate) issuer: Site,
    pub(crate) dialect: Arc<Dialect>,
    pub(crate) environment: Environment,
    /// What people read in place of the name.
    pub(crate) display_name: Option<String>,
    /// What its gate is told, where it has one.
    pub(crate) gate: Option<GateSettings>,
}

/// One address that is listened on.
#[derive(Clone, Debug)]
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    pub(crate) tls: Option<TlsFiles>,
    /// Indices into the realms that are served here.
    pub(crate) realms: Vec<usize>,
}

/// Where a listener's certificate is.
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
