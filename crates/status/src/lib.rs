//! Revocation: how an issuer publishes what is revoked, and how a verifier keeps it. Pure, without
//! input or output.
//!
//! Everything a token depends on has a [`Mark`]: its credential, its grant, the client, the
//! organization, the user, the membership, the API, the token itself. A token names its marks in
//! its `status` claim ([`TokenStatus`]). An issuer publishes which marks were revoked and which are
//! active again ([`Update`], [`Snapshot`]). A verifier that holds the revoked marks ([`Marks`])
//! knows of any token whether it is active. A verifier that knows the standard alone reads a
//! [`StatusList`].

mod claim;
mod deflate;
mod list;
mod mark;
mod marks;
mod named;
mod page;
mod signing_keys;
mod snapshot;
mod status_indexes;
mod update;

pub use claim::{ParseStatusError, TokenStatus};
pub use list::{
    LIST_TYPE, ListClaims, MAX_MARKS_BESIDE_LIST, ParseStatusListError, StatusList, Statuses,
};
pub use mark::{INDEXES_PER_LIST, Mark};
pub use marks::Marks;
pub use signing_keys::{MAX_SIGNING_KEYS, RetiredKey, SigningKeys};
pub use snapshot::{MAX_OTHER_MARKS, ParseSnapshotError};
pub use update::{RevokedMark, Snapshot, Update};
