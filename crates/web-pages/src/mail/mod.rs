//! Mails: what is written to people, and the ways to hand it over.
//!
//! Invariants: no mail holds a secret, at most a one-time link; a mail has no `Debug` of its text;
//! its subject is ours, and its recipient one address.

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
    /// The same for the same mail, also when it is handed over again: letters, digits, `.`, `_`, `-`.
    pub id: String,
    /// The recipient's address.
    pub to: String,
    /// One line, ours.
    pub subject: &'static str,
    /// The text; lines end in `\n`.
    pub text: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// A mail that was not taken.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct MailError(pub String);

/// Hands mails over.
#[async_trait]
pub trait Mailer: Send + Sync + fmt::Debug + 'static {
    /// Hands one over. Once this is done, the mail is somebody else's to deliver.
    ///
    /// # Errors
    /// Why it was not taken, without a word of its text; another try may succeed.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}
