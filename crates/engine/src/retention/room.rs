//! Room for one more credential of an owner: reads those that there are, and removes what ended long
//! ago. So what a decision reads is bounded, however many credentials were created and revoked.

use domain::{Credential, EntityRecord as _, Owners};
use store::{Batch, ListQuery, Loaded, MAX_PAGE, StoreExt as _};

use super::remove::removal;
use super::{KEPT_EACH, end};
use crate::{Context, Denial};

/// How many credentials one decision removes.
const REMOVED_AT_ONCE: usize = 32;

/// The credentials of an owner.
#[derive(Debug)]
pub(crate) struct Room {
    /// Those that have not ended, oldest first.
    pub(crate) live: Vec<Loaded<Credential>>,
    /// Removes those that ended first, beyond [`KEPT_EACH`]. It belongs into the batch of the new one.
    pub(crate) batch: Batch,
}

impl Room {
    /// Reads the credentials of `owners`, which name an owner and a kind.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn of(ctx: &Context<'_>, owners: Owners) -> Result<Self, Denial> {
        let mut query = ListQuery {
            kind: Credential::KIND,
            realm: ctx.issuer.realm().clone(),
            owners,
            after: None,
            limit: MAX_PAGE,
        };
        let (mut live, mut ended) = (Vec::new(), Vec::new());
        loop {
            let page: Vec<Loaded<Credential>> = ctx.store.page(query.clone()).await?;
            query.after = page.last().map(|last| last.id.as_u128());
            let more = page.len() >= MAX_PAGE;
            for it in page {
                match end(&it, ctx.now) {
                    Some(end) => ended.push((end, it)),
                    None => live.push(it),
                }
            }
            if !more {
                break;
            }
        }
        let mut batch = Batch::new();
        // After a conflict the decision goes without: another request removes them.
        if ctx.attempt == 0 && ended.len() > KEPT_EACH {
            let beyond = ended.len() - KEPT_EACH;
            ended.sort_by_key(|(end, it)| (end.at, it.id));
            ended.truncate(beyond.min(REMOVED_AT_ONCE));
            // In one order, so that two such decisions do not wait for each other in two.
            ended.sort_by_key(|(_, it)| it.id);
            for (end, it) in ended {
                batch.writes.extend(removal(ctx, &it, end).await?);
            }
        }
        Ok(Self { live, batch })
    }
}
