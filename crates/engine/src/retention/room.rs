//! Room for one more credential of an owner: reads those that there are, and removes what ended long
//! ago. So what a decision reads is bounded, however many credentials were created and revoked.

use domain::{Credential, EntityRecord as _, Owners, Revocation};
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

/// The credentials of an owner and kind.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// Those that have not ended, oldest first.
    pub(super) live: Vec<Loaded<Credential>>,
    /// Those that ended, the first first.
    pub(super) ended: Vec<(Revocation, Loaded<Credential>)>,
}

/// Reads the credentials of `owners`, which name an owner and a kind.
///
/// # Errors
/// When the store fails.
pub(super) async fn listed(ctx: &Context<'_>, owners: Owners) -> Result<Listed, Denial> {
    let mut query = ListQuery {
        kind: Credential::KIND,
        realm: ctx.issuer.realm().clone(),
        owners,
        after: None,
        limit: MAX_PAGE,
    };
    let mut listed = Listed::default();
    loop {
        let page: Vec<Loaded<Credential>> = ctx.store.page(query.clone()).await?;
        query.after = page.last().map(|last| last.id.as_u128());
        let more = page.len() >= MAX_PAGE;
        for it in page {
            match end(&it, ctx.now) {
                Some(end) => listed.ended.push((end, it)),
                None => listed.live.push(it),
            }
        }
        if !more {
            listed.ended.sort_by_key(|(end, it)| (end.at, it.id));
            return Ok(listed);
        }
    }
}

impl Room {
    /// Reads the credentials of `owners`, which name an owner and a kind.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn of(ctx: &Context<'_>, owners: Owners) -> Result<Self, Denial> {
        let Listed { live, mut ended } = listed(ctx, owners).await?;
        let mut batch = Batch::new();
        // After a conflict the decision goes without: another request removes them.
        if ctx.attempt == 0 && ended.len() > KEPT_EACH {
            let beyond = ended.len() - KEPT_EACH;
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
