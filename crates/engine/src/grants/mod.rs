//! The grant types, as a table. Adding one is adding a file here and a row to [`GRANTS`].
//!
//! A grant's file answers one question: which right does this request stand for? Client
//! authentication comes before it; scope, budget and minting come after it and are the same for all.

mod client_credentials;
mod refresh_token;

use async_trait::async_trait;
use base::Id;
use domain::{Credential, PublicId};
use oauth::{GrantType, Parameter, Request};
use store::Batch;

use crate::authenticate::Authenticated;
use crate::{Chain, Context, Denial};

/// The right that a request stands for.
#[derive(Debug)]
pub struct Right {
    /// What it hangs from.
    pub chain: Chain,
    /// The credential that the token will be traced to.
    pub credential: Id<Credential>,
    /// The key that was presented in a client's place, where one was.
    pub key: Option<PublicId>,
    /// Scopes that the credential narrows the grant to, where it does.
    pub narrowed: Option<oauth::ScopeSet>,
    /// What must be written together with the token, such as consuming a code.
    pub batch: Batch,
}

/// One grant type.
#[async_trait]
pub trait Grant: Sync {
    /// Its `grant_type`.
    fn grant_type(&self) -> GrantType;

    /// The parameters it needs besides those of client authentication.
    fn required(&self) -> &'static [Parameter];

    /// Finds the right, or says why there is none.
    async fn right(
        &self,
        ctx: &Context<'_>,
        request: &Request,
        caller: &Authenticated,
    ) -> Result<Right, Denial>;
}

/// The audiences that a request names: by `audience`, and by `resource` (RFC 8707 §2).
pub(crate) fn named_audiences(request: &Request) -> impl Iterator<Item = &str> {
    let parameters = [Parameter::Audience, Parameter::Resource];
    parameters.into_iter().filter_map(|parameter| request.parameters.value(parameter))
}

/// Every grant type there is.
pub static GRANTS: &[&dyn Grant] =
    &[&client_credentials::ClientCredentials, &refresh_token::RefreshToken];
