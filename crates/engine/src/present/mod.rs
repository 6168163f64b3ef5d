//! Verifies credentials that are presented: access tokens of every form, API keys, personal access
//! tokens, legacy tokens, refresh tokens.
//!
//! Invariant: a [`Verified`] exists only after the proof was checked *and* every link of its chain
//! is active at this moment. A `Found` is only genuine: it may be described or revoked, but gives
//! no access.

mod access_token;
mod found;
mod verified;

pub(crate) use found::Found;
pub use verified::{PresentedKind, Verified};

use domain::{Credential, CredentialKind};

use crate::secrets::{find_any, find_pair, refuse_white_space};
use crate::{Context, CredentialReason, Denial, DeniedAt, GrantCredential, Reason};

/// What was presented.
#[derive(Clone, Copy)]
pub enum Presented<'a> {
    /// One string: a bearer token (RFC 6750) or key.
    Token(&'a str),
    /// The two halves of HTTP Basic (RFC 7617).
    Basic {
        /// The user part.
        id: &'a str,
        /// The password part.
        secret: &'a str,
    },
}

impl std::fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Presented::Token",
            Self::Basic { .. } => "Presented::Basic",
        })
    }
}

/// Where a credential is presented. This decides which kinds are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresentedAt {
    /// At an API, directly or through introspection by its resource server. A refresh token is not
    /// accepted there.
    Api,
    /// At the issuer, by the client that holds it.
    Issuer,
}

/// Kinds that are one string and may be presented to an API.
const KINDS_AT_API: [CredentialKind; 3] =
    [CredentialKind::ApiKey, CredentialKind::PersonalAccessToken, CredentialKind::AccessToken];
/// Kinds that are one string and may be presented to the issuer.
const KINDS_AT_ISSUER: [CredentialKind; 4] = [
    CredentialKind::ApiKey,
    CredentialKind::PersonalAccessToken,
    CredentialKind::AccessToken,
    CredentialKind::RefreshToken,
];

/// Finds out what was presented, and checks that it is active.
///
/// # Errors
/// The precise reason why it is not.
pub async fn present(
    ctx: &Context<'_>,
    presented: &Presented<'_>,
    at: PresentedAt,
) -> Result<Verified, Denial> {
    look_up(ctx, presented, at).await?.verified(ctx).await
}

/// Finds out what was presented, and does not check that it is active at this moment.
///
/// # Errors
/// The precise reason why it is not a genuine credential.
pub(crate) async fn look_up(
    ctx: &Context<'_>,
    presented: &Presented<'_>,
    at: PresentedAt,
) -> Result<Found, Denial> {
    let found = match presented {
        Presented::Basic { id, secret } => pair(ctx, id, secret).await,
        Presented::Token(text) => string(ctx, text, at).await,
    };
    found.map_err(|denial| denial.at(DeniedAt::Bearer))
}

async fn pair(ctx: &Context<'_>, id: &str, secret: &str) -> Result<Found, Denial> {
    Found::of_row(ctx, find_pair(ctx, id, secret).await?).await
}

async fn string(ctx: &Context<'_>, text: &str, at: PresentedAt) -> Result<Found, Denial> {
    refuse_white_space("token", text)?;
    if access_token::looks_like_jwt(text) {
        return access_token::jwt(ctx, text).await;
    }
    let kinds = match at {
        PresentedAt::Api => &KINDS_AT_API[..],
        PresentedAt::Issuer => &KINDS_AT_ISSUER[..],
    };
    match find_any(ctx, kinds, Credential::grant, text).await {
        Ok((credential, grant)) => Found::of_row(ctx, GrantCredential { credential, grant }).await,
        Err(denial)
            if matches!(denial.reason, Reason::Credential(CredentialReason::OtherPrefix(_))) =>
        {
            access_token::opaque(ctx, text).await
        }
        Err(denial) => Err(denial),
    }
}
