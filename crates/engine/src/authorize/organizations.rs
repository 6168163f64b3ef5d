//! The organization that a connection is for: an active one that the person is a member of.

use dialect::OrganizationChoice;
use domain::{Organization, Status, User};
use store::{Loaded, StoreExt as _};

use super::AuthorizationRequest;
use crate::{ClientReason, ConsentReason, Context, Denial, DeniedAt};

/// The result of the choice.
pub(super) enum Chosen {
    /// The connection is for this organization, or for the person alone.
    Decided {
        organization: Option<Loaded<Organization>>,
        /// Whether the person could choose another organization.
        may_choose: bool,
    },
    /// The person has to choose one of these.
    MustChoose(Vec<Loaded<Organization>>),
}

/// Decides the organization from the request, the person's choice and their memberships. The
/// request has priority over the form, because the page showed what the request names.
pub(super) async fn choose(
    ctx: &Context<'_>,
    request: &AuthorizationRequest,
    user: &User,
    chosen: Option<&str>,
) -> Result<Chosen, Denial> {
    let rule = ctx.issuer.dialect().authorization().organization;
    if rule == OrganizationChoice::Never {
        return Ok(Chosen::Decided { organization: None, may_choose: false });
    }
    let organizations = memberships(ctx, user).await?;
    let may_choose = organizations.iter().filter(|it| it.status == Status::Active).count() > 1;
    if let Some(wanted) = request.organization.as_deref().or(chosen) {
        let found = organizations.into_iter().find(|it| it.public_id.as_str() == wanted);
        let found = found.ok_or_else(|| ConsentReason::NotAMember(wanted.to_owned()))?;
        return match found.status {
            Status::Active => Ok(Chosen::Decided { organization: Some(found), may_choose }),
            Status::Suspended => {
                Err(ClientReason::OrganizationSuspended.at(DeniedAt::AuthorizationRequest))
            }
        };
    }
    let mut active: Vec<_> =
        organizations.into_iter().filter(|it| it.status == Status::Active).collect();
    if active.len() > 1 {
        active.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        return Ok(Chosen::MustChoose(active));
    }
    match (active.pop(), rule) {
        (None, OrganizationChoice::Required) => Err(ConsentReason::NoOrganization.into()),
        (organization, _) => Ok(Chosen::Decided { organization, may_choose }),
    }
}

async fn memberships(ctx: &Context<'_>, user: &User) -> Result<Vec<Loaded<Organization>>, Denial> {
    let mut organizations = Vec::with_capacity(user.memberships.len());
    for membership in &user.memberships {
        let found: Option<Loaded<Organization>> = ctx.store.by_id(membership.organization).await?;
        organizations.extend(found.filter(|it| it.realm == *ctx.issuer.realm()));
    }
    Ok(organizations)
}
