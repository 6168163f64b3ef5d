//! A genuine credential or token: the issuer made it, and it was not changed. Whether it is active
//! at this moment is a separate question; [`Found::verified`] is the only way to a verified one.
//!
//! Order of checks: it has not expired, it was not revoked, its chain is active.

use base::Timestamp;
use domain::{Credential, Grant};
use oauth::ScopeSet;
use store::Loaded;

use super::verified::{PresentedKind, Verified};
use crate::chain::link;
use crate::secrets::check_alive;
use crate::{AccessTokenReason, Chain, Context, Denial, DeniedAt, GrantCredential};

/// What was presented, with its credential and its grant.
#[derive(Debug)]
pub(crate) struct Found {
    /// Its kind.
    pub(crate) kind: PresentedKind,
    /// The credential: itself, or the one that the token was minted from.
    pub(crate) credential: Loaded<Credential>,
    /// The credential that a stored access token was minted from.
    pub(super) minted_from: Option<Loaded<Credential>>,
    /// The grant that it belongs to.
    pub(crate) grant: Loaded<Grant>,
    /// Scopes to which it narrows the grant, if it does.
    pub(super) narrowed: Option<ScopeSet>,
    pub(super) issued_at: Timestamp,
    /// When it expires; `None`: never.
    pub(crate) expires_at: Option<Timestamp>,
    /// The `jti` of an access token.
    pub(crate) token_id: Option<u128>,
    /// The audience that a JWT names; everything else has that of its grant.
    pub(super) audience: Option<String>,
}

impl Found {
    /// A credential that has a row.
    pub(crate) async fn of_row(
        ctx: &Context<'_>,
        GrantCredential { credential, grant }: GrantCredential,
    ) -> Result<Self, Denial> {
        ctx.recognize(&credential.public_id);
        let minted = credential.minted();
        let minted_from = match minted {
            Some(minted) => Some(link(ctx, minted.from).await?),
            None => None,
        };
        Ok(Self {
            minted_from,
            kind: PresentedKind::Credential(credential.kind()),
            grant: link(ctx, grant).await?,
            narrowed: credential.scopes().cloned(),
            issued_at: credential.created_at,
            expires_at: credential.expires_at,
            token_id: minted.map(|minted| minted.token_id.as_u128()),
            audience: None,
            credential,
        })
    }

    /// Checks that it is itself neither expired nor revoked. What it depends on is not checked.
    ///
    /// # Errors
    /// The reason why it will never be active again, or that the store failed.
    pub(crate) async fn check_unrevoked(&self, ctx: &Context<'_>) -> Result<(), Denial> {
        if let Some(token) = self.token_id {
            if let Some(at) = self.expires_at
                && at <= ctx.now
            {
                return Err(AccessTokenReason::Expired(at).into());
            }
            if ctx.store.token_revoked(token).await? {
                return Err(AccessTokenReason::Revoked.into());
            }
        }
        check_alive(ctx, &self.credential)?;
        self.minted_from.as_ref().map_or(Ok(()), |from| check_alive(ctx, from))
    }

    /// Checks that it is active, and everything that it depends on.
    ///
    /// # Errors
    /// The precise reason why it is not.
    pub(crate) async fn verified(self, ctx: &Context<'_>) -> Result<Verified, Denial> {
        self.checked(ctx).await.map_err(|denial| denial.at(DeniedAt::Bearer))
    }

    async fn checked(self, ctx: &Context<'_>) -> Result<Verified, Denial> {
        self.check_unrevoked(ctx).await?;
        let chain = Chain::from(ctx, self.grant).await?;
        let asked = &chain.resource_server.identifier;
        if let Some(token) = self.audience.filter(|named| named != asked) {
            return Err(AccessTokenReason::WrongAudience { token, asked: asked.clone() }.into());
        }
        Ok(Verified {
            kind: self.kind,
            // The grant may have fewer scopes now: a token never has more than its grant has at
            // this moment.
            scopes: match self.narrowed {
                Some(narrowed) => narrowed.intersection(&chain.grant.scopes),
                None => chain.grant.scopes.clone(),
            },
            issued_at: self.issued_at,
            expires_at: self.expires_at,
            token_id: self.token_id,
            chain,
            credential: self.credential,
        })
    }
}
