//! The person's answer.

use oauth::AuthorizationReply;

use super::{Asking, Refused};
use crate::people::SignedIn;
use crate::{Context, Denial};

/// The person said yes: commits the connection, then seals the code. Everything is checked anew.
///
/// # Errors
/// What changed since the person was asked.
pub async fn allow(
    _ctx: &Context<'_>,
    asking: &Asking,
    _person: &SignedIn,
    _chosen: Option<&str>,
) -> Result<AuthorizationReply, Refused> {
    Err(asking.refused(Denial::Contended))
}

/// The person said no. The refusal to be noted is [`Denial::DeniedByPerson`].
pub fn deny(_ctx: &Context<'_>, asking: &Asking) -> AuthorizationReply {
    AuthorizationReply {
        redirect_uri: asking.target.uri().clone(),
        state: asking.state.clone(),
        outcome: Err(Denial::DeniedByPerson.failure()),
    }
}
