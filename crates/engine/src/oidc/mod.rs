//! OpenID Connect Core 1.0, the code flow: tells apps who the person is.
//!
//! An ID token is returned with the access token when `openid` is granted. The userinfo endpoint
//! returns the same claims for such an access token. An app may also send a person here to sign
//! out.
//!
//! Invariant: ID tokens are signed with a key that can be checked with the published key set, even
//! if the realm's access tokens are not.

mod end_session;
mod id_token;
mod metadata;
mod userinfo;

pub use crate::key_ring::id_token_algorithm as algorithm;
pub use end_session::{EndSession, end_session};
pub(crate) use id_token::{id_token, subject_of_hint};
pub(crate) use metadata::metadata;
pub(crate) use userinfo::userinfo;
