//! A connection is the one active grant of an app, a person, an organization and an API. It records
//! every scope that the person consented to.
//!
//! Invariant: the handle belongs to the active grant. A grant that was revoked, or was made before
//! the app dropped all its connections, loses the handle and never becomes active again: a new
//! consent makes a new grant.

use base::Id;
use domain::{Actor, Grant, Organization, User};
use serde_json::json;
use store::{Loaded, StoreExt as _};

use super::AuthorizationRequest;
use crate::admin::grants::new_grant;
use crate::changes::{Changes, detail};
use crate::{Context, Denial, Outcome};

/// The state of a connection in the store.
pub(super) struct Connection {
    handle: String,
    /// The grant that has the handle, active or not.
    holder: Option<Loaded<Grant>>,
    /// Whether that grant is active.
    is_live: bool,
}

impl Connection {
    /// Looks up the connection.
    pub(super) async fn find(
        ctx: &Context<'_>,
        request: &AuthorizationRequest,
        user: Id<User>,
        organization: Option<Id<Organization>>,
    ) -> Result<Self, Denial> {
        let (client, server) = (&request.client, request.resource_server.id);
        let handle = Grant::connection_handle(client.id, user, organization, server);
        let holder: Option<Loaded<Grant>> =
            ctx.store.by_handle(ctx.issuer.realm(), &handle).await?;
        let live = |it: &Loaded<Grant>| it.revoked.is_none() && client.accepts(it);
        let is_live = holder.as_ref().is_some_and(live);
        Ok(Self { handle, holder, is_live })
    }

    /// The grant, if it is active.
    pub(super) fn live(&self) -> Option<&Loaded<Grant>> {
        self.holder.as_ref().filter(|_| self.is_live)
    }

    /// Makes sure that the connection has the requested scopes: keeps the grant, extends it, or
    /// makes a new one.
    pub(super) fn establish(
        &self,
        ctx: &Context<'_>,
        request: &AuthorizationRequest,
        user: &User,
        organization: Option<&Organization>,
    ) -> Outcome<Id<Grant>> {
        let actor = Actor::User(user.public_id.clone());
        let mut changes = Changes::new(ctx, &actor);
        let details = |scopes| {
            let organization = organization.map(|it| &it.public_id);
            let client = &request.client.public_id;
            detail([
                ("client", json!(client)),
                ("user", json!(user.public_id)),
                ("organization", json!(organization)),
                ("scopes", json!(scopes)),
            ])
        };
        if let Some(grant) = self.live() {
            let union = grant.scopes.iter().chain(request.scopes.iter()).cloned().collect();
            if grant.scopes != union {
                let after = Grant { scopes: union, ..Grant::clone(grant) };
                changes.replace(grant, &after, "grant.extended".into(), details(&after.scopes));
            }
            return changes.done(grant.id);
        }
        let (scopes, handle) = (request.scopes.clone(), self.handle.clone());
        let fresh = Grant {
            client: Some(request.client.id),
            user: Some(user.id),
            organization: organization.map(|it| it.id),
            epoch: request.client.connections_epoch,
            ..new_grant(ctx, request.resource_server.id, scopes, Some(handle))
        };
        if let Some(holder) = &self.holder {
            let mut superseded = Grant { handle: None, ..Grant::clone(holder) };
            let dropped = || changes.revocation(Some("the app dropped its connections".into()));
            superseded.revoked = Some(superseded.revoked.unwrap_or_else(dropped));
            let by = detail([("by", json!(fresh.id))]);
            changes.replace(holder, &superseded, "grant.superseded".into(), by);
        }
        changes.insert(&fresh, "grant.created".into(), details(&fresh.scopes));
        changes.done(fresh.id)
    }
}
