//! Authorization codes (RFC 6749 §4.1.2): sealed, so that asking costs no row.
//!
//! Invariant: what a code says was decided when the person said yes, and nobody can change it. That
//! it is used once is the store's to hold ([`store::Write::SpendOnce`], by [`Code::id`]).

use base::encoding::{base64url, parse_base64url};
use base::{Id, Secret, Timestamp};
use domain::{Client, Grant, User};
use oauth::pkce::ChallengeMethod;
use oauth::{AuthorizationCode, RedirectUri, ScopeSet};
use serde::{Deserialize, Serialize};

use crate::{Context, Denial, ExchangeReason};

/// What a code stands for. Positional on the wire: append only, and raise [`VERSION`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Code {
    version: u8,
    /// Its identifier: spent once; and the identifier of the refresh token that it is exchanged for.
    pub(crate) id: u128,
    /// Who asked.
    pub(crate) client: Id<Client>,
    /// Who said yes.
    pub(crate) user: Id<User>,
    /// The connection.
    pub(crate) grant: Id<Grant>,
    /// What was granted by this code: no more than the grant has.
    pub(crate) scopes: ScopeSet,
    /// As the authorization request named it; `None`: it named none (RFC 6749 §4.1.3).
    pub(crate) redirect_uri: Option<RedirectUri>,
    /// What the verifier must fit, and how; without a method the token endpoint says how.
    pub(crate) challenge: Option<(String, Option<ChallengeMethod>)>,
    /// As it came in the authorization request.
    pub(crate) nonce: Option<String>,
    /// When the person proved who they are.
    pub(crate) authenticated_at: Timestamp,
    /// When it is over.
    pub(crate) expires_at: Timestamp,
}

const VERSION: u8 = 1;
const CONTEXT: &[u8] = b"authorization code";

/// What a code is made of, beside what every code has.
#[derive(Debug)]
pub(crate) struct NewCode {
    /// Who asked.
    pub(crate) client: Id<Client>,
    /// Who said yes.
    pub(crate) user: Id<User>,
    /// The connection.
    pub(crate) grant: Id<Grant>,
    /// What was granted.
    pub(crate) scopes: ScopeSet,
    /// As the authorization request named it.
    pub(crate) redirect_uri: Option<RedirectUri>,
    /// The challenge and its method.
    pub(crate) challenge: Option<(String, Option<ChallengeMethod>)>,
    /// As it came.
    pub(crate) nonce: Option<String>,
    /// When the person proved who they are.
    pub(crate) authenticated_at: Timestamp,
}

impl Code {
    /// Makes a code that lives as long as the dialect says.
    pub(crate) fn issue(ctx: &Context<'_>, new: NewCode) -> Secret<AuthorizationCode> {
        let code = Self {
            version: VERSION,
            id: Id::<()>::new(ctx.now, ctx.rng).as_u128(),
            client: new.client,
            user: new.user,
            grant: new.grant,
            scopes: new.scopes,
            redirect_uri: new.redirect_uri,
            challenge: new.challenge,
            nonce: new.nonce,
            authenticated_at: new.authenticated_at,
            expires_at: ctx.now.plus(ctx.issuer.dialect().lifetimes().code),
        };
        // Numbers and strings always serialise; the empty message would open as nothing.
        let plain = postcard::to_allocvec(&code).unwrap_or_default();
        Secret::new(base64url(ctx.issuer.codes().seal(ctx.rng, CONTEXT, &plain)))
    }

    /// Opens a presented code. Says nothing about whether it is over or was used.
    ///
    /// # Errors
    /// [`ExchangeReason::CodeUnsealable`].
    pub(crate) fn open(ctx: &Context<'_>, presented: &str) -> Result<Self, Denial> {
        let sealed = parse_base64url(presented.as_bytes()).ok_or(ExchangeReason::CodeUnsealable)?;
        let plain =
            ctx.issuer.codes().open(CONTEXT, &sealed).ok_or(ExchangeReason::CodeUnsealable)?;
        let code: Self =
            postcard::from_bytes(&plain).map_err(|_| ExchangeReason::CodeUnsealable)?;
        if code.version == VERSION { Ok(code) } else { Err(ExchangeReason::CodeUnsealable.into()) }
    }
}
