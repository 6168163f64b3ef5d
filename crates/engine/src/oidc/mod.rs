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

use dialect::Dialect;
use jose::Algorithm;
use oauth::{GrantType, Operation};

pub use end_session::{EndSession, end_session};
pub(crate) use id_token::{id_token, subject_of_hint};
pub(crate) use metadata::metadata;
pub(crate) use userinfo::userinfo;

/// The signing algorithm of ID tokens: that of the access tokens if it uses a public key, else
/// ES256. `None` if the dialect does not support OpenID Connect.
pub fn algorithm(dialect: &Dialect) -> Option<Algorithm> {
    dialect.endpoint(Operation::UserInfo)?;
    dialect.grant_types().iter().find(|it| **it == GrantType::AuthorizationCode)?;
    Some(match dialect.access_token().algorithm {
        Algorithm::HS256 => Algorithm::ES256,
        public => public,
    })
}
