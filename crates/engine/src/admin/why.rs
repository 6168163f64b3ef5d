//! Explains why something was or would be refused: everything that is known about one id.
//!
//! The id is a request id, or the public id of any record of the realm.

use std::fmt::Display;

use base::Id;
use domain::{
    Client, Credential, EntityRecord, Event, Grant, Organization, Refusal, ResourceServer, Status,
    Use, User, UserStatus,
};
use store::StoreExt as _;

use super::PageQuery;
use super::history::{self, EventFilter, RefusalFilter};
use crate::{ClientReason, Context, Denial, GrantReason};

/// The most refusals, and the most events, of one explanation.
const RECENT: usize = 20;

/// One link of a chain: a record that a grant depends on.
#[derive(Clone, Debug)]
pub struct Link {
    /// The kind of the record.
    pub kind: &'static str,
    /// The public id of the record.
    pub id: String,
    /// Why the link is not active at present; `None`: it is active.
    pub broken: Option<String>,
}

/// Everything known about one id.
#[derive(Clone, Debug, Default)]
pub struct Explanation {
    /// Refusals by this request, or of this client or credential; newest first.
    pub refusals: Vec<Refusal>,
    /// Changes by this request, or to this entity; newest first.
    pub events: Vec<Event>,
    /// The record that the id names, and everything it depends on; empty when it names no record.
    pub chain: Vec<Link>,
    /// When the credential was last used.
    pub last_use: Option<Use>,
}

impl Explanation {
    /// Whether the id names a record, and everything that it depends on is active.
    pub fn is_active(&self) -> bool {
        !self.chain.is_empty() && self.chain.iter().all(|link| link.broken.is_none())
    }
}

/// Explains an id.
///
/// # Errors
/// [`crate::AdminReason::NotFound`] when nothing is known about it.
pub async fn explain(ctx: &Context<'_>, id: &str) -> Result<Explanation, Denial> {
    let mut found = Explanation::default();
    let page = PageQuery { limit: Some(RECENT), after: None };
    let named = || Some(id.to_owned());
    for filter in [
        RefusalFilter { request_id: named(), subject: None },
        RefusalFilter { request_id: None, subject: named() },
    ] {
        found.refusals.extend(history::refusals(ctx, &filter, &page).await?);
    }
    for filter in [
        EventFilter { request_id: named(), ..EventFilter::default() },
        EventFilter { target: named(), ..EventFilter::default() },
    ] {
        found.events.extend(history::events(ctx, &filter, &page).await?.items);
    }
    chain(ctx, id, &mut found).await?;
    if found.refusals.is_empty() && found.events.is_empty() && found.chain.is_empty() {
        return Err(super::find::not_found("request, credential, grant or entity", id));
    }
    Ok(found)
}

async fn chain(ctx: &Context<'_>, id: &str, found: &mut Explanation) -> Result<(), Denial> {
    let (store, realm) = (ctx.store, ctx.issuer.realm());
    let links = &mut found.chain;
    if let Some(it) = store.by_public_id::<Credential>(realm, id).await? {
        found.last_use = store.uses(&[it.id]).await?.pop();
        credential(ctx, &it, links).await?;
    }
    if let Ok(grant_id) = id.parse::<Id<Grant>>() {
        let it = store.by_id::<Grant>(grant_id).await?.filter(|it| it.realm == *realm);
        if let Some(it) = it {
            grant(ctx, &it, links).await?;
        }
    }
    if let Some(it) = store.by_public_id::<Client>(realm, id).await? {
        client(ctx, &it, links).await?;
    }
    if let Some(it) = store.by_public_id::<Organization>(realm, id).await? {
        links.push(organization(&it));
    }
    if let Some(it) = store.by_public_id::<User>(realm, id).await? {
        links.push(user(&it));
    }
    if let Some(it) = store.by_public_id::<ResourceServer>(realm, id).await? {
        links.push(resource_server(&it));
    }
    Ok(())
}

async fn credential(
    ctx: &Context<'_>,
    it: &Credential,
    links: &mut Vec<Link>,
) -> Result<(), Denial> {
    let broken = crate::secrets::check_alive(ctx, it).err().map(|denial| denial.to_string());
    links.push(Link { kind: it.kind().as_str(), id: it.public_id.to_string(), broken });
    if let Some(minted) = it.minted() {
        links.push(match ctx.store.by_id::<Credential>(minted.from).await? {
            Some(from) => Link {
                kind: from.kind().as_str(),
                id: from.public_id.to_string(),
                broken: crate::secrets::check_alive(ctx, &from).err().map(|why| why.to_string()),
            },
            None => missing_link::<Credential>(minted.from),
        });
    }
    if let Some(id) = it.grant() {
        match ctx.store.by_id::<Grant>(id).await? {
            Some(found) => return grant(ctx, &found, links).await,
            None => links.push(missing_link::<Grant>(id)),
        }
    }
    if let Some(id) = it.client() {
        match ctx.store.by_id::<Client>(id).await? {
            Some(found) => client(ctx, &found, links).await?,
            None => links.push(missing_link::<Client>(id)),
        }
    }
    if let Some(id) = it.resource_server() {
        links.push(linked(ctx, id, resource_server).await?);
    }
    Ok(())
}

async fn grant(ctx: &Context<'_>, it: &Grant, links: &mut Vec<Link>) -> Result<(), Denial> {
    let broken = it.revoked.clone().map(|revoked| GrantReason::Revoked(revoked).to_string());
    links.push(Link { kind: Grant::KIND.as_str(), id: it.id.to_string(), broken });
    if let Some(id) = it.client {
        match ctx.store.by_id::<Client>(id).await? {
            Some(found) => client(ctx, &found, links).await?,
            None => links.push(missing_link::<Client>(id)),
        }
    }
    if let Some(id) = it.organization {
        let link = linked(ctx, id, organization).await?;
        if !links.iter().any(|known| known.kind == link.kind && known.id == link.id) {
            links.push(link);
        }
    }
    if let Some(id) = it.user {
        links.push(linked(ctx, id, user).await?);
    }
    links.push(linked(ctx, it.resource_server, resource_server).await?);
    Ok(())
}

async fn client(ctx: &Context<'_>, it: &Client, links: &mut Vec<Link>) -> Result<(), Denial> {
    let broken = suspended(it.status, ClientReason::Suspended);
    links.push(Link { kind: Client::KIND.as_str(), id: it.public_id.to_string(), broken });
    if let Some(id) = it.organization {
        links.push(linked(ctx, id, organization).await?);
    }
    Ok(())
}

fn organization(it: &Organization) -> Link {
    let broken = suspended(it.status, ClientReason::OrganizationSuspended);
    Link { kind: Organization::KIND.as_str(), id: it.public_id.to_string(), broken }
}

fn user(it: &User) -> Link {
    let broken = match it.status {
        UserStatus::Active => None,
        UserStatus::Suspended => Some("the user is suspended".to_owned()),
        UserStatus::Removed => Some("the user was removed".to_owned()),
    };
    Link { kind: User::KIND.as_str(), id: it.public_id.to_string(), broken }
}

fn resource_server(it: &ResourceServer) -> Link {
    let broken = suspended(it.status, GrantReason::ResourceServerSuspended);
    Link { kind: ResourceServer::KIND.as_str(), id: it.public_id.to_string(), broken }
}

fn suspended(status: Status, why: impl Display) -> Option<String> {
    (status == Status::Suspended).then(|| why.to_string())
}

async fn linked<T: EntityRecord>(
    ctx: &Context<'_>,
    id: Id<T>,
    link: fn(&T) -> Link,
) -> Result<Link, Denial> {
    let found = ctx.store.by_id(id).await?;
    Ok(found.map_or_else(|| missing_link(id), |found| link(&found)))
}

fn missing_link<T: EntityRecord>(id: Id<T>) -> Link {
    let broken = Some(GrantReason::Dangling(T::KIND).to_string());
    Link { kind: T::KIND.as_str(), id: id.to_string(), broken }
}
