//! Minting access tokens: a JWT or a sealed string, as the realm and the resource server say.
//! Neither has a row: the token itself holds its grant and credential. A dialect may use a third
//! format, `stored`, which has a row.

use std::time::Duration;

use base::Secret;
use base::encoding::push_base64url;
use dialect::{Format, TokenFacts};
use domain::{PublicId, ResourceServer};
use oauth::{AccessToken, ScopeSet};
use serde::{Deserialize, Serialize};

use crate::{Chain, Context, Denial, ServerReason};

mod status;
mod stored;

pub use status::{ParentCredential, status_of};
pub(crate) use stored::stored;

/// A token to be minted.
#[derive(Debug)]
pub struct Mint {
    /// The chain that the token depends on.
    pub chain: Chain,
    /// The credential that the token is minted from.
    pub credential: ParentCredential,
    /// The API key that was used in place of a client, where one was.
    pub key: Option<PublicId>,
    /// The scopes of the token.
    pub scopes: ScopeSet,
    /// The `jti` (RFC 7519 §4.1.7), where it is decided already. `None`: a random one.
    pub token_id: Option<u128>,
}

impl Mint {
    /// The `client_id` (RFC 9068 §2.2): the client, or the API key that was used in its place.
    pub fn client_id(&self) -> Option<&PublicId> {
        self.chain.client.as_ref().map(|client| &client.public_id).or(self.key.as_ref())
    }

    /// The format of the token: the resource server's own, else that of the dialect.
    pub(crate) fn format(&self, ctx: &Context<'_>) -> Format {
        let policy = ctx.issuer.dialect().access_token();
        self.chain.resource_server.tokens.format.map_or(policy.format, Format::from)
    }
}

/// The lifetime of a token for `server`; `None`: it never expires.
pub(crate) fn lifetime(ctx: &Context<'_>, server: &ResourceServer) -> Option<Duration> {
    server.tokens.lifetime.or(ctx.issuer.dialect().access_token().lifetime)
}

/// A minted token.
#[derive(Debug)]
pub struct Minted {
    /// The token string.
    pub token: Secret<AccessToken>,
    /// The lifetime in seconds; `None`: it never expires.
    pub expires_in: Option<u64>,
}

/// The content of a sealed token. Encoded by position: only append fields, and raise
/// [`SEALED_VERSION`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sealed<'a> {
    pub(crate) version: u8,
    pub(crate) token_id: u128,
    pub(crate) grant: u128,
    pub(crate) credential: u128,
    pub(crate) issued_at: i64,
    pub(crate) expires_at: Option<i64>,
    #[serde(borrow)]
    pub(crate) scope: std::borrow::Cow<'a, str>,
}

/// The version of [`Sealed`] that is written.
pub(crate) const SEALED_VERSION: u8 = 1;

/// Makes the string of a token that has no row.
///
/// # Errors
/// [`ServerReason::NoSigningKey`] where the realm cannot sign as its dialect asks.
pub fn mint(ctx: &Context<'_>, mint: &Mint) -> Result<Minted, Denial> {
    let server: &ResourceServer = &mint.chain.resource_server;
    let issued_at = ctx.now.seconds();
    let format = mint.format(ctx);
    let expires_in = lifetime(ctx, server).map(|lifetime| lifetime.as_secs());
    let expires_in = match (format, mint.credential.ends) {
        // An offline check does not see that the credential expires, so the JWT expires with it.
        (Format::Jwt, Some(ends)) => {
            let left = u64::try_from(ends.seconds() - issued_at).unwrap_or(0);
            Some(expires_in.map_or(left, |expires_in| expires_in.min(left)))
        }
        _ => expires_in,
    };
    let expires_at = expires_in.map(|seconds| issued_at.saturating_add_unsigned(seconds));
    let chain = &mint.chain;
    let facts = TokenFacts {
        issuer: ctx.issuer.identifier(),
        client_id: mint.client_id().map(PublicId::as_str),
        organization: chain.organization.as_ref().map(|it| it.public_id.as_str()),
        user: chain.user.as_ref().map(|user| user.public_id.as_str()),
        audience: &server.identifier,
        scopes: &mint.scopes,
        issued_at,
        expires_at,
        token_id: mint.token_id.unwrap_or_else(|| ctx.rng.u128()),
        grant: chain.grant.id.as_u128(),
        credential: mint.credential.id.as_u128(),
    };
    let token = match format {
        Format::Jwt => jwt(ctx, mint, &facts)?,
        // A stored token is made with its row, elsewhere. Here the caller wants one without a row.
        Format::Opaque | Format::Stored => opaque(ctx, &facts),
    };
    Ok(Minted { token: Secret::new(token), expires_in })
}

fn jwt(ctx: &Context<'_>, mint: &Mint, facts: &TokenFacts<'_>) -> Result<String, Denial> {
    let policy = ctx.issuer.dialect().access_token();
    let algorithm = mint.chain.resource_server.tokens.algorithm.unwrap_or(policy.algorithm);
    let keys = ctx.issuer.keys();
    let missing = || ServerReason::NoSigningKey(algorithm.as_str());
    let signer = keys.signer(algorithm, ctx.now).ok_or_else(missing)?;
    let mut claims = String::with_capacity(960);
    policy.write_claims(facts, &mut claims);
    if policy.status_claim {
        let status = status_of(&mint.chain, &mint.credential);
        status::write_claim(ctx.issuer, &status, &mut claims);
    }
    let token = signer.sign(claims.as_bytes()).map_err(|_| missing())?;
    let seen = ctx.issuer.seen();
    seen.note(seen.fingerprint(&token), keys.number());
    Ok(token)
}

fn opaque(ctx: &Context<'_>, facts: &TokenFacts<'_>) -> String {
    let sealed = Sealed {
        version: SEALED_VERSION,
        token_id: facts.token_id,
        grant: facts.grant,
        credential: facts.credential,
        issued_at: facts.issued_at,
        expires_at: facts.expires_at,
        scope: facts.scopes.to_string().into(),
    };
    // Numbers and one string always serialise. An empty message would not open as a token.
    let plain = postcard::to_allocvec(&sealed).unwrap_or_default();
    let bytes = ctx.issuer.opaque_tokens().seal(ctx.rng, SEALED_CONTEXT, &plain);
    let prefix = ctx.issuer.dialect().access_token().opaque_prefix.as_str();
    let mut token = String::with_capacity(prefix.len() + bytes.len().div_ceil(3) * 4);
    token.push_str(prefix);
    push_base64url(&mut token, bytes);
    token
}

/// The associated data of every sealed token. The key is the realm's own.
pub(crate) const SEALED_CONTEXT: &[u8] = b"access token";
