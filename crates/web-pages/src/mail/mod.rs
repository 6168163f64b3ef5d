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

/// A mail was not accepted. The text says why.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct MailError(pub String);

/// Sends mails.
#[async_trait]
pub trait Mailer: Send + Sync + fmt::Debug + 'static {
    /// Hands a mail to the mail server, which delivers it.
    ///
    /// # Errors
    /// The mail was not accepted; another attempt may succeed. The error has nothing of the mail's text.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}
