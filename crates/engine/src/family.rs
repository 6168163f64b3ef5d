//! Families of refresh tokens that rotate (RFC 9700 §4.14.2). A family has one row (decision 0009).
//!
//! The token of a generation is derived: its 256 bits are the generation and a MAC over family and
//! generation. So an earlier token is recognised although it is not stored, and the next token can
//! be computed again when a client retries a rotation.
//!
//! Invariant: only the string whose digest is in the row is accepted. A string that is not
//! authentic does not revoke the family: the id of a family does not prove that the sender had its
//! token.

use base::issued;
use base::{Digest, Id, Secret};
use dialect::Rotation;
use domain::{AnySecret, Credential, CredentialDetail, CredentialKind, RefreshToken, Rotated};
use store::{Loaded, StoreExt as _};

use crate::secrets::find_any;
use crate::{Context, CredentialReason, Denial, Reason};

const KIND: CredentialKind = CredentialKind::RefreshToken;

/// The refresh token of one generation, and its digest.
#[derive(Debug)]
pub(crate) struct Generation {
    /// The whole string.
    pub(crate) token: Secret<AnySecret>,
    /// The digest of the token, which the row holds.
    pub(crate) digest: Digest<AnySecret>,
}

/// A family: the row of its current token.
#[derive(Debug)]
pub(crate) struct Family {
    /// The row.
    pub(crate) credential: Loaded<Credential>,
    /// The fields of the row that only refresh tokens have.
    pub(crate) token: RefreshToken,
}

/// Whether a presented refresh token is the current one of its family.
#[derive(Debug)]
pub(crate) enum RefreshTokenState {
    /// The token is the current one.
    Present,
    /// The token is authentic and of this earlier generation.
    Earlier(u32),
}

/// Whether a token is replaced when it is used. One that has a generation always is: it has one from
/// the start where the dialect rotates refresh tokens, and for every public client (RFC 9700
/// §2.2.2). Where the dialect has begun to rotate later, that counts for tokens of apps too; what
/// staff issued to be reused stays so, since its holder may not store another.
pub(crate) fn rotates(ctx: &Context<'_>, token: &RefreshToken) -> bool {
    let of_app = token.authenticated_at.is_some();
    token.rotated.is_some() || of_app && ctx.issuer.dialect().rotation() == Rotation::Rotating
}

/// The token of `generation` in the family `id`.
pub(crate) fn generation(ctx: &Context<'_>, id: Id<Credential>, generation: u32) -> Generation {
    let prefix = &ctx.issuer.dialect().secret(KIND, ctx.issuer.environment()).prefix;
    let token = issued::assemble(prefix, id, bits(ctx, id, generation));
    let digest = ctx.digests.digest(&token);
    Generation { token, digest }
}

/// The row of a family after its next rotation, and the new token. A rotation extends the lifetime
/// of a token that a user consented to. A token that staff issued keeps its time of expiry.
pub(crate) fn rotate(ctx: &Context<'_>, family: &Family) -> (Credential, Generation) {
    let Family { credential, token } = family;
    // After 2^32 - 1 rotations the token stays the same.
    let to = present_generation(token).saturating_add(1);
    let next = generation(ctx, credential.id, to);
    let lifetime = ctx.issuer.dialect().lifetimes().refresh_token;
    let extended = lifetime.filter(|_| token.authenticated_at.is_some());
    let rotated = Some(Rotated { generation: to, at: ctx.now });
    let changed = Credential {
        digest: next.digest,
        expires_at: extended.map(|lifetime| ctx.now.plus(lifetime)).or(credential.expires_at),
        detail: RefreshToken { rotated, ..token.clone() }.into(),
        ..Credential::clone(credential)
    };
    (changed, next)
}

/// The token of the first generation of the family `id`, and the rotation state for its row.
pub(crate) fn begin(ctx: &Context<'_>, id: Id<Credential>) -> (Generation, Rotated) {
    (generation(ctx, id, 0), Rotated { generation: 0, at: ctx.now })
}

/// Whether a token of `generation` may still be retried: it is the generation before the current
/// one, and the rotation lies within the dialect's retry window. The current token is still unused,
/// or it would not be the current one.
pub(crate) fn may_retry(ctx: &Context<'_>, token: &RefreshToken, generation: u32) -> bool {
    let Some(rotated) = token.rotated else { return false };
    let window = ctx.issuer.dialect().refresh_retry_window();
    generation.checked_add(1) == Some(rotated.generation)
        && window.is_some_and(|window| ctx.now <= rotated.at.plus(window))
}

/// The current generation of a family. A row that was never rotated is at generation 0.
pub(crate) fn present_generation(token: &RefreshToken) -> u32 {
    token.rotated.map_or(0, |rotated| rotated.generation)
}

/// Finds the family of a presented refresh token. Does not check whether it is active.
///
/// # Errors
/// The private reason why the string is no refresh token of this realm.
pub(crate) async fn look_up(
    ctx: &Context<'_>,
    presented: &str,
) -> Result<(Family, RefreshTokenState), Denial> {
    // A family changes with each use, on any node, and a rotation is not published.
    let ctx = &Context { store: ctx.store.direct(), ..*ctx };
    let mismatch = match find_any(ctx, &[KIND], refresh_token, presented).await {
        Ok((credential, token)) => {
            return Ok((Family { credential, token }, RefreshTokenState::Present));
        }
        Err(denial)
            if matches!(denial.reason, Reason::Credential(CredentialReason::Mismatch(_))) =>
        {
            denial
        }
        Err(denial) => return Err(denial),
    };
    match earlier(ctx, presented).await? {
        Some((family, generation)) => Ok((family, RefreshTokenState::Earlier(generation))),
        None => Err(mismatch),
    }
}

/// The refresh token detail of a credential; `None`: the credential is of another kind.
fn refresh_token(credential: &Credential) -> Option<RefreshToken> {
    match &credential.detail {
        CredentialDetail::RefreshToken(token) => Some(token.clone()),
        _ => None,
    }
}

/// The family and the generation of an authentic earlier token; `None`: the string is none.
async fn earlier(ctx: &Context<'_>, presented: &str) -> Result<Option<(Family, u32)>, Denial> {
    let format = ctx.issuer.dialect().secret(KIND, ctx.issuer.environment());
    let Some((id, secret)) = issued::parts::<Credential>(&format.prefix, presented) else {
        return Ok(None);
    };
    #[allow(clippy::cast_possible_truncation, reason = "the upper 32 of 128 bits")]
    let generation = (secret[0] >> 96) as u32;
    let presented = Secret::<AnySecret>::new(presented);
    if !ctx.digests.matches(&presented, &self::generation(ctx, id, generation).digest) {
        return Ok(None);
    }
    let found: Option<Loaded<Credential>> = ctx.store.by_id(id).await?;
    let found = found.filter(|it| it.realm == *ctx.issuer.realm());
    let family = found.and_then(|credential| {
        refresh_token(&credential).map(|token| Family { credential, token })
    });
    let is_earlier = |it: &Family| generation < present_generation(&it.token);
    Ok(family.filter(is_earlier).map(|family| (family, generation)))
}

/// The secret part of a token: 32 bits of generation and 224 bits of a MAC over it.
fn bits(ctx: &Context<'_>, id: Id<Credential>, generation: u32) -> [u128; 2] {
    let mut message = [0; 20];
    let (of_id, of_generation) = message.split_at_mut(16);
    of_id.copy_from_slice(&id.to_bytes());
    of_generation.copy_from_slice(&generation.to_be_bytes());
    let mac = ctx.issuer.refresh_tokens().mac(&message);
    let mut bytes = [0; 32];
    let (head, proof) = bytes.split_at_mut(4);
    head.copy_from_slice(&generation.to_be_bytes());
    for (byte, of_mac) in proof.iter_mut().zip(mac) {
        *byte = of_mac;
    }
    let (high, low) = bytes.split_at(16);
    [high, low].map(|half| half.try_into().map_or(0, u128::from_be_bytes))
}
