//! Credentials: whatever is presented and has a row.
//!
//! A [`Credential`] has what every kind has, and a [`CredentialDetail`] with what its own kind has:
//! there is no API key without a grant, and no client secret without a client.

mod body;
mod kind;
mod members;
mod record;

pub use kind::CredentialKind;
pub use members::{CredentialMemberError, CredentialMembers, RemovedUntil};
pub use record::{
    AnySecret, Credential, CredentialDetail, Minted, RefreshToken, Removed, Rotated, Use,
};
