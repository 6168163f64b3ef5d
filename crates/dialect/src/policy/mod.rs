//! The policies of a dialect: secrets, identifiers, lifetimes, rotation, redirects.

mod access_token;
mod authorization;
mod code;
mod lifetime;
mod personal_access_token;
mod presentation;
mod secret;

pub use access_token::{AccessTokenPolicy, Format};
pub use authorization::{AuthorizationPolicy, OrganizationChoice, PkceRequired, PkceRule};
pub use code::{RedirectMatch, RedirectRule, Rotation, StateRule};
pub use lifetime::Lifetimes;
pub use presentation::{BasicEncoding, Presentation};
pub use secret::{Environment, SecretFormat, SecretShape};

pub(crate) use access_token::access_token;
pub(crate) use authorization::{authorization, pkce};
pub(crate) use code::{redirect, rotation, state};
pub(crate) use lifetime::lifetimes;
pub(crate) use personal_access_token::kept_scopes;
pub(crate) use presentation::presentation;
pub(crate) use secret::{Identifiers, Secrets, identifiers, secrets};
