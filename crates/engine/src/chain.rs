//! The chain that a credential or token depends on, and the one check that every link is active.
//!
//! Invariant: a [`Chain`] exists only where grant, credential, client, organization, user and
//! resource server were all active when it was made. There is no other way to make one, so the
//! revocation of a link stops everything that depends on it, also tokens that never expire.

use base::Id;
use domain::{
    Client, ClientKind, EntityRecord, Grant, Organization, ResourceServer, Status, User, UserStatus,
};
use oauth::ScopeSet;
use store::{Loaded, StoreExt as _};

use crate::secrets::{GrantCredential, check_alive};
use crate::{ClientReason, Context, Denial, GrantReason};

/// Everything that a grant depends on. Each link was active when this was made.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The grant.
    pub grant: Loaded<Grant>,
    /// The API that the grant is for.
    pub resource_server: Loaded<ResourceServer>,
    /// The client that the grant belongs to, where it belongs to one.
    pub client: Option<Loaded<Client>>,
    /// The organization that the grant is for, where it is for one.
    pub organization: Option<Loaded<Organization>>,
    /// The user on whose behalf the client acts, where there is one.
    pub user: Option<Loaded<User>>,
}

impl Chain {
    /// Loads a grant and checks its chain.
    ///
    /// # Errors
    /// The denial for the first link that is not active; the error of the store.
    pub async fn of(ctx: &Context<'_>, grant: Id<Grant>) -> Result<Self, Denial> {
        Self::from(ctx, link(ctx, grant).await?).await
    }

    /// Checks the chain of a grant that is loaded already.
    ///
    /// # Errors
    /// The denial for the first link that is not active; the error of the store.
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
        if client.as_ref().is_some_and(|client| !client.accepts(&grant)) {
            return Err(GrantReason::ConnectionsDropped.into());
        }
        Ok(Self { grant, resource_server, client, organization, user })
    }

    /// The part of `scopes` that the app may have. The list of an app is the most that it may be
    /// given for a person, also of a connection from before the list was shortened.
    pub(crate) fn within_app(&self, scopes: &ScopeSet) -> ScopeSet {
        match &self.client {
            Some(app) if app.kind == ClientKind::App && self.grant.user.is_some() => {
                scopes.intersection(&app.scopes)
            }
            _ => scopes.clone(),
        }
    }

    /// Checks a credential, then the chain of its grant.
    ///
    /// # Errors
    /// The denial for the first link that is not active; the error of the store.
    pub async fn of_credential(ctx: &Context<'_>, it: &GrantCredential) -> Result<Self, Denial> {
        ctx.recognize(&it.credential.public_id);
        check_alive(ctx, &it.credential)?;
        Self::of(ctx, it.grant).await
    }
}

/// Checks that a client, and the organization that owns it, are active.
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

/// The record of this id. It must exist and belong to this realm.
///
/// # Errors
/// [`GrantReason::Dangling`] where it does not; the error of the store.
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
