//! Revocation (RFC 7009): the holder of a token may revoke it.
//!
//! An access token is revoked by its id, and refused from the next request on. The revocation of a
//! credential with a row revokes everything minted from it. The answer for a token that is unknown,
//! of another client, or inactive already is success (§2.2). Some published formats need no client
//! authentication: there, the request that presents a token may revoke it, and may name an access
//! token and its refresh token at once.

use domain::{Actor, Credential};
use oauth::{Parameter, Reply, Request};
use store::{Batch, Write};

use crate::caller::{Caller, CallerPurpose};
use crate::changes::{Changes, detail, event, no_detail};
use crate::family::{self, Family};
use crate::introspect::presented;
use crate::present::{Found, PresentedAt, PresentedKind, look_up};
use crate::settle::{WriteContext, settle};
use crate::{Context, CredentialReason, Denial, GrantCredential, Outcome, Reason, RequestReason};

/// Answers a revocation request.
///
/// # Errors
/// When the caller is refused, the store fails, or the secret of a token is not compared
/// ([`CredentialReason::TooManyGuesses`]).
pub async fn revoke(ctx: &WriteContext<'_>, request: &Request) -> Result<Reply, Denial> {
    let caller = match request.possession {
        true => None,
        false => Some(Caller::of(ctx, request, CallerPurpose::Revoke).await?),
    };
    let by = Revoker(caller.as_ref());
    let token = request.parameters.value(Parameter::Token);
    let second = request.parameters.value(Parameter::RefreshToken).filter(|_| request.possession);
    if token.or(second).is_none() {
        return Err(RequestReason::ParameterMissing(Parameter::Token).into());
    }
    for token in [token, second].into_iter().flatten() {
        settle(ctx, async |ctx| decide(&ctx, by, token).await).await?;
    }
    Ok(Reply::Revoked)
}

/// The caller that revokes. `None`: the dialect needs no authentication here, so presenting the
/// token is enough.
#[derive(Clone, Copy)]
struct Revoker<'a>(Option<&'a Caller>);

impl Revoker<'_> {
    fn may_revoke(self, found: &Found) -> bool {
        self.0.is_none_or(|caller| caller.may_revoke(found))
    }

    fn actor(self, credential: &Credential) -> Actor {
        let holder = || Actor::Client(credential.public_id.clone());
        self.0.map_or_else(holder, Caller::actor)
    }
}

async fn decide(ctx: &Context<'_>, by: Revoker<'_>, token: &str) -> Result<Outcome<()>, Denial> {
    let found = match revocable(ctx, by, token).await {
        Ok(Some(found)) => found,
        // RFC 7009 §2.1: another client's token is not revoked. The answer does not show this.
        Ok(None) => return Ok(Outcome::without_writes(())),
        Err(denial) if denial.is_undecided() => return Err(denial),
        // RFC 7009 §2.2: an invalid token is revoked already.
        Err(_) => return Ok(Outcome::without_writes(())),
    };
    let batch = match found.kind {
        PresentedKind::AccessToken => one_token(ctx, by, &found),
        PresentedKind::Credential(_) => credential(ctx, by, &found),
    };
    Ok(Outcome { batch, reply: () })
}

/// The token, where the caller may revoke it and it is not revoked or expired already. A token that
/// is inactive only because something it depends on is suspended would become active again, so it
/// must be revoked.
async fn revocable(
    ctx: &Context<'_>,
    by: Revoker<'_>,
    token: &str,
) -> Result<Option<Found>, Denial> {
    let found = match look_up(ctx, &presented(token), PresentedAt::Issuer).await {
        Err(denial) if is_mismatch(&denial) => match family_of(ctx, token).await? {
            Some(family) => family,
            None => return Err(denial),
        },
        found => found?,
    };
    if !by.may_revoke(&found) || found.grant.revoked.is_some() {
        return Ok(None);
    }
    found.check_unrevoked(ctx).await?;
    Ok(Some(found))
}

fn is_mismatch(denial: &Denial) -> bool {
    matches!(denial.reason, Reason::Credential(CredentialReason::Mismatch(_)))
}

/// The family of an earlier refresh token. A client that revokes an earlier token wants to revoke
/// the family: it may have lost the answer with the next token.
async fn family_of(ctx: &Context<'_>, token: &str) -> Result<Option<Found>, Denial> {
    match family::look_up(ctx, token).await {
        Ok((Family { credential, token }, _)) => {
            let of_grant = GrantCredential { credential, grant: token.grant };
            Found::of_row(ctx, of_grant).await.map(Some)
        }
        Err(denial) if denial.is_of_store() => Err(denial),
        Err(_) => Ok(None),
    }
}

fn one_token(ctx: &Context<'_>, by: Revoker<'_>, found: &Found) -> Batch {
    let Some(token) = found.token_id else { return Batch::new() };
    let until = found.expires_at;
    let jti = base::Id::<()>::from_u128(token).to_string();
    let details = detail([("jti", serde_json::Value::String(jti))]);
    let (actor, action) = (by.actor(&found.credential), "access_token.revoked".to_owned());
    let event = event(ctx, actor, &*found.credential.record, action, details);
    Batch { writes: vec![Write::RevokeToken { token, until, now: ctx.now }], events: vec![event] }
}

fn credential(ctx: &Context<'_>, by: Revoker<'_>, found: &Found) -> Batch {
    let actor = by.actor(&found.credential);
    let mut changes = Changes::new(ctx, &actor);
    let revoked = Some(changes.revocation(Some("by its holder".to_owned())));
    let changed = Credential { revoked, ..Credential::clone(&found.credential) };
    let action = format!("{}.revoked", changed.kind().as_str());
    changes.replace(&found.credential, &changed, action, no_detail());
    changes.done(()).batch
}
