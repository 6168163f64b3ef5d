//! Access requests as the person without an account meets them: asking, and fetching the
//! credentials through a one-time link. What staff decide is in [`crate::admin::access_requests`].
//!
//! Invariants: asking tells nobody what is known; a secret comes to be when its link is used, in the
//! same batch that spends the link, and is in no mail.

mod fetch;
mod link;
mod mail;
mod submit;

pub use fetch::{Fetched, Offer, fetch, offer};
pub use link::{OneTimeLink, link};
pub use mail::{mailed, unmailed};
pub use submit::{MAX_A_DAY, MAX_PENDING, MAX_USE_CASE, NewAccessRequest, submit};

pub use crate::admin::access_requests::LIVES;
