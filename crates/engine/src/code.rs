//! Authorization codes (RFC 6749 §4.1.2). A code is sealed, so an authorization request needs no
//! row.
//!
//! Invariant: the content of a code was decided when the user consented, and cannot be changed
//! later. The store ensures that a code is used once ([`store::Write::SpendOnce`], by
//! [`Code::id`]).

use base::encoding::{base64url, parse_base64url};
use base::{Id, Secret, Timestamp};
use domain::{Client, Grant, User};
use oauth::pkce::ChallengeMethod;
use oauth::{AuthorizationCode, RedirectUri, ScopeSet};
use serde::{Deserialize, Serialize};

use crate::{Context, Denial, ExchangeReason};

/// The content of a code. Encoded by position: only append fields, and raise [`VERSION`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Code {
    version: u8,
    /// The identifier of the code, which is spent once. It is also the identifier of the refresh
    /// token that the code is exchanged for.
    pub(crate) id: u128,
    /// The client that sent the authorization request.
    pub(crate) client: Id<Client>,
    /// The user who consented.
    pub(crate) user: Id<User>,
    /// The grant that the consent made or changed.
    pub(crate) grant: Id<Grant>,
    /// The scopes that this code grants: no more than the grant has.
    pub(crate) scopes: ScopeSet,
    /// The `redirect_uri` of the authorization request; `None`: it had none (RFC 6749 §4.1.3).
    pub(crate) redirect_uri: Option<RedirectUri>,
    /// The code challenge and its method (RFC 7636 §4.3). Without a method, the token request names
    /// it.
    pub(crate) challenge: Option<(String, Option<ChallengeMethod>)>,
    /// The `nonce` of the authorization request.
    pub(crate) nonce: Option<String>,
    /// When the user signed in (`auth_time`).
    pub(crate) authenticated_at: Timestamp,
    /// The time at which the code expires.
    pub(crate) expires_at: Timestamp,
}

const VERSION: u8 = 1;
const CONTEXT: &[u8] = b"authorization code";

/// The values of a code that its caller chooses.
#[derive(Debug)]
pub(crate) struct NewCode {
    /// The client that sent the authorization request.
    pub(crate) client: Id<Client>,
    /// The user who consented.
    pub(crate) user: Id<User>,
    /// The grant that the consent made or changed.
    pub(crate) grant: Id<Grant>,
    /// The scopes that this code grants.
    pub(crate) scopes: ScopeSet,
    /// The `redirect_uri` of the authorization request.
    pub(crate) redirect_uri: Option<RedirectUri>,
    /// The code challenge and its method, as in [`Code`].
    pub(crate) challenge: Option<(String, Option<ChallengeMethod>)>,
    /// The `nonce` of the authorization request.
    pub(crate) nonce: Option<String>,
    /// When the user signed in (`auth_time`).
    pub(crate) authenticated_at: Timestamp,
}

impl Code {
    /// Issues a code with the lifetime that the dialect sets.
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
        // Numbers and strings always serialise. An empty message would not open as a code.
        let plain = postcard::to_allocvec(&code).unwrap_or_default();
        Secret::new(base64url(ctx.issuer.codes().seal(ctx.rng, CONTEXT, &plain)))
    }

    /// Opens a presented code. Does not check whether it expired or was used.
    ///
    /// # Errors
    /// [`ExchangeReason::CodeUnsealable`] for a string that is no code of this realm.
    pub(crate) fn open(ctx: &Context<'_>, presented: &str) -> Result<Self, Denial> {
        let sealed = parse_base64url(presented.as_bytes()).ok_or(ExchangeReason::CodeUnsealable)?;
        let plain =
            ctx.issuer.codes().open(CONTEXT, &sealed).ok_or(ExchangeReason::CodeUnsealable)?;
        let code: Self =
            postcard::from_bytes(&plain).map_err(|_| ExchangeReason::CodeUnsealable)?;
        if code.version == VERSION { Ok(code) } else { Err(ExchangeReason::CodeUnsealable.into()) }
    }
}
