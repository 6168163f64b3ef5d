//! The table `[mail]`.

use std::time::Duration;

use serde_spanned::Spanned;

use super::error::Source;
use super::file::{Encryption, MailFile};
use super::{ConfigError, KeySource, Mail};

/// Parses the table; relative paths start from `folder`.
pub(super) fn mail(
    source: Source<'_>,
    folder: &std::path::Path,
    found: &Spanned<MailFile>,
) -> Result<Mail, ConfigError> {
    let file = found.get_ref();
    if file.host.is_empty() || file.host.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(source.at(&found.span(), "expected a host name such as \"smtp.example.com\""));
    }
    let hides = |name: &String| domain::text::escaped(name) != name.as_str();
    if file.from.0.name.as_ref().is_some_and(hides) {
        return Err(source.at(&found.span(), "expected a name in `from` without hidden characters"));
    }
    let login = match (&file.username, &file.password) {
        (None, None) => None,
        (Some(name), Some(password)) => {
            let named = password.get_ref();
            let password = match (&named.file, &named.env) {
                (Some(file), None) => KeySource::File(folder.join(file)),
                (None, Some(name)) => KeySource::Variable(name.clone()),
                _ => {
                    let expected = "expected either { file = \"mail.password\" } or \
                                    { env = \"POSTERN_MAIL_PASSWORD\" }";
                    return Err(source.at(&password.span(), expected));
                }
            };
            Some((name.clone(), password))
        }
        _ => {
            let message = "found one of username and password; expected both or none";
            return Err(source.at(&found.span(), message));
        }
    };
    let usual = match file.encryption {
        Encryption::Starttls => 587,
        Encryption::Tls => 465,
        Encryption::None => 25,
    };
    let port = file.port.as_ref().and_then(|port| u16::try_from(port.0).ok());
    Ok(Mail {
        from: file.from.0.clone(),
        host: file.host.clone(),
        port: port.unwrap_or(usual),
        encryption: file.encryption,
        login,
        timeout: file.timeout.as_ref().map_or(Duration::from_secs(20), |given| given.0.0),
    })
}
