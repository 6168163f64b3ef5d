//! Access tokens that are presented: a JWT (RFC 7519) or a sealed string.
//!
//! This file finds out only that the token is genuine, and its grant and credential. A JWT with the
//! same bytes as one that was checked before skips only the signature check.

use base::encoding::parse_base64url;
use base::{Id, Timestamp};
use domain::Credential;
use jose::Compact;
use oauth::ScopeSet;

use super::found::Found;
use super::verified::PresentedKind;
use crate::chain::link;
use crate::mint::{SEALED_CONTEXT, SEALED_VERSION, Sealed};
use crate::secrets::check_alive;
use crate::seen::Fingerprint;
use crate::{AccessTokenReason, Context, Denial};

/// The content of a token of either form.
struct TokenContent {
    token_id: u128,
    grant: u128,
    credential: u128,
    issued_at: Timestamp,
    expires_at: Option<Timestamp>,
    scopes: ScopeSet,
    /// The audience that a JWT names; a sealed token has that of its grant.
    audience: Option<String>,
}

/// Whether a string has the shape of a JWT: three parts, and a header that begins with `{"`.
pub(super) fn looks_like_jwt(text: &str) -> bool {
    text.starts_with("eyJ") && text.bytes().map(|byte| u32::from(byte == b'.')).sum::<u32>() == 2
}

/// Reads a JWT.
pub(super) async fn jwt(ctx: &Context<'_>, text: &str) -> Result<Found, Denial> {
    let fingerprint = ctx.issuer.seen().fingerprint(text);
    let content = if ctx.issuer.seen().contains(fingerprint, ctx.issuer.keys().number()) {
        let payload = text.split('.').nth(1).and_then(parse_base64url);
        claims(ctx, &payload.ok_or_else(|| AccessTokenReason::Jwt("no payload".into()))?)?
    } else {
        checked(ctx, text, fingerprint)?
    };
    follow(ctx, content).await
}

/// Checks type and signature, then reads the claims.
fn checked(
    ctx: &Context<'_>,
    text: &str,
    fingerprint: Fingerprint,
) -> Result<TokenContent, Denial> {
    let token = Compact::parse(text).map_err(|error| AccessTokenReason::Jwt(error.to_string()))?;
    let typ = &ctx.issuer.dialect().access_token().header_typ;
    if !token.header().is_type(typ) {
        return Err(AccessTokenReason::Jwt(format!("its type is not {typ}")).into());
    }
    let keys = ctx.issuer.keys();
    let payload = keys.verify(&token).map_err(|error| AccessTokenReason::Jwt(error.to_string()))?;
    let content = claims(ctx, payload)?;
    ctx.issuer.seen().note(fingerprint, keys.number());
    Ok(content)
}

fn claims(ctx: &Context<'_>, payload: &[u8]) -> Result<TokenContent, Denial> {
    let policy = ctx.issuer.dialect().access_token();
    let claims =
        policy.read_claims(payload).map_err(|error| AccessTokenReason::Jwt(error.to_string()))?;
    let scopes = claims.scopes().map_err(|error| AccessTokenReason::Jwt(error.to_string()))?;
    Ok(TokenContent {
        token_id: claims.token_id,
        grant: claims.grant,
        credential: claims.credential,
        issued_at: Timestamp::from_seconds(claims.issued_at),
        expires_at: claims.expires_at.map(Timestamp::from_seconds),
        scopes,
        audience: Some(claims.audience.into_owned()),
    })
}

/// Opens a sealed token.
pub(super) async fn opaque(ctx: &Context<'_>, text: &str) -> Result<Found, Denial> {
    let prefix = ctx.issuer.dialect().access_token().opaque_prefix.as_str();
    let body = text.strip_prefix(prefix).ok_or(AccessTokenReason::Unrecognized)?;
    let bytes = parse_base64url(body).ok_or(if prefix.is_empty() {
        AccessTokenReason::Unrecognized
    } else {
        AccessTokenReason::Unsealable
    })?;
    let plain = ctx.issuer.opaque_tokens().open(SEALED_CONTEXT, &bytes);
    let plain = plain.ok_or(AccessTokenReason::Unsealable)?;
    let sealed: Sealed<'_> =
        postcard::from_bytes(&plain).map_err(|_| AccessTokenReason::Unsealable)?;
    if sealed.version != SEALED_VERSION {
        return Err(AccessTokenReason::Unsealable.into());
    }
    let content = TokenContent {
        token_id: sealed.token_id,
        grant: sealed.grant,
        credential: sealed.credential,
        issued_at: Timestamp::from_seconds(sealed.issued_at),
        expires_at: sealed.expires_at.map(Timestamp::from_seconds),
        scopes: sealed.scope.parse().map_err(|_| AccessTokenReason::Unsealable)?,
        audience: None,
    };
    follow(ctx, content).await
}

async fn follow(ctx: &Context<'_>, content: TokenContent) -> Result<Found, Denial> {
    let credential = link(ctx, Id::<Credential>::from_u128(content.credential)).await?;
    ctx.recognize(&credential.public_id);
    if credential.removed().is_some() {
        // Its grant may be gone, too.
        check_alive(ctx, &credential)?;
    }
    Ok(Found {
        kind: PresentedKind::AccessToken,
        grant: link(ctx, Id::from_u128(content.grant)).await?,
        credential,
        minted_from: None,
        narrowed: Some(content.scopes),
        issued_at: content.issued_at,
        expires_at: content.expires_at,
        token_id: Some(content.token_id),
        audience: content.audience,
    })
}
