//! The structure of the file. Unknown keys are refused; every default is here.

use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;
use serde_spanned::Spanned;

use super::gate::GateFile;
use super::values::{DisplayName, Parsed, Span, Within};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) database: Spanned<String>,
    pub(super) master_key: Spanned<MasterKeyFile>,
    pub(super) realms: Vec<RealmFile>,
    pub(super) listeners: Vec<ListenerFile>,
    pub(super) metrics: Option<MetricsFile>,
    pub(super) mail: Option<Spanned<MailFile>>,
    #[serde(default)]
    pub(super) trusted_proxies: Vec<Parsed<web::Network>>,
    #[serde(default)]
    pub(super) limits: LimitsFile,
    #[serde(default)]
    pub(super) log: Log,
    pub(super) shutdown_delay: Option<Parsed<Span>>,
    pub(super) shutdown_grace: Option<Parsed<Span>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MasterKeyFile {
    pub(super) file: Option<String>,
    pub(super) env: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RealmFile {
    pub(super) name: Spanned<Parsed<domain::RealmName>>,
    pub(super) issuer: Spanned<Parsed<web::Site>>,
    pub(super) dialect: Spanned<String>,
    #[serde(default)]
    pub(super) environment: EnvironmentFile,
    pub(super) display_name: Option<Parsed<DisplayName>>,
    pub(super) gate: Option<GateFile>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum EnvironmentFile {
    #[default]
    Live,
    Test,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListenerFile {
    pub(super) address: Spanned<Parsed<SocketAddr>>,
    pub(super) tls: Option<TlsFile>,
    pub(super) realms: Option<Vec<Spanned<String>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TlsFile {
    pub(super) certificate: String,
    pub(super) key: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MetricsFile {
    pub(super) address: Parsed<SocketAddr>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MailFile {
    pub(super) from: Parsed<lettre::message::Mailbox>,
    pub(super) host: String,
    pub(super) port: Option<Within<1, 65_535>>,
    #[serde(default)]
    pub(super) encryption: Encryption,
    pub(super) username: Option<String>,
    pub(super) password: Option<Spanned<MailPasswordFile>>,
    pub(super) timeout: Option<Parsed<Span>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MailPasswordFile {
    pub(super) file: Option<String>,
    pub(super) env: Option<String>,
}

/// How the connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Encryption {
    /// By `STARTTLS`, which is required.
    #[default]
    Starttls,
    /// From the start (implicit TLS).
    Tls,
    /// Not encrypted.
    None,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitsFile {
    connections: Option<Within<1, 1_000_000>>,
    headers: Option<Within<8, 1_000>>,
    header_bytes: Option<Within<8_192, 1_048_576>>,
    body_bytes: Option<Within<1_024, 16_777_216>>,
    header_timeout: Option<Parsed<Span>>,
    body_timeout: Option<Parsed<Span>>,
    request_timeout: Option<Parsed<Span>>,
    write_timeout: Option<Parsed<Span>>,
}

/// The limits of all listeners.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The number of connections at once, over all listeners.
    pub(crate) connections: usize,
    /// The number of header fields of a request.
    pub(crate) headers: usize,
    /// The size of a request's head, in bytes.
    pub(crate) header_bytes: usize,
    /// The size of a body, in bytes, where the dialect sets no smaller limit.
    pub(crate) body_bytes: usize,
    /// The time from the end of a response, or from the start of the connection, to the end of the
    /// next head. It limits how long a connection may be idle, and how slowly a head may arrive.
    pub(crate) header_timeout: Duration,
    /// The time from the end of the head to the end of the body.
    pub(crate) body_timeout: Duration,
    /// The time from the end of the head to the start of the response.
    pub(crate) request_timeout: Duration,
    /// How long a client may read nothing of its response.
    pub(crate) write_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        LimitsFile::default().limits()
    }
}

impl LimitsFile {
    pub(super) fn limits(&self) -> Limits {
        let time = |given: &Option<Parsed<Span>>, seconds| {
            given.as_ref().map_or(Duration::from_secs(seconds), |given| given.0.0)
        };
        Limits {
            connections: self.connections.map_or(10_000, |given| given.0),
            headers: self.headers.map_or(64, |given| given.0),
            header_bytes: self.header_bytes.map_or(32_768, |given| given.0),
            body_bytes: self.body_bytes.map_or(1_048_576, |given| given.0),
            header_timeout: time(&self.header_timeout, 30),
            body_timeout: time(&self.body_timeout, 10),
            request_timeout: time(&self.request_timeout, 30),
            write_timeout: time(&self.write_timeout, 30),
        }
    }
}

/// The log settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    /// `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `postern=debug,hyper=warn`.
    pub(crate) level: String,
    pub(crate) format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::Json }
    }
}

/// The log format: for machines or for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    Json,
    Text,
}
