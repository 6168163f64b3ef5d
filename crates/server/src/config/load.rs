//! Loads a file into a [`Config`].

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dialect::{Dialect, Environment};
use serde_spanned::Spanned;

use super::error::Source;
use super::file::{EnvironmentFile, File, ListenerFile, MasterKeyFile, RealmFile};
use super::values::{Parsed, Span};
use super::{Config, ConfigError, Database, KeySource, Listener, PostgresUrl, Realm, TlsFiles};

/// The size limit of a configuration or dialect file, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Loads a configuration.
///
/// # Errors
/// The first mistake, with its position.
pub(crate) fn load(file: &Path) -> Result<Config, ConfigError> {
    let text = read(file).map_err(|message| Source { file, text: "" }.nowhere(message))?;
    parse(file, &text)
}

pub(super) fn parse(file: &Path, text: &str) -> Result<Config, ConfigError> {
    let source = Source { file, text };
    let parsed: File = toml::from_str(text).map_err(|error| {
        let message = error.message().replace('\n', "; ");
        match error.span() {
            Some(span) => source.at(&span, message),
            None => source.nowhere(message),
        }
    })?;
    let loader = Loader { source, folder: Config::folder(file) };
    let realms = loader.realms(&parsed.realms)?;
    let time = |given: Option<Parsed<Span>>, usual| given.map_or(usual, |given| given.0.0);
    Ok(Config {
        database: loader.database(&parsed.database)?,
        master_key: loader.master_key(&parsed.master_key)?,
        listeners: loader.listeners(&parsed.listeners, &realms)?,
        realms,
        mail: parsed
            .mail
            .as_ref()
            .map(|mail| super::mail::mail(loader.source, &loader.folder, mail))
            .transpose()?,
        metrics: parsed.metrics.map(|metrics| metrics.address.0),
        trusted_proxies: parsed.trusted_proxies.into_iter().map(|network| network.0).collect(),
        limits: parsed.limits.limits(),
        log: parsed.log,
        shutdown_delay: time(parsed.shutdown_delay, Duration::ZERO),
        shutdown_grace: time(parsed.shutdown_grace, Duration::from_secs(20)),
        file: file.to_path_buf(),
    })
}

fn read(file: &Path) -> Result<String, String> {
    let meta = std::fs::metadata(file).map_err(|error| format!("cannot be read: {error}"))?;
    if !meta.is_file() || meta.len() > MAX_BYTES {
        return Err(format!("expected a file of at most {MAX_BYTES} bytes"));
    }
    let bytes = std::fs::read(file).map_err(|error| format!("cannot be read: {error}"))?;
    String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())
}

struct Loader<'a> {
    source: Source<'a>,
    folder: PathBuf,
}

impl Loader<'_> {
    fn database(&self, found: &Spanned<String>) -> Result<Database, ConfigError> {
        let text = found.get_ref();
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Database::Postgres(PostgresUrl(text.clone())));
        }
        match text.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
            Some(path) => Ok(Database::Sqlite(self.folder.join(path))),
            None => Err(self.source.at(
                &found.span(),
                "found another kind of database; expected \"sqlite:path/to/file.db\" or \
                 \"postgres://user@host/name\"",
            )),
        }
    }

    fn master_key(&self, found: &Spanned<MasterKeyFile>) -> Result<KeySource, ConfigError> {
        match (&found.get_ref().file, &found.get_ref().env) {
            (Some(file), None) => Ok(KeySource::File(self.folder.join(file))),
            (None, Some(name)) => Ok(KeySource::Variable(name.clone())),
            _ => Err(self.source.at(
                &found.span(),
                "expected either { file = \"master.key\" } or { env = \"POSTERN_MASTER_KEY\" }",
            )),
        }
    }

    fn realms(&self, found: &[RealmFile]) -> Result<Vec<Realm>, ConfigError> {
        let mut realms: Vec<Realm> = Vec::new();
        for file in found {
            let (name, issuer) = (&file.name.get_ref().0, &file.issuer.get_ref().0);
            if realms.iter().any(|realm| realm.name == *name) {
                let message = format!("there is a realm named {:?} already", name.as_str());
                return Err(self.source.at(&file.name.span(), message));
            }
            let place = |site: &web::Site| (site.authority().to_owned(), site.prefix().to_owned());
            if let Some(other) = realms.iter().find(|it| place(&it.issuer) == place(issuer)) {
                let message =
                    format!("the realm {:?} has this issuer already", other.name.as_str());
                return Err(self.source.at(&file.issuer.span(), message));
            }
            realms.push(Realm {
                name: name.clone(),
                issuer: issuer.clone(),
                dialect: self.dialect(&file.dialect)?,
                environment: match file.environment {
                    EnvironmentFile::Live => Environment::Live,
                    EnvironmentFile::Test => Environment::Test,
                },
                display_name: file.display_name.as_ref().map(|name| name.0.0.clone()),
                gate: file
                    .gate
                    .as_ref()
                    .map(|it| super::gate::gate(self.source, it))
                    .transpose()?,
            });
        }
        if realms.is_empty() {
            Err(self.source.nowhere("expected at least one realm"))
        } else {
            Ok(realms)
        }
    }

    /// A dialect by name, or by file: a text that ends in `.toml` is a file.
    fn dialect(&self, found: &Spanned<String>) -> Result<Arc<Dialect>, ConfigError> {
        let name = found.get_ref();
        if !name.ends_with(".toml") {
            return Dialect::builtin(name).map(Arc::new).ok_or_else(|| {
                let known: Vec<&str> = Dialect::builtin_names().collect();
                let known = known.join(", ");
                let message = format!(
                    "there is no dialect {name:?}; expected one of {known}, or the path of a \
                     .toml file"
                );
                self.source.at(&found.span(), message)
            });
        }
        let path = self.folder.join(name);
        let text = read(&path).map_err(|message| {
            self.source.at(&found.span(), format!("{} {message}", path.display()))
        })?;
        Dialect::parse(&path.display().to_string(), &text)
            .map(Arc::new)
            .map_err(|error| self.source.at(&found.span(), error))
    }

    fn listeners(
        &self,
        found: &[ListenerFile],
        realms: &[Realm],
    ) -> Result<Vec<Listener>, ConfigError> {
        let mut listeners: Vec<Listener> = Vec::new();
        for file in found {
            let address = file.address.get_ref().0;
            if listeners.iter().any(|it| it.address == address && address.port() != 0) {
                let message = format!("{address} is listened on already");
                return Err(self.source.at(&file.address.span(), message));
            }
            let realms = match &file.realms {
                None => (0..realms.len()).collect(),
                Some(names) => names
                    .iter()
                    .map(|name| self.realm_index(name, realms))
                    .collect::<Result<_, _>>()?,
            };
            let tls = file.tls.as_ref().map(|tls| TlsFiles {
                certificate: self.folder.join(&tls.certificate),
                key: self.folder.join(&tls.key),
            });
            listeners.push(Listener { address, tls, realms });
        }
        if listeners.is_empty() {
            return Err(self.source.nowhere("expected at least one listener"));
        }
        Ok(listeners)
    }

    fn realm_index(&self, name: &Spanned<String>, realms: &[Realm]) -> Result<usize, ConfigError> {
        realms.iter().position(|realm| realm.name.as_str() == name.get_ref()).ok_or_else(|| {
            let known: Vec<&str> = realms.iter().map(|realm| realm.name.as_str()).collect();
            let message = format!(
                "there is no realm {:?}; expected one of {}",
                name.get_ref(),
                known.join(", ")
            );
            self.source.at(&name.span(), message)
        })
    }
}
