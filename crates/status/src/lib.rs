//! What is no longer good: the words in which an issuer tells it and a verifier keeps it. Pure.
//!
//! Everything a token depends on has a [`Mark`]: its credential, its grant, the client, the
//! organization, the user, the membership, the API, the token itself. A token names its marks in its
//! `status` claim ([`TokenStatus`]); an issuer tells which marks went bad or became good again
//! ([`Update`], [`Snapshot`]); whoever holds the bad ones ([`Marks`]) knows of any token whether it
//! still holds. Who knows the standard alone asks a [`StatusList`].

mod claim;
mod deflate;
mod list;
mod mark;
mod marks;
mod named;
mod page;
mod snapshot;
mod status_indexes;
mod update;

pub use claim::{ParseStatusError, TokenStatus};
pub use list::{LIST_TYPE, ListClaims, MOST_BESIDE, ParseStatusListError, StatusList, Statuses};
pub use mark::{INDEXES_PER_LIST, Mark};
pub use marks::Marks;
pub use snapshot::{MOST_NAMED, ParseSnapshotError};
pub use update::{Gone, Snapshot, Update};
