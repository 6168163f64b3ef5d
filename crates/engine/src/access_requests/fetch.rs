//! Fetching credentials through a one-time link. To open a link does not spend it, because mail
//! scanners open every link.

use base::{Secret, Timestamp};
use domain::{
    AccessDecision, AccessRequest, Actor, AnySecret, Client, EntityRecord as _, Grant, Owners,
    ResourceServer, Status,
};
use store::{ListQuery, Loaded, StoreExt as _, Write};

use super::link::Link;
use crate::admin::client_secrets::{self, NewSecret};
use crate::changes::{Changes, no_detail};
use crate::{ClientReason, Context, Denial, GrantReason, LinkReason, Outcome};

/// The most APIs that are named together with the credentials.
const MAX_AUDIENCES: usize = 20;

/// What a valid link offers.
#[derive(Debug)]
pub struct Offer {
    /// The access request that the link was sent for.
    pub request: Loaded<AccessRequest>,
    /// The client that the secret will belong to.
    pub client: Loaded<Client>,
    /// The time at which the link expires.
    pub until: Timestamp,
    link: Link,
}

/// The credentials of the client. They are shown once.
#[derive(Debug)]
pub struct Fetched {
    /// The `client_id`.
    pub client_id: String,
    /// The `client_secret`.
    pub secret: Secret<AnySecret>,
    /// The identifiers of the APIs that the client may ask for.
    pub audiences: Vec<String>,
}

/// What the link offers, where it is valid.
///
/// # Errors
/// [`LinkReason::Unsealable`], [`LinkReason::Used`], [`LinkReason::Superseded`],
/// [`LinkReason::Expired`]; [`ClientReason::Suspended`].
pub async fn offer(ctx: &Context<'_>, link: &str) -> Result<Offer, Denial> {
    let link = Link::open(ctx, link)?;
    let found = ctx.store.by_id(link.request).await?;
    let request: Loaded<AccessRequest> = found.ok_or(LinkReason::Unsealable)?;
    let AccessDecision::Approved { client, fetch_until, fetched_at, .. } = request.decision else {
        return Err(LinkReason::Unsealable.into());
    };
    if fetch_until != link.until {
        return Err(LinkReason::Superseded.into());
    }
    let client: Option<Loaded<Client>> = ctx.store.by_id(client).await?;
    let client = client.ok_or(GrantReason::Dangling(Client::KIND))?;
    ctx.recognize(&client.public_id);
    if fetched_at.is_some() || ctx.store.spent(link.id()).await? {
        return Err(LinkReason::Used.into());
    }
    if link.until <= ctx.now {
        return Err(LinkReason::Expired(link.until).into());
    }
    if client.status == Status::Suspended {
        return Err(ClientReason::Suspended.into());
    }
    Ok(Offer { request, client, until: link.until, link })
}

/// Makes a client secret, and spends the link.
///
/// # Errors
/// Those of [`offer`]; [`crate::AdminReason::StateForbids`] when the client has too many active
/// secrets.
pub async fn fetch(ctx: &Context<'_>, link: &str) -> Result<Outcome<Fetched>, Denial> {
    let Offer { request, client, link, .. } = offer(ctx, link).await?;
    let actor = Actor::Client(client.public_id.clone());
    let new = NewSecret { label: "fetched by its owner".to_owned(), expires_at: None };
    let id = client.public_id.as_str();
    let made = client_secrets::create(ctx, &actor, id, &new).await?;
    let mut after = AccessRequest::clone(&request);
    if let AccessDecision::Approved { fetched_at, .. } = &mut after.decision {
        *fetched_at = Some(ctx.now);
    }
    let mut changes = Changes::new(ctx, &actor);
    changes.absorb(made.batch);
    changes.replace(&request, &after, "access_request.fetched".into(), no_detail());
    let fetched = Fetched {
        client_id: id.to_owned(),
        secret: made.reply.secret,
        audiences: audiences(ctx, &client).await?,
    };
    let mut outcome = changes.done(fetched);
    // The first write: where two requests use a link at once, the second finds it used.
    let spend = Write::SpendOnce { id: link.id(), until: link.until, now: ctx.now };
    outcome.batch.writes.insert(0, spend);
    Ok(outcome)
}

async fn audiences(ctx: &Context<'_>, client: &Client) -> Result<Vec<String>, Denial> {
    let query = ListQuery {
        kind: Grant::KIND,
        realm: ctx.issuer.realm().clone(),
        owners: Owners { client: Some(client.id.as_u128()), ..Owners::default() },
        after: None,
        limit: MAX_AUDIENCES,
    };
    let mut audiences = Vec::new();
    for grant in ctx.store.page::<Grant>(query).await? {
        if grant.revoked.is_none() && grant.user.is_none() {
            let server: Option<Loaded<ResourceServer>> =
                ctx.store.by_id(grant.resource_server).await?;
            audiences.extend(server.map(|server| server.identifier.clone()));
        }
    }
    Ok(audiences)
}
