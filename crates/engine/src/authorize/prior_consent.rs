//! Where a request stands: what is decided by the request and the session alone.

use domain::{Organization, User, UserStatus};
use store::Loaded;

use super::AuthorizationRequest;
use super::connection::Connection;
use super::organizations::{Chosen, choose};
use crate::people::SignedIn;
use crate::{Context, Denial, DeniedAt, GrantReason};

/// What is settled already.
pub(super) enum PriorConsent {
    /// The person must prove who they are.
    Unproven,
    /// The person must choose.
    Open(Vec<Loaded<Organization>>),
    /// Only their consent may be missing.
    Decided(Box<Decided>),
}

/// For whom, and what they have said before.
pub(super) struct Decided {
    pub(super) organization: Option<Loaded<Organization>>,
    pub(super) may_choose: bool,
    pub(super) connection: Connection,
}

/// Finds out. `user` is as the store has them now.
pub(super) async fn prior_consent(
    ctx: &Context<'_>,
    asking: &AuthorizationRequest,
    (person, user): (&SignedIn, &User),
    chosen: Option<&str>,
) -> Result<PriorConsent, Denial> {
    if user.status != UserStatus::Active {
        return Err(GrantReason::UserInactive.at(DeniedAt::AuthorizationRequest));
    }
    if asking.wants_sign_in(ctx.now, person) {
        return Ok(PriorConsent::Unproven);
    }
    match choose(ctx, asking, user, chosen).await? {
        Chosen::Open(choices) => Ok(PriorConsent::Open(choices)),
        Chosen::Decided { organization, may_choose } => {
            let of = organization.as_ref().map(|it| it.id);
            let connection = Connection::find(ctx, asking, user.id, of).await?;
            Ok(PriorConsent::Decided(Box::new(Decided { organization, may_choose, connection })))
        }
    }
}
