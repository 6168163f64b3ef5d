//! The queue of access requests: staff read, approve and decline them, and send another link.
//!
//! Invariant: an approval is one batch with the organization, the client, its grant, and the note
//! that the mail is not sent yet.

use std::time::Duration;

use base::Timestamp;
use domain::{AccessDecision, AccessRequest, Actor, Client, Grant, Organization, Owners};
use serde::Deserialize;
use serde_json::json;
use store::Loaded;

use super::clients::{self, NewClient};
use super::grants;
use super::organizations::{self, NewOrganization};
use super::{Page, PageQuery, find};
use crate::changes::{Changes, detail};
use crate::fields::{self, Budget, invalid};
use crate::page;
use crate::{AdminReason, Context, Denial, Outcome};

/// The lifetime of a one-time link.
pub const LINK_LIFETIME: Duration = Duration::from_secs(72 * 60 * 60);

/// How to approve an access request. Every field may be missing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Approval {
    /// The identifier of the resource server. It may be missing where the realm has exactly one.
    pub audience: Option<String>,
    /// The scopes that tokens may have. If missing: every scope of the resource server.
    pub scopes: Option<Vec<String>>,
    /// How many tokens the new client may be issued.
    pub budget: Option<Budget>,
    /// The name of the new client. If missing: the name of the organization.
    pub client_name: Option<String>,
    /// The public id of an existing organization that will own the client. If missing: a new
    /// organization is created.
    pub organization: Option<String>,
    /// The name of the new organization. If missing: the name in the access request.
    pub organization_name: Option<String>,
}

/// Why an access request is declined.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Decline {
    /// A sentence for the person. The mail contains it.
    pub reason: Option<String>,
}

/// The state of access requests, to filter a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AccessRequestState {
    /// Not decided yet.
    Pending,
    /// Approved.
    Approved,
    /// Declined.
    Declined,
    /// Decided, but the mail with the answer is not sent yet.
    Unmailed,
    /// Decided, but the mail with the answer could not be sent and is not tried any more.
    MailFailed,
}

impl AccessRequestState {
    fn matches(self, request: &AccessRequest) -> bool {
        match self {
            Self::Pending => matches!(request.decision, AccessDecision::Pending),
            Self::Approved => matches!(request.decision, AccessDecision::Approved { .. }),
            Self::Declined => matches!(request.decision, AccessDecision::Declined { .. }),
            Self::Unmailed => request.variety() == "unmailed",
            Self::MailFailed => request.variety() == "mail_failed",
        }
    }
}

/// One request.
///
/// # Errors
/// [`AdminReason::NotFound`].
pub async fn read(ctx: &Context<'_>, id: &str) -> Result<Loaded<AccessRequest>, Denial> {
    find::by_public_id(ctx, id).await
}

/// How many pages are read at most to find requests in one state.
const MAX_PAGES_READ: usize = 20;

/// A page of requests. With a `state`, a page may be shorter than its limit although more follow.
///
/// # Errors
/// An invalid cursor or limit.
pub async fn list(
    ctx: &Context<'_>,
    state: Option<AccessRequestState>,
    query: &PageQuery,
) -> Result<Page<Loaded<AccessRequest>>, Denial> {
    // The index has no list of approved or declined requests, so they are filtered here.
    let variety = match state {
        Some(AccessRequestState::Pending) => Some("pending"),
        Some(AccessRequestState::Unmailed) => Some("unmailed"),
        Some(AccessRequestState::MailFailed) => Some("mail_failed"),
        Some(AccessRequestState::Approved | AccessRequestState::Declined) | None => None,
    };
    let owners = Owners { variety, ..Owners::default() };
    let wanted = query.limit()?;
    let mut found: Vec<Loaded<AccessRequest>> = Vec::new();
    let mut query = query.clone();
    let mut next = None;
    for _ in 0..MAX_PAGES_READ {
        query.limit = Some(wanted - found.len());
        let page = page::list::<AccessRequest>(ctx, owners, &query).await?;
        found.extend(
            page.items.into_iter().filter(|it| state.is_none_or(|state| state.matches(it))),
        );
        next = page.next;
        if next.is_none() || found.len() >= wanted {
            break;
        }
        query.after.clone_from(&next);
    }
    Ok(Page { items: found, next })
}

/// Approves a request: makes the organization where none is named, a client without a secret, and
/// its grant. The person gets a link by mail to fetch the secret. Approving it again changes
/// nothing.
///
/// # Errors
/// [`AdminReason::NotFound`], [`AdminReason::InvalidField`]; [`AdminReason::StateForbids`] when it was declined.
pub async fn approve(
    ctx: &Context<'_>,
    actor: &Actor,
    id: &str,
    approval: &Approval,
) -> Result<Outcome<AccessRequest>, Denial> {
    let before = read(ctx, id).await?;
    match before.decision {
        AccessDecision::Pending => {}
        AccessDecision::Approved { .. } => {
            return Ok(Outcome::without_writes(before.record.as_ref().clone()));
        }
        AccessDecision::Declined { .. } => return Err(decided("declined")),
    }
    let mut changes = Changes::new(ctx, actor);
    let organization = organization(ctx, actor, &mut changes, &before, approval).await?;
    let client = client(ctx, actor, &mut changes, &organization, approval).await?;
    let details = detail([
        ("client", json!(client.public_id)),
        ("organization", json!(organization.public_id)),
    ]);
    let decision = AccessDecision::Approved {
        at: ctx.now,
        by: actor.clone(),
        client: client.id,
        fetch_until: ctx.now.plus(LINK_LIFETIME),
        fetched_at: None,
    };
    let after = AccessRequest { decision, mailed: Some(false), ..AccessRequest::clone(&before) };
    changes.replace(&before, &after, "access_request.approved".into(), details);
    Ok(changes.done(after))
}

/// The organization that the approval names, or a new one.
async fn organization(
    ctx: &Context<'_>,
    actor: &Actor,
    changes: &mut Changes<'_>,
    request: &AccessRequest,
    approval: &Approval,
) -> Result<Organization, Denial> {
    if let Some(id) = approval.organization.as_deref() {
        if approval.organization_name.is_some() {
            let expected = "no name beside the id of an existing organization";
            return Err(invalid("organization_name", expected));
        }
        let found: Loaded<Organization> = find::named(ctx, "organization", id).await?;
        return Ok(found.record.as_ref().clone());
    }
    let name = approval.organization_name.as_ref().unwrap_or(&request.organization).clone();
    let new = NewOrganization { name, ..NewOrganization::default() };
    let made = organizations::create(ctx, actor, &new).await?;
    changes.absorb(made.batch);
    Ok(made.reply)
}

/// Makes a machine client of the organization, and its grant.
async fn client(
    ctx: &Context<'_>,
    actor: &Actor,
    changes: &mut Changes<'_>,
    organization: &Organization,
    approval: &Approval,
) -> Result<Client, Denial> {
    let name = match approval.client_name.as_deref() {
        Some(name) => fields::name("client_name", name)?,
        None => organization.name.clone(),
    };
    let new = NewClient {
        name,
        budget: approval.budget,
        with_secret: Some(false),
        ..NewClient::default()
    };
    // The organization may be made in this batch, where a look-up does not find it yet.
    let bare = clients::create(ctx, actor, &new).await?.reply.client;
    let client = Client { organization: Some(organization.id), ..bare };
    let server = find::audience(ctx, approval.audience.as_deref()).await?;
    let scopes = fields::scopes_of_server(&server, approval.scopes.as_deref())?;
    let handle = Grant::machine_handle(client.id, server.id);
    let grant = Grant {
        client: Some(client.id),
        organization: Some(organization.id),
        ..grants::new_grant(ctx, server.id, scopes, Some(handle))
    };
    let details = detail([("organization", json!(organization.public_id))]);
    changes.insert(&client, "client.created".into(), details);
    grants::insert(ctx, changes, &grant).await?;
    Ok(client)
}

/// Declines a request. Declining it again changes nothing.
///
/// # Errors
/// [`AdminReason::NotFound`], [`AdminReason::InvalidField`]; [`AdminReason::StateForbids`] when it was approved.
pub async fn decline(
    ctx: &Context<'_>,
    actor: &Actor,
    id: &str,
    input: &Decline,
) -> Result<Outcome<AccessRequest>, Denial> {
    let before = read(ctx, id).await?;
    match before.decision {
        AccessDecision::Pending => {}
        AccessDecision::Declined { .. } => {
            return Ok(Outcome::without_writes(before.record.as_ref().clone()));
        }
        AccessDecision::Approved { .. } => return Err(decided("approved")),
    }
    let reason = fields::optional("reason", input.reason.as_deref())?;
    let details = detail([("reason", json!(reason))]);
    let decision = AccessDecision::Declined { at: ctx.now, by: actor.clone(), reason };
    let after = AccessRequest { decision, mailed: Some(false), ..AccessRequest::clone(&before) };
    let mut changes = Changes::new(ctx, actor);
    changes.replace(&before, &after, "access_request.declined".into(), details);
    Ok(changes.done(after))
}

/// Sends another link, which replaces the one before: for a link that was lost, was used or
/// expired. A secret that was fetched stays active.
///
/// # Errors
/// [`AdminReason::NotFound`]; [`AdminReason::StateForbids`] when it is not approved.
pub async fn resend(
    ctx: &Context<'_>,
    actor: &Actor,
    id: &str,
) -> Result<Outcome<AccessRequest>, Denial> {
    let before = read(ctx, id).await?;
    let mut after =
        AccessRequest { mailed: Some(false), mail_failed: false, ..AccessRequest::clone(&before) };
    let AccessDecision::Approved { fetch_until, fetched_at, .. } = &mut after.decision else {
        return Err(AdminReason::StateForbids("the request is not approved".to_owned()).into());
    };
    // The new expiry must be later than the old one: the expiry distinguishes the two links.
    let at_least = Timestamp::from_millis(fetch_until.millis().saturating_add(1));
    *fetch_until = ctx.now.plus(LINK_LIFETIME).max(at_least);
    *fetched_at = None;
    let details = detail([("until", json!(fetch_until.to_string()))]);
    let mut changes = Changes::new(ctx, actor);
    changes.replace(&before, &after, "access_request.link_renewed".into(), details);
    Ok(changes.done(after))
}

fn decided(how: &str) -> Denial {
    AdminReason::StateForbids(format!("the request was {how}: this cannot be changed")).into()
}
