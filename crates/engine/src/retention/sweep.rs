//! The sweep in the background: finds in memory what may be removed, and removes it in small steps.
//!
//! Each step decides on what the database has at that moment. Several nodes may sweep at once: of two
//! that remove the same row one succeeds, and the other finds it gone.

use std::collections::HashMap;

use base::{Id, Timestamp};
use domain::{Credential, CredentialKind, Entity, Grant, Kind, RealmName, Revocation};
use store::{Batch, Hot, Loaded, StoreExt as _, Write};

use super::lifetimes::outlived;
use super::remove::{removal, row, under};
use super::{KEPT_EACH, KEPT_FOR, MAX_FAMILIES, end};
use crate::{Context, Denial, Outcome, WriteContext, settle};

/// How many candidates are decided on in one step.
const STEP: usize = 32;

/// Who may have [`KEPT_EACH`] ended credentials of one kind, or as many revoked grants.
type Group = (Option<CredentialKind>, u128);

/// What may be removed, in the order in which it ended.
#[derive(Debug, Default)]
pub struct Candidates {
    ids: Vec<(Kind, u128)>,
    crowded: Vec<Id<Grant>>,
}

/// The ended credentials and grants of one owner: when each ended.
#[derive(Debug, Default)]
struct Ended(HashMap<Group, Vec<(Timestamp, Kind, u128)>>);

impl Candidates {
    /// Looks through all of `memory`, which takes a while: run it where nobody waits.
    pub fn find(memory: &Hot, realm: &RealmName, now: Timestamp) -> Self {
        let (mut ended, mut found) = (Ended::default(), Vec::new());
        let mut families: HashMap<Id<Grant>, usize> = HashMap::new();
        memory.each(Kind::Credential, realm, &mut |entity| {
            let Entity::Credential(it) = entity else { return };
            match it.removed() {
                Some(removed) if removed.until.is_some_and(|until| until <= now) => {
                    found.push((Timestamp::EPOCH, Kind::Credential, it.id.as_u128()));
                }
                Some(_) => {}
                None if ended.credential(it, now) => {}
                None => {
                    let grant = it.grant().filter(|_| it.kind() == CredentialKind::RefreshToken);
                    if let Some(grant) = grant {
                        *families.entry(grant).or_default() += 1;
                    }
                }
            }
        });
        memory.each(Kind::Grant, realm, &mut |entity| {
            if let Entity::Grant(grant) = entity {
                ended.grant(grant);
            }
        });
        found.extend(ended.beyond(now));
        found.sort_unstable();
        families.retain(|_, count| *count > MAX_FAMILIES);
        Self {
            ids: found.into_iter().map(|(_, kind, id)| (kind, id)).collect(),
            crowded: families.into_keys().collect(),
        }
    }

    /// The connections that have more families of refresh tokens than they may
    /// ([`super::bound_families`]).
    pub fn crowded(&self) -> &[Id<Grant>] {
        &self.crowded
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The candidates of each step.
    pub fn steps(&self) -> impl Iterator<Item = &[(Kind, u128)]> {
        self.ids.chunks(STEP)
    }
}

impl Ended {
    /// Adds a credential, if it ended; whether it did.
    fn credential(&mut self, it: &Credential, now: Timestamp) -> bool {
        let Some(end) = end(it, now) else { return false };
        let members = it.detail.members();
        let owner = match it.kind() {
            CredentialKind::RefreshToken | CredentialKind::AccessToken => None,
            _ => members
                .user
                .map(Id::as_u128)
                .or(members.client.map(Id::as_u128))
                .or(members.organization.map(Id::as_u128))
                .or(members.resource_server.map(Id::as_u128)),
        };
        let owner = owner.or(members.grant.map(Id::as_u128)).unwrap_or_default();
        self.add((Some(it.kind()), owner), (end.at, Kind::Credential, it.id.as_u128()));
        true
    }

    fn grant(&mut self, it: &Grant) {
        let Some(revoked) = &it.revoked else { return };
        let owner = it
            .user
            .map(Id::as_u128)
            .or(it.client.map(Id::as_u128))
            .or(it.organization.map(Id::as_u128))
            .unwrap_or_default();
        self.add((None, owner), (revoked.at, Kind::Grant, it.id.as_u128()));
    }

    fn add(&mut self, group: Group, ended: (Timestamp, Kind, u128)) {
        self.0.entry(group).or_default().push(ended);
    }

    /// Those that are kept no longer: they ended too long ago, or too many of the same owner ended later.
    fn beyond(self, now: Timestamp) -> impl Iterator<Item = (Timestamp, Kind, u128)> {
        self.0.into_values().flat_map(move |mut group| {
            group.sort_unstable();
            let beyond = group.len().saturating_sub(KEPT_EACH);
            let is_old = |at: Timestamp| at.plus(KEPT_FOR) <= now;
            let kept = group.iter().skip(beyond).filter(|(at, ..)| !is_old(*at)).count();
            group.truncate(group.len() - kept);
            group
        })
    }
}

/// Removes what these candidates are, so far as that is still right. Returns how many rows were removed
/// or shortened.
///
/// # Errors
/// When the store fails, or others change the same rows again and again.
pub async fn sweep(ctx: &WriteContext<'_>, candidates: &[(Kind, u128)]) -> Result<usize, Denial> {
    let decide = async |ctx: Context<'_>| {
        let mut batch = Batch::new();
        for (kind, id) in candidates {
            match kind {
                Kind::Credential => of_credential(&ctx, Id::from_u128(*id), &mut batch).await?,
                Kind::Grant => of_grant(&ctx, Id::from_u128(*id), &mut batch).await?,
                _ => {}
            }
        }
        let removed = batch.writes.len();
        Ok(Outcome { batch, reply: removed })
    };
    settle(&ctx.direct(), decide).await.map(|(removed, _)| removed)
}

async fn of_credential(
    ctx: &Context<'_>,
    id: Id<Credential>,
    batch: &mut Batch,
) -> Result<(), Denial> {
    let Some(it) = ctx.store.by_id(id).await? else { return Ok(()) };
    // A refresh token may have been used on another node, which put off its end.
    let Some(end) = end(&it, ctx.now) else { return Ok(()) };
    add(batch, removal(ctx, &it, end).await?);
    Ok(())
}

/// Adds the writes to rows that the batch does not write yet: a grant and a credential under it may both
/// be candidates of one step.
fn add(batch: &mut Batch, writes: impl IntoIterator<Item = Write>) {
    for write in writes {
        let row = row_of(&write);
        if row.is_some() && !batch.writes.iter().any(|known| row_of(known) == row) {
            batch.writes.push(write);
        }
    }
}

fn row_of(write: &Write) -> Option<(Kind, u128)> {
    match write {
        Write::Remove { entity, .. } | Write::Replace { entity, .. } => {
            Some((entity.kind(), entity.id()))
        }
        _ => None,
    }
}

/// A revoked grant goes when nothing belongs to it any more. Its own mark is then needed only by tokens
/// that were minted from a client secret, which does not belong to it.
async fn of_grant(ctx: &Context<'_>, id: Id<Grant>, batch: &mut Batch) -> Result<(), Denial> {
    let Some(grant): Option<Loaded<Grant>> = ctx.store.by_id(id).await? else { return Ok(()) };
    let Some(revoked) = grant.revoked.clone() else { return Ok(()) };
    let under = under(ctx, &grant).await?;
    let full = under.len() >= store::MAX_PAGE;
    for it in &under {
        let end = earlier(end(it, ctx.now), revoked.clone());
        add(batch, row(ctx, it, end).await?);
    }
    let by_secret = grant.client.is_some() && grant.user.is_none();
    let is_needed = by_secret && outlived(ctx, &grant, revoked.at).await?;
    if !full && !is_needed {
        add(batch, [grant.remove()]);
    }
    Ok(())
}

fn earlier(end: Option<Revocation>, revoked: Revocation) -> Revocation {
    end.filter(|end| end.at <= revoked.at).unwrap_or(revoked)
}
