//! Something genuine: made here and not changed since. Whether it is good at this moment is another
//! question, and [`Found::verified`] is the only way from the one to the other.
//!
//! Order of checks: whether it is over, whether it was taken back, whether its chain holds.

use base::Timestamp;
use domain::{Credential, Grant};
use oauth::ScopeSet;
use store::Loaded;

use super::verified::{PresentedKind, Verified};
use crate::chain::link;
use crate::secrets::check_alive;
use crate::{AccessTokenReason, Chain, Context, Denial, DeniedAt, GrantCredential};

/// What was presented, and what it hangs from.
#[derive(Debug)]
pub(crate) struct Found {
    /// What it is.
    pub(crate) kind: PresentedKind,
    /// The credential: itself, or what it was minted from.
    pub(crate) credential: Loaded<Credential>,
    /// What a credential with a row was itself minted from.
    pub(super) minted_from: Option<Loaded<Credential>>,
    /// The right it stands for.
    pub(crate) grant: Loaded<Grant>,
    /// Scopes that it narrows the grant to, where it does.
    pub(super) narrowed: Option<ScopeSet>,
    pub(super) issued_at: Timestamp,
    /// `None`: never.
    pub(crate) expires_at: Option<Timestamp>,
    /// The `jti` of an access token.
    pub(crate) token_id: Option<u128>,
    /// The audience a JWT names; anything else leaves it to its grant.
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

    /// Whether it is neither over nor taken back by itself: what it hangs from is not looked at.
    ///
    /// # Errors
    /// Why it is dead for good, or that the store failed.
    pub(crate) async fn lives(&self, ctx: &Context<'_>) -> Result<(), Denial> {
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

    /// Checks that it is good, and everything that it hangs from.
    ///
    /// # Errors
    /// The precise reason why it is not.
    pub(crate) async fn verified(self, ctx: &Context<'_>) -> Result<Verified, Denial> {
        self.checked(ctx).await.map_err(|denial| denial.at(DeniedAt::Bearer))
    }

    async fn checked(self, ctx: &Context<'_>) -> Result<Verified, Denial> {
        self.lives(ctx).await?;
        let chain = Chain::from(ctx, self.grant).await?;
        let asked = &chain.resource_server.identifier;
        if let Some(token) = self.audience.filter(|named| named != asked) {
            return Err(AccessTokenReason::WrongAudience { token, asked: asked.clone() }.into());
        }
        Ok(Verified {
            kind: self.kind,
            // What was granted since may have shrunk; nothing gives more than its grant does now.
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
