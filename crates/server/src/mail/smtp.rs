//! Hands mails to an SMTP server (RFC 5321), with TLS from the start (RFC 8314) or by STARTTLS (RFC
//! 3207).
//!
//! Invariant: recipients and headers are types of the mail crate, which accept no line break.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use web::mail::{Mail, MailError, Mailer};
use zeroize::Zeroizing;

use crate::config::{self, Encryption, KeySource};
use crate::environment;
use crate::error::CommandError;

/// An SMTP server and our account there.
#[derive(Debug)]
pub(crate) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    timeout: Duration,
}

impl Smtp {
    /// The server in a configuration. It is not contacted yet.
    ///
    /// # Errors
    /// When the password is missing, or TLS cannot be set up.
    pub(crate) fn new(mail: &config::Mail) -> Result<Self, CommandError> {
        type Transport = AsyncSmtpTransport<Tokio1Executor>;
        let failed = |error| CommandError::new(format!("mail to {}: {error}", mail.host));
        let builder = match mail.encryption {
            Encryption::Tls => Transport::relay(&mail.host).map_err(failed)?,
            Encryption::Starttls => Transport::starttls_relay(&mail.host).map_err(failed)?,
            Encryption::None => Transport::builder_dangerous(&mail.host),
        };
        let mut builder = builder.port(mail.port).timeout(Some(mail.timeout));
        if let Some((name, source)) = &mail.login {
            let password = password(source)?;
            builder = builder.credentials(Credentials::new(name.clone(), password.to_string()));
        }
        Ok(Self { transport: builder.build(), from: mail.from.clone(), timeout: mail.timeout })
    }

    pub(super) fn message(&self, mail: &Mail) -> Result<Message, MailError> {
        let refused = |what: &str| MailError::permanent(format!("{what} is invalid"));
        let to: Address = mail.to.parse().map_err(|_| refused("the recipient's address"))?;
        // RFC 3834 §5: tells automatic responders not to answer.
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        let automatic = HeaderValue::new(name, "auto-generated".to_owned());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject)
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.email.domain())))
            .raw_header(automatic)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())
            .map_err(|_| refused("the message"))
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = self.message(mail)?;
        // The limit of the whole dialogue. The transport limits each step.
        let whole = self.timeout.saturating_mul(3);
        match tokio::time::timeout(whole, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            // A client error is one of the mail itself, such as an address that the server does not support.
            Ok(Err(error)) if error.is_permanent() || error.is_client() => {
                Err(MailError::permanent(error_line(&error)))
            }
            Ok(Err(error)) => Err(MailError::transient(error_line(&error))),
            Err(_) => Err(MailError::transient("the mail server took too long")),
        }
    }
}

/// The error in one line. A server's answer may repeat the recipient, never the text.
fn error_line(error: &lettre::transport::smtp::Error) -> String {
    let text: String = error.to_string();
    let clean = text.replace(['\r', '\n'], " ");
    domain::text::escaped(&clean).chars().take(300).collect()
}

/// Reads the password of a configuration.
///
/// # Errors
/// When it is missing.
pub(crate) fn password(source: &KeySource) -> Result<Zeroizing<String>, CommandError> {
    match source {
        KeySource::File(path) => read(path),
        KeySource::Variable(name) => {
            environment::variable(name).map(Zeroizing::new).ok_or_else(|| {
                CommandError::new(format!(
                    "the environment variable {name} with the mail password is not set"
                ))
            })
        }
    }
}

fn read(path: &Path) -> Result<Zeroizing<String>, CommandError> {
    let text = std::fs::read_to_string(path).map(Zeroizing::new).map_err(|error| {
        CommandError::new(format!(
            "the mail password file {} cannot be read: {error}",
            path.display()
        ))
    })?;
    // An editor ends a file with a line break, which is not part of the password.
    let password = text.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(CommandError::new(format!(
            "the mail password file {} is empty",
            path.display()
        )));
    }
    Ok(Zeroizing::new(password.to_owned()))
}
