//! How long access tokens can live, so that nothing is forgotten of what they depend on before they have
//! expired.
//!
//! A token shows when it expires, and no row does. The lifetime follows from the dialect and the
//! resource server, and both may change. So the longest lifetime ever is recorded with each resource
//! server, before the first token of that lifetime is minted: when a resource server is made or
//! changed, and at the start of each process.

use std::time::Duration;

use base::Timestamp;
use domain::{
    Credential, CredentialKind, EntityRecord as _, Grant, Owners, ResourceServer, TokenLifetimes,
};
use store::{Batch, ListQuery, Loaded, MAX_PAGE, StoreExt as _};

use crate::marks::is_marked;
use crate::mint::lifetime;
use crate::{Context, Denial, Outcome, WriteContext, settle};

/// Clocks differ, and a node may mint for a moment after another node revoked.
const MARGIN: Duration = Duration::from_secs(60 * 60);

/// When everything that was minted from a credential has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lives {
    /// At this time.
    Until(Timestamp),
    /// Perhaps never.
    ForEver,
}

/// What to record with a resource server as it is now: the present lifetime of its tokens, where that
/// is longer than any before.
pub(crate) fn recorded(ctx: &Context<'_>, server: &ResourceServer) -> TokenLifetimes {
    let present = lifetime(ctx, server);
    match server.token_lifetimes {
        None => TokenLifetimes { since: ctx.now, longest: present },
        Some(known) => {
            let longest = known.longest.zip(present).map(|(known, present)| known.max(present));
            TokenLifetimes { longest, ..known }
        }
    }
}

/// Records the lifetimes of the tokens of every resource server of the realm. Every process does it
/// before it mints a token: its dialect may be another than before.
///
/// # Errors
/// When the store fails.
pub async fn record_lifetimes(ctx: &WriteContext<'_>) -> Result<(), Denial> {
    let ctx = &ctx.direct();
    let decide = async |ctx: Context<'_>| {
        let mut batch = Batch::new();
        for server in servers(&ctx).await? {
            let known = Some(recorded(&ctx, &server));
            if server.token_lifetimes != known {
                let after =
                    ResourceServer { token_lifetimes: known, ..ResourceServer::clone(&server) };
                batch.writes.push(server.replace_with(after));
            }
        }
        Ok(Outcome { batch, reply: () })
    };
    settle(ctx, decide).await.map(drop)
}

async fn servers(ctx: &Context<'_>) -> Result<Vec<Loaded<ResourceServer>>, Denial> {
    let mut query = ListQuery {
        kind: ResourceServer::KIND,
        realm: ctx.issuer.realm().clone(),
        owners: Owners::default(),
        after: None,
        limit: MAX_PAGE,
    };
    let mut servers: Vec<Loaded<ResourceServer>> = Vec::new();
    loop {
        let page: Vec<Loaded<ResourceServer>> = ctx.store.direct().page(query.clone()).await?;
        query.after = page.last().map(|last| last.id.as_u128());
        let more = page.len() >= MAX_PAGE;
        servers.extend(page);
        if !more {
            return Ok(servers);
        }
    }
}

/// How long tokens that were minted from `credential` may live, which ended at `ended`.
///
/// # Errors
/// When the store fails.
pub(super) async fn lives(
    ctx: &Context<'_>,
    credential: &Credential,
    ended: Timestamp,
) -> Result<Lives, Denial> {
    let kind = credential.kind();
    // A personal access token is only presented itself, and nobody remembers that it was good.
    if !is_marked(kind) || kind == CredentialKind::PersonalAccessToken {
        return Ok(Lives::Until(ended));
    }
    let mut longest = Duration::ZERO;
    for server in reachable(ctx, credential).await? {
        match server.token_lifetimes {
            Some(TokenLifetimes { since, longest: Some(known) })
                if since <= credential.created_at =>
            {
                longest = longest.max(known);
            }
            _ => return Ok(Lives::ForEver),
        }
    }
    Ok(Lives::Until(ended.plus(longest).plus(MARGIN)))
}

/// The resource servers that tokens of `credential` may be for. They are read from the database: another
/// node may have recorded a longer lifetime a moment ago.
async fn reachable(
    ctx: &Context<'_>,
    credential: &Credential,
) -> Result<Vec<Loaded<ResourceServer>>, Denial> {
    let store = ctx.store.direct();
    if let Some(grant) = credential.grant()
        && let Some(grant) = store.by_id(grant).await?
        && let Some(server) = store.by_id(grant.resource_server).await?
    {
        return Ok(vec![server]);
    }
    servers(ctx).await
}

/// Whether a token that was minted under `grant`, which was revoked at `ended`, may still live.
///
/// # Errors
/// When the store fails.
pub(super) async fn outlived(
    ctx: &Context<'_>,
    grant: &Grant,
    ended: Timestamp,
) -> Result<bool, Denial> {
    let server = ctx.store.direct().by_id(grant.resource_server).await?;
    let known = server.and_then(|server| server.token_lifetimes);
    Ok(match known.filter(|known| known.since <= grant.created_at) {
        Some(TokenLifetimes { longest: Some(longest), .. }) => {
            ended.plus(longest).plus(MARGIN) > ctx.now
        }
        _ => true,
    })
}
