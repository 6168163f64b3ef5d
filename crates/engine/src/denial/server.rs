//! The server cannot answer: its database, its keys, or too much at once.

use store::StoreError;

use super::text::PublicText::Fixed;

/// Why the server cannot answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServerReason {
    /// The database cannot be reached at present. Another try may succeed.
    #[error("the store cannot be reached: {0}")]
    StoreUnavailable(String),
    /// The database failed, or holds what it should not.
    #[error("the store failed: {0}")]
    StoreFailed(String),
    /// Other requests changed the same record at each attempt of this one.
    #[error("too many concurrent changes of the same thing")]
    Contended,
    /// The realm has no active signing key for this algorithm.
    #[error("there is no active signing key for {0}")]
    NoSigningKey(&'static str),
}

impl From<StoreError> for ServerReason {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(why) => Self::StoreUnavailable(why),
            StoreError::Failed(why) => Self::StoreFailed(why),
        }
    }
}

rows! { ServerReason {
    StoreUnavailable => "store_unavailable", Error, Request, TemporarilyUnavailable,
        Fixed("The service is not available at present; try again."),
        "The database does not answer: look at the server that `database` of the configuration names, and at \
         `/readyz`.";
    StoreFailed => "store_failed", Error, Request, ServerError, Fixed("The server failed."),
        "The explanation and the log hold the database's own words: compare its schema with `postern migrate`, and \
         the space on its disk.";
    Contended => "contended", Warn, State, TemporarilyUnavailable, Fixed("Too busy; try again."),
        "Many requests change one record at once: repeat it, with an `Idempotency-Key` where something is created.";
    NoSigningKey => "no_signing_key", Error, Request, ServerError, Fixed("The server is not set up for this."),
        "Look at `postern signing-key list`, and make one for the algorithm with `postern signing-key rotate`; \
         `[access_token] algorithm` of the dialect says which is needed.";
}}
