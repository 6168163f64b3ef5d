//! Families of refresh tokens that rotate (RFC 9700 §4.14.2): one row each, decision 0009.
//!
//! The token of a generation is derived: its 256 bits are the generation and a code over family and
//! generation. So a predecessor is recognised without having been kept, and the successor of a
//! rotation can be computed again for whoever retries it.
//!
//! Invariant: only the string whose digest is in the row opens anything. A string that is not
//! authentic closes nothing either: knowing a family's id is no proof of having held its token.

use base::issued;
use base::{Digest, Id, Secret};
use dialect::Rotation;
use domain::{AnySecret, Credential, CredentialKind, Rotated};
use store::{Loaded, StoreExt as _};

use crate::secrets::find;
use crate::{Context, Denial};

const KIND: CredentialKind = CredentialKind::RefreshToken;

/// A refresh token of a generation, and what is stored of it.
#[derive(Debug)]
pub(crate) struct Generation {
    /// The whole string.
    pub(crate) token: Secret<AnySecret>,
    /// What is stored of it.
    pub(crate) digest: Digest<AnySecret>,
}

/// What a presented refresh token is in its family.
#[derive(Debug)]
pub(crate) enum RefreshTokenState {
    /// The present one.
    Present,
    /// An earlier one, authentic.
    Earlier(u32),
}

/// Whether a token is replaced when it is used: as the dialect has it, and wherever nobody proves to
/// be its client by a secret (RFC 9700 §2.2.2), which its first generation tells.
pub(crate) fn rotates(ctx: &Context<'_>, token: &Credential) -> bool {
    token.rotated.is_some() || ctx.issuer.dialect().rotation() == Rotation::Rotating
}

/// The token of `generation` in the family `id`.
pub(crate) fn generation(ctx: &Context<'_>, id: Id<Credential>, generation: u32) -> Generation {
    let prefix = &ctx.issuer.dialect().secret(KIND, ctx.issuer.environment()).prefix;
    let token = issued::assemble(prefix, id, bits(ctx, id, generation));
    let digest = ctx.digests.digest(&token);
    Generation { token, digest }
}

/// The row of a family after its next rotation, and the token that goes with it. A connection that
/// is used lives on; what staff issued by hand ends when they said.
pub(crate) fn rotate(ctx: &Context<'_>, family: &Credential) -> (Credential, Generation) {
    // After four thousand million rotations the token stays as it is.
    let to = present_generation(family).saturating_add(1);
    let next = generation(ctx, family.id, to);
    let lifetime = ctx.issuer.dialect().lifetimes().refresh_token;
    let anew = lifetime.filter(|_| family.authenticated_at.is_some());
    let changed = Credential {
        digest: next.digest,
        rotated: Some(Rotated { generation: to, at: ctx.now }),
        expires_at: anew.map(|lifetime| ctx.now.plus(lifetime)).or(family.expires_at),
        ..family.clone()
    };
    (changed, next)
}

/// Makes a credential the first generation of a family, in place of the secret that it has.
pub(crate) fn begin(ctx: &Context<'_>, credential: &mut Credential) -> Secret<AnySecret> {
    let first = generation(ctx, credential.id, 0);
    credential.digest = first.digest;
    credential.rotated = Some(Rotated { generation: 0, at: ctx.now });
    first.token
}

/// Whether `generation` may still be retried: it is the one before the present, and was rotated a
/// moment ago. The present one is unused, or it would not be the present one.
pub(crate) fn may_retry(ctx: &Context<'_>, family: &Credential, generation: u32) -> bool {
    let Some(rotated) = family.rotated else { return false };
    let window = ctx.issuer.dialect().refresh_retry_window();
    generation.checked_add(1) == Some(rotated.generation)
        && window.is_some_and(|window| ctx.now <= rotated.at.plus(window))
}

/// The generation that a family is at. A row from before its realm rotated is at its first.
pub(crate) fn present_generation(family: &Credential) -> u32 {
    family.rotated.map_or(0, |rotated| rotated.generation)
}

/// Finds the family of a presented refresh token. Says nothing about whether it is still good.
///
/// # Errors
/// The precise reason why it is no refresh token of ours.
pub(crate) async fn look_up(
    ctx: &Context<'_>,
    presented: &str,
) -> Result<(Loaded<Credential>, RefreshTokenState), Denial> {
    // A family changes with each use, on whichever node, and the feed does not tell of that.
    let ctx = &Context { store: ctx.store.direct(), ..*ctx };
    let mismatch = match find(ctx, KIND, presented).await {
        Ok(family) => return Ok((family, RefreshTokenState::Present)),
        Err(denial @ Denial::SecretMismatch(_)) => denial,
        Err(denial) => return Err(denial),
    };
    match earlier(ctx, presented).await? {
        Some((family, generation)) => Ok((family, RefreshTokenState::Earlier(generation))),
        None => Err(mismatch),
    }
}

/// The family of an authentic earlier token.
async fn earlier(
    ctx: &Context<'_>,
    presented: &str,
) -> Result<Option<(Loaded<Credential>, u32)>, Denial> {
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
    let family = ctx.store.by_id(id).await?;
    let ours = |it: &Loaded<Credential>| {
        it.kind == KIND && it.realm == *ctx.issuer.realm() && generation < present_generation(it)
    };
    Ok(family.filter(ours).map(|family| (family, generation)))
}

/// The secret part of a token: 32 bits that tell the generation, 224 that prove it.
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
