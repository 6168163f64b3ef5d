//! The removal of a credential that ended, with what belongs to it alone.

use base::Digest;
use domain::{
    Credential, CredentialDetail, CredentialKind, EntityRecord as _, Grant, Owners, Removed,
    Revocation,
};
use store::{ListQuery, Loaded, MAX_PAGE, StoreExt as _, Write};

use super::lifetimes::{Lives, lives};
use crate::{Context, Denial};

/// The writes that remove `credential`, which ended by `end`: its row goes, or leaves a short one while
/// tokens that were minted from it may live. A grant that was made for it alone goes with it, and so do
/// the stored access tokens that were minted from it.
///
/// # Errors
/// When the store fails.
pub(super) async fn removal(
    ctx: &Context<'_>,
    credential: &Loaded<Credential>,
    end: Revocation,
) -> Result<Vec<Write>, Denial> {
    let mut writes = Vec::new();
    if has_own_grant(credential.kind())
        && let Some(id) = credential.grant()
        && let Some(grant) = ctx.store.direct().by_id::<Grant>(id).await?
    {
        let under = under(ctx, &grant).await?;
        let minted = |it: &Loaded<Credential>| {
            it.minted().is_some_and(|minted| minted.from == credential.id)
        };
        let is_own = |it: &&Loaded<Credential>| it.id == credential.id || minted(it);
        let own = under.iter().filter(is_own).count();
        writes.extend(under.iter().filter(|it| minted(it)).map(Loaded::remove));
        if under.len() >= MAX_PAGE {
            // The next time finds the rest.
            return Ok(writes);
        }
        if own == under.len() {
            writes.push(grant.remove());
        }
    }
    writes.extend(row(ctx, credential, end).await?);
    Ok(writes)
}

/// Whether every credential of this kind has its own grant.
const fn has_own_grant(kind: CredentialKind) -> bool {
    matches!(kind, CredentialKind::ApiKey | CredentialKind::PersonalAccessToken)
}

/// The credentials that belong to a grant: the first [`MAX_PAGE`].
pub(super) async fn under(
    ctx: &Context<'_>,
    grant: &Grant,
) -> Result<Vec<Loaded<Credential>>, Denial> {
    let query = ListQuery {
        kind: Credential::KIND,
        realm: grant.realm.clone(),
        owners: Owners { grant: Some(grant.id.as_u128()), ..Owners::default() },
        after: None,
        limit: MAX_PAGE,
    };
    Ok(ctx.store.direct().page(query).await?)
}

/// The write that removes the row of a credential alone; `None`: it is as short as it can be.
///
/// # Errors
/// When the store fails.
pub(super) async fn row(
    ctx: &Context<'_>,
    credential: &Loaded<Credential>,
    end: Revocation,
) -> Result<Option<Write>, Denial> {
    let until = match (credential.removed(), lives(ctx, credential, end.at).await?) {
        (Some(removed), _) => removed.until,
        (None, Lives::Until(until)) => Some(until),
        (None, Lives::ForEver) => None,
    };
    Ok(match until {
        Some(until) if until <= ctx.now => Some(credential.remove()),
        _ if credential.removed().is_some() => None,
        until => Some(credential.replace_with(left(credential, end, until))),
    })
}

/// What is left of a credential.
fn left(it: &Credential, end: Revocation, until: Option<base::Timestamp>) -> Credential {
    let removed = Removed { kind: it.kind(), status_index: it.status_index(), until };
    Credential {
        label: String::new(),
        // No secret has this digest, and nobody finds this row by its secret.
        digest: Digest::from_bytes([0; 32]),
        expires_at: None,
        revoked: Some(end),
        detail: CredentialDetail::Removed(removed),
        ..it.clone()
    }
}
