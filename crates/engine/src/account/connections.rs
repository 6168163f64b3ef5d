//! The person's connections: one for each app, organization and API.

use domain::{Client, Credential, Grant, Owners};
use store::{Loaded, MAX_PAGE, StoreExt as _};

use super::Person;
use crate::admin::{Page, PageQuery, find};
use crate::changes::{Changes, no_detail};
use crate::page;
use crate::{Context, Denial, Outcome};

/// An app that may act for the person.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The grant of the connection.
    pub grant: Loaded<Grant>,
    /// The app.
    pub app: Loaded<Client>,
}

/// A page of the person's connections that are active at this moment.
///
/// # Errors
/// When the cursor or the limit is invalid.
pub async fn list(
    ctx: &Context<'_>,
    person: &Person,
    query: &PageQuery,
) -> Result<Page<Connection>, Denial> {
    let limit = query.limit()?;
    let mut at = PageQuery { limit: Some(MAX_PAGE), after: query.after.clone() };
    let mut items: Vec<Connection> = Vec::new();
    // The pages also hold grants of personal access tokens and revoked grants: they are skipped.
    loop {
        let page = page::list::<Grant>(ctx, person.owners(), &at).await?;
        for grant in page.items {
            let Some(connection) = active_connection(ctx, grant).await? else { continue };
            if items.len() == limit {
                let next = items.last().map(|last| page::cursor_after(&last.grant));
                return Ok(Page { items, next });
            }
            items.push(connection);
        }
        match page.next {
            Some(next) => at.after = Some(next),
            None => return Ok(Page { items, next: None }),
        }
    }
}

/// One of the person's connections.
///
/// # Errors
/// [`crate::AdminReason::NotFound`], also when the connection is no longer active.
pub async fn read(ctx: &Context<'_>, person: &Person, id: &str) -> Result<Connection, Denial> {
    let missing = || find::not_found("connection", id);
    let grant = find::grant(ctx, id).await.map_err(|denial| match denial {
        denial if denial.is_not_found() => missing(),
        denial => denial,
    })?;
    if grant.user != Some(person.user().id) {
        return Err(missing());
    }
    active_connection(ctx, grant).await?.ok_or_else(missing)
}

/// When the connection was last used, and how often its tokens were used in total.
///
/// # Errors
/// When the store fails.
pub async fn last_use(
    ctx: &Context<'_>,
    connection: &Connection,
) -> Result<Option<domain::Use>, Denial> {
    let owners = Owners { grant: Some(connection.grant.id.as_u128()), ..Owners::default() };
    let query = PageQuery { limit: Some(MAX_PAGE), after: None };
    let credentials = page::list::<Credential>(ctx, owners, &query).await?.items;
    let ids: Vec<_> = credentials.iter().map(|it| it.id).collect();
    let uses = ctx.store.uses(&ids).await?;
    let count = uses.iter().map(|it| it.count).fold(0, u64::saturating_add);
    Ok(uses.into_iter().max_by_key(|it| it.last_at).map(|last| domain::Use { count, ..last }))
}

/// Revokes a connection: all its tokens stop working.
///
/// # Errors
/// [`crate::AdminReason::NotFound`], also when it was already revoked.
pub async fn revoke(
    ctx: &Context<'_>,
    person: &Person,
    id: &str,
) -> Result<Outcome<Connection>, Denial> {
    let found = read(ctx, person, id).await?;
    let actor = person.actor();
    let mut changes = Changes::new(ctx, &actor);
    revoke_grant(&mut changes, &found.grant);
    Ok(changes.done(found))
}

/// Revokes all connections of the person with one app. Returns how many there were.
///
/// # Errors
/// [`crate::AdminReason::NotFound`] when there is none.
pub async fn revoke_app(
    ctx: &Context<'_>,
    person: &Person,
    app: &str,
) -> Result<Outcome<usize>, Denial> {
    let actor = person.actor();
    let mut changes = Changes::new(ctx, &actor);
    let mut count = 0;
    let mut query = PageQuery { limit: Some(MAX_PAGE), after: None };
    loop {
        let page = list(ctx, person, &query).await?;
        for connection in page.items.iter().filter(|it| it.app.public_id.as_str() == app) {
            revoke_grant(&mut changes, &connection.grant);
            count += 1;
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None if count == 0 => return Err(find::not_found("connection", app)),
            None => return Ok(changes.done(count)),
        }
    }
}

fn revoke_grant(changes: &mut Changes<'_>, grant: &Loaded<Grant>) {
    let revoked = Some(changes.revocation(None));
    // A revoked grant loses its handle, so that the next consent makes a new grant.
    let after = Grant { revoked, handle: None, ..Grant::clone(grant) };
    changes.replace(grant, &after, "grant.revoked".into(), no_detail());
}

/// The connection of a grant; `None` when the grant has no client, is revoked, or its app is gone
/// or dropped its connections.
async fn active_connection(
    ctx: &Context<'_>,
    grant: Loaded<Grant>,
) -> Result<Option<Connection>, Denial> {
    let (Some(client), None) = (grant.client, &grant.revoked) else { return Ok(None) };
    let Some(app) = ctx.store.by_id(client).await? else { return Ok(None) };
    let holds = app.accepts(&grant);
    Ok(holds.then_some(Connection { grant, app }))
}
