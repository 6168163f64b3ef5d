//! Mails to people, and the trait of what sends them.
//!
//! Invariants: a mail has no secret, at most a one-time link. `Debug` does not show its text. Its subject is fixed
//! text of this program. It has one recipient.

mod outbox;
mod text;

use std::fmt;

use async_trait::async_trait;

pub(crate) use outbox::page;
pub use outbox::{KEPT, Outbox};
pub use text::answer;
pub(crate) use text::for_people;

/// One mail of plain text to one person.
#[derive(Clone)]
pub struct Mail {
    /// The id of the mail: letters, digits, `.`, `_`, `-`. A repeated attempt to send the mail has the same id.
    pub id: String,
    /// The recipient's address.
    pub to: String,
    /// The subject: one line, without text of users.
    pub subject: &'static str,
    /// The text; lines end in `\n`.
    pub text: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// A mail was not accepted. The text says why, and has nothing of the mail.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct MailError {
    /// The reason, in one line.
    pub text: String,
    /// Whether the same mail will hardly be accepted later, either: RFC 5321 §4.2.1, a code of 5yz.
    pub permanent: bool,
}

impl MailError {
    /// Another attempt may succeed.
    pub fn transient(text: impl Into<String>) -> Self {
        Self { text: text.into(), permanent: false }
    }

    /// Another attempt will hardly succeed.
    pub fn permanent(text: impl Into<String>) -> Self {
        Self { text: text.into(), permanent: true }
    }
}

/// Sends mails.
#[async_trait]
pub trait Mailer: Send + Sync + fmt::Debug + 'static {
    /// Hands a mail to the mail server, which delivers it.
    ///
    /// # Errors
    /// The mail was not accepted. The error has nothing of the mail's text.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}
