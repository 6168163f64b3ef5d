//! Access tokens that have a row, for a dialect whose published token is a bare secret.
//!
//! Invariant: the number of rows does not grow with use. A new token replaces an expired or revoked
//! one, or the oldest one when the same credential has [`MAX_LIVE`] active tokens. Only requests at
//! the same moment can add more rows, and a grant has at most [`MAX_PAGE`].

use std::sync::Arc;

use base::{Id, Secret};
use domain::{Credential, CredentialDetail, CredentialKind, Entity, Kind, Owners};
use store::{ListQuery, Loaded, MAX_PAGE, StoreExt as _, Write};

use super::{Mint, Minted, lifetime};
use crate::secrets::{check_alive, issue, row};
use crate::{Context, Denial};

/// The most active tokens that are minted from one credential.
const MAX_LIVE: usize = 10;
/// After this number of attempts to replace another token, a new token gets its own row, so that
/// many requests at the same moment do not wait for each other.
const REPLACE_ATTEMPTS: u32 = 6;

/// Mints a token, and makes the write of its row.
///
/// # Errors
/// When the store fails.
pub(crate) async fn stored(ctx: &Context<'_>, mint: &Mint) -> Result<(Minted, Write), Denial> {
    let kind = CredentialKind::AccessToken;
    let issued = issue(ctx, kind);
    let lifetime = lifetime(ctx, &mint.chain.resource_server);
    let token_id = Id::from_u128(mint.token_id.unwrap_or_else(|| ctx.rng.u128()));
    let grant = &mint.chain.grant;
    let detail = CredentialDetail::AccessToken {
        grant: grant.id,
        client: grant.client,
        organization: grant.organization,
        user: grant.user,
        scopes: mint.scopes.clone(),
        minted: domain::Minted { from: mint.credential.id, token_id },
    };
    let row = Credential {
        expires_at: lifetime.map(|lifetime| ctx.now.plus(lifetime)),
        ..row(ctx, &issued, detail)
    };
    let write = match replaced_row(ctx, mint).await? {
        Some(known) => known.replace_with(Credential { id: known.id, ..row }),
        None => Write::Insert(Entity::Credential(Arc::new(row))),
    };
    let token = Secret::new(issued.secret.expose());
    Ok((Minted { token, expires_in: lifetime.map(|lifetime| lifetime.as_secs()) }, write))
}

/// The row that the new token replaces; `None`: it gets its own row.
async fn replaced_row(
    ctx: &Context<'_>,
    mint: &Mint,
) -> Result<Option<Loaded<Credential>>, Denial> {
    let query = ListQuery {
        kind: Kind::Credential,
        realm: ctx.issuer.realm().clone(),
        owners: Owners {
            grant: Some(mint.chain.grant.id.as_u128()),
            variety: Some(CredentialKind::AccessToken.as_str()),
            ..Owners::default()
        },
        after: None,
        limit: MAX_PAGE,
    };
    let rows: Vec<Loaded<Credential>> = ctx.store.page(query).await?;
    let full = rows.len() >= MAX_PAGE;
    let (mut active, mut inactive): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| check_alive(ctx, row).is_ok());
    if ctx.attempt >= REPLACE_ATTEMPTS && !full {
        return Ok(None);
    }
    if !inactive.is_empty() {
        return Ok(Some(inactive.swap_remove(random_index(ctx, inactive.len()))));
    }
    if !full {
        active.retain(|row| row.minted().is_some_and(|minted| minted.from == mint.credential.id));
        if active.len() < MAX_LIVE {
            return Ok(None);
        }
    }
    active.sort_by_key(|row| row.created_at);
    // After a lost race for the oldest row, a request tries one of the older half.
    let old = if ctx.attempt == 0 { 1 } else { active.len().div_ceil(2) };
    Ok(Some(active.swap_remove(random_index(ctx, old))))
}

/// A random index below `len`.
fn random_index(ctx: &Context<'_>, len: usize) -> usize {
    (ctx.rng.u128() % len.max(1) as u128) as usize
}
