//! Access requests, for a person without an account: to submit one, and to fetch the credentials
//! through a one-time link. Staff decide on them in [`crate::admin::access_requests`].
//!
//! Invariants: the answer to a submission does not show whether a person or organization is known.
//! A secret is made in the batch that spends its link, and no mail holds it.

mod fetch;
mod link;
mod mail;
mod submit;

pub use fetch::{Fetched, Offer, fetch, offer};
pub use link::{OneTimeLink, link};
pub use mail::{mail_failed, mailed, unmailed};
pub use submit::{MAX_A_DAY, MAX_PENDING, MAX_USE_CASE, NewAccessRequest, submit};

pub use crate::admin::access_requests::LINK_LIFETIME;
