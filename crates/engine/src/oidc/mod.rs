//! Who the person is, told to apps: OpenID Connect Core 1.0, the code flow.
//!
//! An ID token comes with the access token where `openid` is granted; the userinfo endpoint tells the
//! same to whoever has such an access token; and an app may send a person here to sign out.
//!
//! Invariant: ID tokens are signed with a key that anybody can check with the published set, whatever
//! the realm's access tokens are made of.

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

/// What ID tokens are signed with: as the access tokens are, where others can check that. `None`
/// where apps are not told who people are.
pub fn algorithm(dialect: &Dialect) -> Option<Algorithm> {
    dialect.endpoint(Operation::UserInfo)?;
    dialect.grant_types().iter().find(|it| **it == GrantType::AuthorizationCode)?;
    Some(match dialect.access_token().algorithm {
        Algorithm::HS256 => Algorithm::ES256,
        public => public,
    })
}
