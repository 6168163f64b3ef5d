//! Events (one for each change) and refusals (one for each denied request), newest first.

use domain::{Actor, Event, Refusal};
use store::{EventQuery, RefusalQuery};

use crate::page::{self, EVENTS, Page, PageQuery};
use crate::{Context, Denial};

/// Filters a list of events.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Only events about this public id.
    pub target: Option<String>,
    /// Only events of this request.
    pub request_id: Option<String>,
    /// Only events of this actor.
    pub actor: Option<Actor>,
}

/// Filters a list of refusals.
#[derive(Clone, Debug, Default)]
pub struct RefusalFilter {
    /// Only refusals of this client or credential.
    pub subject: Option<String>,
    /// Only refusals of this request.
    pub request_id: Option<String>,
}

/// A page of events, newest first.
///
/// # Errors
/// An invalid cursor or limit.
pub async fn events(
    ctx: &Context<'_>,
    filter: &EventFilter,
    query: &PageQuery,
) -> Result<Page<Event>, Denial> {
    let limit = query.limit()?;
    let before = query.after(EVENTS)?.map(|bits| u64::try_from(bits).unwrap_or(u64::MAX));
    let mut asked = EventQuery {
        realm: Some(ctx.issuer.realm().clone()),
        target: filter.target.clone(),
        request_id: filter.request_id.clone(),
        actor: filter.actor.clone(),
        after: None,
        before,
        newest_first: true,
        limit,
    };
    let items = ctx.store.events(&asked).await?;
    let last = items.last().filter(|_| items.len() == limit).map(|last| last.sequence);
    let Some(last) = last else { return Ok(Page { items, next: None }) };
    asked.before = Some(last);
    asked.limit = 1;
    let more = !ctx.store.events(&asked).await?.is_empty();
    Ok(Page { items, next: more.then(|| page::cursor(EVENTS, u128::from(last))) })
}

/// The newest refusals.
///
/// # Errors
/// An invalid limit.
pub async fn refusals(
    ctx: &Context<'_>,
    filter: &RefusalFilter,
    query: &PageQuery,
) -> Result<Vec<Refusal>, Denial> {
    let asked = RefusalQuery {
        realm: Some(ctx.issuer.realm().clone()),
        request_id: filter.request_id.clone(),
        subject: filter.subject.clone(),
        limit: query.limit()?,
    };
    Ok(ctx.store.refusals(&asked).await?)
}
