//! The chain that a credential or token hangs from, and the one check that every link holds.
//!
//! Invariant: whoever has a [`Chain`] knows that at this moment grant, credential, client,
//! organization, user and resource server are all good. There is no other way to get one, so a
//! revocation anywhere stops everything below it, non-expiring tokens included.

use base::Id;
use domain::{Client, EntityRecord, Grant, Organization, ResourceServer, Status, User, UserStatus};
use store::{Loaded, StoreExt as _};

use crate::secrets::{GrantCredential, check_alive};
use crate::{ClientReason, Context, Denial, GrantReason};

/// Everything that a right depends on, each link good.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The right.
    pub grant: Loaded<Grant>,
    /// The API.
    pub resource_server: Loaded<ResourceServer>,
    /// The client that acts, where one does.
    pub client: Option<Loaded<Client>>,
    /// The organization it acts for.
    pub organization: Option<Loaded<Organization>>,
    /// The user on whose behalf.
    pub user: Option<Loaded<User>>,
}

impl Chain {
    /// Follows the links from a grant.
    ///
    /// # Errors
    /// The first link that does not hold.
    pub async fn of(ctx: &Context<'_>, grant: Id<Grant>) -> Result<Self, Denial> {
        Self::from(ctx, link(ctx, grant).await?).await
    }

    /// Follows the links from a grant at hand.
    ///
    /// # Errors
    /// The first link that does not hold.
    pub async fn from(ctx: &Context<'_>, grant: Loaded<Grant>) -> Result<Self, Denial> {
        let client = optional(ctx, grant.client).await?;
        if let Some(client) = &client {
            ctx.recognize(&client.public_id);
            check_client(ctx, client).await?;
        }
        let organization = optional::<Organization>(ctx, grant.organization).await?;
        if let Some(organization) = &organization {
            active(organization.status, ClientReason::OrganizationSuspended)?;
        }
        let user = optional::<User>(ctx, grant.user).await?;
        if let Some(user) = &user {
            if user.status != UserStatus::Active {
                return Err(GrantReason::UserInactive.into());
            }
            let left = |id| user.memberships.iter().all(|known| known.organization != id);
            if grant.organization.is_some_and(left) {
                return Err(GrantReason::MembershipEnded.into());
            }
        }
        let resource_server: Loaded<ResourceServer> = link(ctx, grant.resource_server).await?;
        active(resource_server.status, GrantReason::ResourceServerSuspended)?;
        if let Some(revocation) = &grant.revoked {
            return Err(GrantReason::Revoked(revocation.clone()).into());
        }
        if client.as_ref().is_some_and(|client| !client.honours(&grant)) {
            return Err(GrantReason::ConnectionsDropped.into());
        }
        Ok(Self { grant, resource_server, client, organization, user })
    }

    /// Follows the links from a credential, which must be active itself.
    ///
    /// # Errors
    /// The first link that does not hold.
    pub async fn below(ctx: &Context<'_>, it: &GrantCredential) -> Result<Self, Denial> {
        ctx.recognize(&it.credential.public_id);
        check_alive(ctx, &it.credential)?;
        Self::of(ctx, it.grant).await
    }
}

/// Whether a client, and the organization that owns it, may act.
///
/// # Errors
/// [`ClientReason::Suspended`] or [`ClientReason::OrganizationSuspended`].
pub(crate) async fn check_client(ctx: &Context<'_>, client: &Client) -> Result<(), Denial> {
    active(client.status, ClientReason::Suspended)?;
    match optional::<Organization>(ctx, client.organization).await? {
        Some(owner) => active(owner.status, ClientReason::OrganizationSuspended),
        None => Ok(()),
    }
}

fn active(status: Status, otherwise: impl Into<Denial>) -> Result<(), Denial> {
    match status {
        Status::Active => Ok(()),
        Status::Suspended => Err(otherwise.into()),
    }
}

/// A record that must be there, and in this realm.
pub(crate) async fn link<T: EntityRecord>(
    ctx: &Context<'_>,
    id: Id<T>,
) -> Result<Loaded<T>, Denial> {
    let found = ctx.store.by_id(id).await?;
    let found = found.filter(|it| it.realm() == ctx.issuer.realm());
    Ok(found.ok_or(GrantReason::Dangling(T::KIND))?)
}

async fn optional<T: EntityRecord>(
    ctx: &Context<'_>,
    id: Option<Id<T>>,
) -> Result<Option<Loaded<T>>, Denial> {
    match id {
        Some(id) => link(ctx, id).await.map(Some),
        None => Ok(None),
    }
}
