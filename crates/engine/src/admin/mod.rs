//! The operations of administrators, one file per entity. Each operation is a decision: it reads,
//! and returns what to write and what to answer.
//!
//! Invariants: each change has an event in the same batch as its writes. A change names the version
//! it was decided on, so no update is lost. An input is parsed before anything is decided; an
//! invalid one is a [`crate::AdminReason::InvalidField`] that names the field.

pub mod access_requests;
pub mod admin_keys;
pub mod api_keys;
pub(crate) mod apps;
pub mod budgets;
pub mod client_secrets;
pub mod clients;
pub mod credentials;
pub mod grants;
pub mod history;
pub mod legacy_tokens;
pub mod memberships;
pub mod organizations;
pub mod passwords;
pub mod personal_access_tokens;
pub mod refresh_tokens;
pub mod resource_server_secrets;
pub mod resource_servers;
pub mod scopes;
pub mod sessions;
pub mod signing_keys;
pub mod users;
pub mod why;

pub(crate) mod expiry;
pub(crate) mod find;

pub use credentials::Issued;
pub use find::NotFoundKind;

pub use crate::fields::{Budget, NewStatus};
pub use crate::page::{Page, PageQuery};
