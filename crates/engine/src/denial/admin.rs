//! The admin API or the account API does not carry out an operation.

use domain::Kind;

use super::text::PublicText::{Explanation, Fixed};
use crate::redact::name;

/// Why an operation is not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdminReason {
    /// The key or token of the caller lacks this scope (RFC 6750 §3.1).
    #[error("the caller may not do this: it lacks {0}")]
    NotPermitted(String),
    /// Another record of this kind has the name, the id or the address.
    #[error("a {} with this name exists", .kind.as_str())]
    NameTaken {
        /// The kind of the record.
        kind: Kind,
    },
    /// A field of the input does not fit.
    #[error("{field}: expected {expected}")]
    InvalidField {
        /// The name of the field; a path where it lies deeper.
        field: String,
        /// What the field may hold.
        expected: String,
    },
    /// The realm has no record with this id.
    #[error("there is no {what} {:?} in this realm", name(.id))]
    NotFound {
        /// The kind of the record.
        what: &'static str,
        /// The id that was sent.
        id: String,
    },
    /// The state of the record does not allow this change.
    #[error("{0}")]
    StateForbids(String),
    /// The idempotency key came before, with another request.
    #[error("the idempotency key was used for another request before")]
    IdempotencyKeyReused,
}

rows! { AdminReason {
    NotPermitted => "not_permitted", Info, Request, InsufficientScope, Fixed("The credential does not allow this."),
        "Use a key or token that has the scope in the explanation: `postern admin-key issue` makes one for the admin \
         API, and userinfo needs `openid`.";
    NameTaken => "name_taken", Info, State, InvalidRequest, Fixed("An entity with this name exists."),
        "Choose another `public_id`, identifier or address, or use the record that has it: `list` of the same command \
         shows it. A removed user keeps theirs.";
    InvalidField => "invalid_field", Info, Request, InvalidRequest, Explanation,
        "The explanation names the field and what it may hold; the schema is in the API's `openapi.json`.";
    NotFound => "not_found", Info, Request, NotFound, Explanation,
        "Compare the id with the `list` of the same command, and `--url` with the realm: ids of one realm mean nothing \
         in another.";
    StateForbids => "state_forbids", Info, State, InvalidRequest, Explanation,
        "The explanation says which state forbids it; `postern event list` says how the record came to it.";
    IdempotencyKeyReused => "idempotency_key_reused", Info, Request, IdempotencyKeyReused,
        Fixed("The idempotency key was used for another request."),
        "The caller must make a new `Idempotency-Key` for each request, and repeat it only with the same body.";
}}
