//! The changes that the person made, and the last use of their credentials.

use domain::{Credential, Event, Use};
use store::Loaded;

use super::Person;
use crate::admin::history::{self, EventFilter};
use crate::admin::{Page, PageQuery, credentials};
use crate::page;
use crate::{Context, Denial};

/// A page of the changes that the person made, newest first.
///
/// # Errors
/// When the cursor or the limit is invalid.
pub async fn events(
    ctx: &Context<'_>,
    person: &Person,
    query: &PageQuery,
) -> Result<Page<Event>, Denial> {
    let filter = EventFilter { actor: Some(person.actor()), ..EventFilter::default() };
    history::events(ctx, &filter, query).await
}

/// A page of the credentials that act for the person, each with its last use.
///
/// # Errors
/// When the cursor or the limit is invalid.
pub async fn uses(
    ctx: &Context<'_>,
    person: &Person,
    query: &PageQuery,
) -> Result<Page<(Loaded<Credential>, Option<Use>)>, Denial> {
    let page = page::list::<Credential>(ctx, person.owners(), query).await?;
    let uses = credentials::last_uses(ctx, &page.items).await?;
    Ok(Page { items: page.items.into_iter().zip(uses).collect(), next: page.next })
}
