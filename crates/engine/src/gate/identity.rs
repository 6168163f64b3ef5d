//! Who passed, for the API behind the gate: plain values, or one signed JWT.
//!
//! Invariant: no value is a name that people chose; each is a public id, a word of ours or a number.
//! A kept JWT is used again for the same credential, end, API and scopes only, under the same keys, and
//! for half its life at most.

use std::time::Duration;

use base::{Id, Timestamp};
use domain::{Algorithm, Credential, Grant, PublicId, ResourceServer};
use oauth::ScopeSet;
use quick_cache::sync::Cache;
use serde::Serialize;

use crate::present::Verified;
use crate::{Context, Denial, ServerReason};

/// The type of the JWT: nothing else that a realm signs has it (RFC 8725 §3.11).
const TYP: &str = "identity+jwt";
/// How many JWTs are kept: some 16 MiB.
const KEPT: usize = 16_384;

/// Who passed.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The user, else the client, else the key itself.
    pub subject: &'a PublicId,
    /// The client, or the key that stands in its place where no person does.
    pub client: Option<&'a PublicId>,
    /// Whom the client acts for.
    pub organization: Option<&'a PublicId>,
    /// The person.
    pub user: Option<&'a PublicId>,
    /// What it may do.
    pub scopes: &'a ScopeSet,
    /// The API.
    pub audience: &'a str,
    /// The right.
    pub grant: Id<Grant>,
    /// The credential, or what the token was minted from.
    pub credential: &'a PublicId,
    /// What was presented.
    pub kind: &'static str,
    /// When it expires; `None`: never.
    pub expires_at: Option<Timestamp>,
}

impl<'a> Identity<'a> {
    /// Of something good.
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

/// What a kept JWT is found by: what was presented, and for which API.
type Key = (Option<u128>, Id<Credential>, Id<ResourceServer>);

/// A JWT that may be handed out again.
#[derive(Clone, Debug)]
struct Kept {
    scopes: ScopeSet,
    /// Of the credential: it may be given another end.
    expires_at: Option<Timestamp>,
    keys: u64,
    until: Timestamp,
    token: Box<str>,
}

/// Makes the JWTs of one realm's gate, and keeps them for a while.
#[derive(Debug)]
pub struct Identities {
    lifetime: Duration,
    kept: Cache<Key, Kept>,
}

impl Identities {
    /// JWTs that are good for `lifetime`, or until the credential expires where that is sooner.
    pub fn new(lifetime: Duration) -> Self {
        Self { lifetime, kept: Cache::new(KEPT) }
    }

    /// The JWT that tells who passed.
    ///
    /// # Errors
    /// [`ServerReason::NoSigningKey`] where the realm cannot sign.
    pub fn token(&self, ctx: &Context<'_>, verified: &Verified) -> Result<Box<str>, Denial> {
        let server = verified.chain.resource_server.id;
        let key = (verified.token_id, verified.credential.id, server);
        let keys = ctx.issuer.keys();
        if let Some(kept) = self.kept.get(&key)
            && ctx.now < kept.until
            && kept.keys == keys.number()
            && kept.scopes == verified.scopes
            && kept.expires_at == verified.expires_at
        {
            return Ok(kept.token);
        }
        let own = ctx.issuer.dialect().access_token().algorithm;
        let algorithm = if own == Algorithm::HS256 { Algorithm::ES256 } else { own };
        let missing = || ServerReason::NoSigningKey(algorithm.as_str());
        let signer = keys.signer_as(TYP, algorithm, ctx.now).ok_or_else(missing)?;
        let claims = self.claims(ctx, verified);
        let token = signer.sign(claims.as_bytes()).map_err(|_| missing())?.into_boxed_str();
        let kept = Kept {
            scopes: verified.scopes.clone(),
            expires_at: verified.expires_at,
            keys: keys.number(),
            until: ctx.now.plus(self.lifetime / 2),
            token: token.clone(),
        };
        self.kept.insert(key, kept);
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
        // Strings and numbers always serialise; an empty text would be no JWT to anybody.
        serde_json::to_string(&claims).unwrap_or_default()
    }
}
