//! The identity of a caller that passed the gate, for the API behind it: plain values, or one
//! signed JWT.
//!
//! Invariant: no value is free text; each is a public id, a fixed word or a number. A cached JWT is
//! used again only for the same credential, expiry, API and scopes, under the same keys, and for at
//! most half of its lifetime.

use std::time::Duration;

use base::{Id, Timestamp};
use domain::{Algorithm, Credential, Grant, PublicId, ResourceServer};
use oauth::ScopeSet;
use quick_cache::sync::Cache;
use serde::Serialize;

use crate::present::Verified;
use crate::{Context, Denial, ServerReason};

/// The `typ` header of the JWT: no other JWT of a realm has it (RFC 8725 §3.11).
const TYP: &str = "identity+jwt";
/// How many JWTs are cached: about 16 MiB.
const CACHE_SIZE: usize = 16_384;

/// The identity of a caller that passed the gate.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The user, else the client, else the API key itself.
    pub subject: &'a PublicId,
    /// The client, or the API key where there is neither client nor user.
    pub client: Option<&'a PublicId>,
    /// The organization that the client acts for.
    pub organization: Option<&'a PublicId>,
    /// The user.
    pub user: Option<&'a PublicId>,
    /// The scopes of the credential.
    pub scopes: &'a ScopeSet,
    /// The identifier of the resource server.
    pub audience: &'a str,
    /// The grant.
    pub grant: Id<Grant>,
    /// The credential, or the credential that the token was minted from.
    pub credential: &'a PublicId,
    /// The kind of credential that was presented.
    pub kind: &'static str,
    /// When it expires; `None`: never.
    pub expires_at: Option<Timestamp>,
}

impl<'a> Identity<'a> {
    /// The identity of a verified credential.
    pub fn of(verified: &'a Verified) -> Self {
        let (chain, key) = (&verified.chain, &verified.credential.public_id);
        let user = chain.user.as_ref().map(|it| &it.public_id);
        let client = chain.client.as_ref().map(|it| &it.public_id);
        let client = client.or_else(|| user.is_none().then_some(key));
        Self {
            subject: user.or(client).unwrap_or(key),
            client,
            organization: chain.organization.as_ref().map(|it| &it.public_id),
            user,
            scopes: &verified.scopes,
            audience: &chain.resource_server.identifier,
            grant: chain.grant.id,
            credential: key,
            kind: verified.kind.as_str(),
            expires_at: verified.expires_at,
        }
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a PublicId,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a PublicId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<&'a PublicId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a PublicId>,
    scope: String,
    credential_kind: &'a str,
    grant: String,
    jti: String,
    iat: i64,
    exp: i64,
}

/// The key of a cached JWT: the token or credential that was presented, and the API.
type Key = (Option<u128>, Id<Credential>, Id<ResourceServer>);

/// A cached JWT.
#[derive(Clone, Debug)]
struct CachedToken {
    scopes: ScopeSet,
    /// The expiry of the credential: it may change later.
    expires_at: Option<Timestamp>,
    keys: u64,
    until: Timestamp,
    token: Box<str>,
}

/// Makes the JWTs of one realm's gate, and caches them.
#[derive(Debug)]
pub struct Identities {
    lifetime: Duration,
    cache: Cache<Key, CachedToken>,
}

impl Identities {
    /// Makes JWTs that are valid for `lifetime`, or until the credential expires if that is
    /// earlier.
    pub fn new(lifetime: Duration) -> Self {
        Self { lifetime, cache: Cache::new(CACHE_SIZE) }
    }

    /// The JWT that identifies the caller.
    ///
    /// # Errors
    /// [`ServerReason::NoSigningKey`] when the realm has no key to sign with.
    pub fn token(&self, ctx: &Context<'_>, verified: &Verified) -> Result<Box<str>, Denial> {
        let server = verified.chain.resource_server.id;
        let key = (verified.token_id, verified.credential.id, server);
        let keys = ctx.issuer.keys();
        if let Some(cached) = self.cache.get(&key)
            && ctx.now < cached.until
            && cached.keys == keys.number()
            && cached.scopes == verified.scopes
            && cached.expires_at == verified.expires_at
        {
            return Ok(cached.token);
        }
        let own = ctx.issuer.dialect().access_token().algorithm;
        let algorithm = if own == Algorithm::HS256 { Algorithm::ES256 } else { own };
        let missing = || ServerReason::NoSigningKey(algorithm.as_str());
        let signer = keys.signer_as(TYP, algorithm, ctx.now).ok_or_else(missing)?;
        let claims = self.claims(ctx, verified);
        let token = signer.sign(claims.as_bytes()).map_err(|_| missing())?.into_boxed_str();
        let cached = CachedToken {
            scopes: verified.scopes.clone(),
            expires_at: verified.expires_at,
            keys: keys.number(),
            until: ctx.now.plus(self.lifetime / 2),
            token: token.clone(),
        };
        self.cache.insert(key, cached);
        Ok(token)
    }

    fn claims(&self, ctx: &Context<'_>, verified: &Verified) -> String {
        let identity = Identity::of(verified);
        let fresh = ctx.now.plus(self.lifetime);
        let expires_at = identity.expires_at.map_or(fresh, |at| at.min(fresh));
        let claims = Claims {
            iss: ctx.issuer.identifier(),
            aud: identity.audience,
            sub: identity.subject,
            client_id: identity.client,
            organization: identity.organization,
            user: identity.user,
            scope: identity.scopes.to_string(),
            credential_kind: identity.kind,
            grant: identity.grant.to_string(),
            jti: Id::<()>::from_u128(ctx.rng.u128()).to_string(),
            iat: ctx.now.seconds(),
            exp: expires_at.seconds(),
        };
        // Strings and numbers always serialize; an empty text is not a valid JWT.
        serde_json::to_string(&claims).unwrap_or_default()
    }
}
