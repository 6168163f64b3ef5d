//! The files that a configuration names, and the database it points to.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::finding::Finding;
use crate::config::{Config, Database, KeySource};
use crate::listen::Tls;
use crate::{mail, master_key};

pub(super) fn database(config: &Config, findings: &mut Vec<Finding>) {
    match &config.database {
        Database::Sqlite(path) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            if folder.is_some_and(|folder| !folder.is_dir()) {
                let text = format!("the folder of {} does not exist", path.display());
                findings.push(Finding::wrong("database_folder_missing", text));
            }
            if others_read(path) {
                let text = format!("{} can be read by others", path.display());
                findings.push(Finding::weak("database_readable", text));
            }
        }
        Database::Postgres(url) => {
            let host = postgres_host(&url.0);
            let local =
                matches!(host, "" | "localhost" | "127.0.0.1" | "[::1]") || host.starts_with("%2F");
            let encrypted = url.0.contains("sslmode=") && !url.0.contains("sslmode=disable");
            if !local && !encrypted {
                let text = "the connection to the database is not encrypted: add \
                            ?sslmode=verify-full to its address";
                findings.push(Finding::weak("database_unencrypted", text));
            }
            if others_read(&config.file) && has_password(&url.0) {
                let text = format!(
                    "{} holds the database's password and can be read by others",
                    config.file.display()
                );
                findings.push(Finding::weak("configuration_readable", text));
            }
        }
    }
}

/// Whether there may be realms that this program has served before. Of PostgreSQL it is not known:
/// a check contacts nothing.
pub(super) fn database_exists(config: &Config) -> bool {
    match &config.database {
        Database::Sqlite(path) => path.is_file(),
        Database::Postgres(_) => true,
    }
}

/// The part of a connection URL between `@` (or `//`) and port or path.
fn postgres_host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        _ => host,
    }
}

fn has_password(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let user = rest.split('/').next().unwrap_or_default().rsplit_once('@').map(|(user, _)| user);
    user.is_some_and(|user| user.contains(':')) || url.contains("password=")
}

pub(super) fn master_key(config: &Config, findings: &mut Vec<Finding>) {
    if let Err(error) = master_key::read(&config.master_key) {
        findings.push(Finding::wrong("master_key", error.to_string()));
    }
    if let KeySource::File(path) = &config.master_key
        && others_read(path)
    {
        let text = format!("{} can be read by others: chmod 600", path.display());
        findings.push(Finding::weak("master_key_readable", text));
    }
}

pub(super) fn mail_password(config: &Config, findings: &mut Vec<Finding>) {
    let Some((_, source)) = config.mail.as_ref().and_then(|mail| mail.login.as_ref()) else {
        return;
    };
    if let Err(error) = mail::password(source) {
        findings.push(Finding::wrong("mail_password", error.to_string()));
    }
    if let KeySource::File(path) = source
        && others_read(path)
    {
        let text = format!("{} can be read by others: chmod 600", path.display());
        findings.push(Finding::weak("mail_password_readable", text));
    }
}

pub(super) fn certificates(config: &Config, findings: &mut Vec<Finding>) {
    for files in config.listeners.iter().filter_map(|listener| listener.tls.as_ref()) {
        if let Err(error) = Tls::load(files.clone()) {
            findings.push(Finding::wrong("certificate", error.to_string()));
        }
        if others_read(&files.key) {
            let text = format!("{} can be read by others: chmod 600", files.key.display());
            findings.push(Finding::weak("certificate_key_readable", text));
        }
    }
}

/// Whether other users than the owner may read an existing file.
fn others_read(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o044 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_connection_url() {
        for (url, host) in [
            ("postgres://u:p@db.example:5432/x", "db.example"),
            ("postgres://localhost/x", "localhost"),
            ("postgres://u@[::1]:5432/x", "[::1]"),
            ("postgres:///x?host=/run", ""),
        ] {
            assert_eq!(postgres_host(url), host, "{url}");
        }
        assert!(has_password("postgres://u:p@h/x") && !has_password("postgres://u@h/x"));
    }
}
