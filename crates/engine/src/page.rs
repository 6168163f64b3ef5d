//! Keyset pagination. A cursor names the last row of a page, so every page costs the same, and rows
//! that are added or removed meanwhile do not shift the next page.

use base::encoding::{base64url, parse_base64url};
use domain::{EntityRecord, Kind, Owners};
use store::{ListQuery, Loaded, MAX_PAGE, StoreExt as _};

use crate::fields::invalid;
use crate::{Context, Denial};

/// The number of rows of a page when the request names no limit.
const DEFAULT_PAGE: usize = 50;

/// Selects a page of a list.
#[derive(Clone, Debug, Default)]
pub struct PageQuery {
    /// The most rows of the page, 1 to 200.
    pub limit: Option<usize>,
    /// The cursor that the previous page returned.
    pub after: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` when this is the last.
    pub next: Option<String>,
}

impl PageQuery {
    pub(crate) fn limit(&self) -> Result<usize, Denial> {
        match self.limit {
            None => Ok(DEFAULT_PAGE),
            Some(limit) if (1..=MAX_PAGE).contains(&limit) => Ok(limit),
            Some(_) => Err(invalid("limit", format!("a number from 1 to {MAX_PAGE}"))),
        }
    }

    /// Reads the cursor of the list `of`.
    pub(crate) fn after(&self, of: u8) -> Result<Option<u128>, Denial> {
        let Some(text) = &self.after else { return Ok(None) };
        let wrong = || invalid("after", "the cursor that the page before gave as \"next\"");
        let bytes = parse_base64url(text.as_bytes()).ok_or_else(wrong)?;
        match bytes.split_first_chunk::<1>() {
            Some(([list], rest)) if *list == of => {
                let bits: [u8; 16] = rest.try_into().map_err(|_| wrong())?;
                Ok(Some(u128::from_be_bytes(bits)))
            }
            _ => Err(wrong()),
        }
    }
}

/// The cursor of the list `of` after the row `last`. It holds the list, so that a cursor of another
/// list is refused.
pub(crate) fn cursor(of: u8, last: u128) -> String {
    let mut bytes = vec![of];
    bytes.extend_from_slice(&last.to_be_bytes());
    base64url(bytes)
}

/// Marks the list of events in cursors. Lists of entities are marked by their kind.
pub(crate) const EVENTS: u8 = b'e';

const fn list_tag(kind: Kind) -> u8 {
    kind as u8
}

/// A page of entities that belong to `owners`, oldest first.
pub(crate) async fn list<T: EntityRecord>(
    ctx: &Context<'_>,
    owners: Owners,
    page: &PageQuery,
) -> Result<Page<Loaded<T>>, Denial> {
    let (limit, after) = (page.limit()?, page.after(list_tag(T::KIND))?);
    let mut query =
        ListQuery { kind: T::KIND, realm: ctx.issuer.realm().clone(), owners, after, limit };
    let items: Vec<Loaded<T>> = ctx.store.page(query.clone()).await?;
    let last = items.last().filter(|_| items.len() == limit).map(|last| last.id().as_u128());
    let Some(last) = last else { return Ok(Page { items, next: None }) };
    query.after = Some(last);
    query.limit = 1;
    let more = !ctx.store.page::<T>(query).await?.is_empty();
    Ok(Page { items, next: more.then(|| cursor(list_tag(T::KIND), last)) })
}

/// The cursor of the page after `last`.
pub(crate) fn cursor_after<T: EntityRecord>(last: &Loaded<T>) -> String {
    cursor(list_tag(T::KIND), last.id().as_u128())
}

/// Counts the entities of `owners` for which `counts` is true. Reading stops after the page on
/// which `most` is reached.
pub(crate) async fn count<T: EntityRecord>(
    ctx: &Context<'_>,
    owners: Owners,
    most: usize,
    counts: impl Fn(&T) -> bool,
) -> Result<usize, Denial> {
    let mut query = PageQuery { limit: Some(MAX_PAGE), after: None };
    let mut found = 0;
    loop {
        let page = list::<T>(ctx, owners, &query).await?;
        found += page.items.iter().filter(|it| counts(it)).count();
        match page.next {
            Some(next) if found < most => query.after = Some(next),
            _ => return Ok(found),
        }
    }
}
