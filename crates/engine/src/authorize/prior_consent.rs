//! What the request and the session decide before the person is asked.

use domain::{Organization, User, UserStatus};
use store::Loaded;

use super::AuthorizationRequest;
use super::connection::Connection;
use super::organizations::{Chosen, choose};
use crate::people::SignedIn;
use crate::{Context, Denial, DeniedAt, GrantReason};

/// What is decided already.
pub(super) enum PriorConsent {
    /// The person must authenticate.
    SignIn,
    /// The person must choose one of these organizations.
    ChooseOrganization(Vec<Loaded<Organization>>),
    /// The organization is decided; only the consent may be missing.
    Decided(Box<Decided>),
}

/// The organization and the present connection.
pub(super) struct Decided {
    pub(super) organization: Option<Loaded<Organization>>,
    pub(super) may_choose: bool,
    pub(super) connection: Connection,
}

/// Finds out what is decided already. `user` is the present record in the store.
pub(super) async fn prior_consent(
    ctx: &Context<'_>,
    request: &AuthorizationRequest,
    (person, user): (&SignedIn, &User),
    chosen: Option<&str>,
) -> Result<PriorConsent, Denial> {
    if user.status != UserStatus::Active {
        return Err(GrantReason::UserInactive.at(DeniedAt::AuthorizationRequest));
    }
    if request.wants_sign_in(ctx.now, person) {
        return Ok(PriorConsent::SignIn);
    }
    match choose(ctx, request, user, chosen).await? {
        Chosen::MustChoose(choices) => Ok(PriorConsent::ChooseOrganization(choices)),
        Chosen::Decided { organization, may_choose } => {
            let of = organization.as_ref().map(|it| it.id);
            let connection = Connection::find(ctx, request, user.id, of).await?;
            Ok(PriorConsent::Decided(Box::new(Decided { organization, may_choose, connection })))
        }
    }
}
