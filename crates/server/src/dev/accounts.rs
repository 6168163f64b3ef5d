//! People and their tokens, for the GraphQL demo: its one interface to accounts, over the engine.
//!
//! Invariant: a user sees and revokes only what is their own.

use std::time::Duration;

use async_trait::async_trait;
use demo_apis::speckle::{Accounts, AccountsError, NewToken, Profile, Token};
use domain::{Actor, Credential, CredentialKind, PublicId, UserStatus};
use engine::admin::credentials::{self, OwnedBy};
use engine::admin::personal_access_tokens::{self, NewPersonalAccessToken};
use engine::admin::{PageQuery, users};
use engine::{Context, Denial, RequestOrigin, settle};
use store::Loaded;
use verify::RequestInfo;
use web::RealmState;

const KIND: CredentialKind = CredentialKind::PersonalAccessToken;
/// Tokens that are listed; whoever has more sees the newest.
const MOST: usize = 200;

/// The accounts of one realm.
#[derive(Clone, Debug)]
pub(crate) struct RealmAccounts(pub(crate) RealmState);

#[async_trait]
impl Accounts for RealmAccounts {
    async fn profile(&self, user: &str) -> Result<Option<Profile>, AccountsError> {
        let origin = RequestOrigin::default();
        let found = match users::read(&self.0.context(&origin), user).await {
            Err(Denial::NotFound { .. }) => return Ok(None),
            found => found.map_err(refused)?,
        };
        Ok((found.status == UserStatus::Active).then(|| Profile {
            id: found.public_id.to_string(),
            name: found.name.clone(),
            email: found.email.clone(),
            bio: found.profile.bio.clone(),
            company: found.profile.company.clone(),
            avatar: found.profile.avatar.clone(),
            verified: found.email_verified,
            role: found.role.clone(),
        }))
    }

    async fn tokens(&self, user: &str) -> Result<Vec<Token>, AccountsError> {
        let house = self.0.house();
        house.flush_uses().await.map_err(|_| AccountsError::Unavailable)?;
        let origin = RequestOrigin::default();
        let context = self.0.context(&origin);
        let owned_by = OwnedBy { user: Some(user.to_owned()), ..OwnedBy::default() };
        let query = PageQuery { limit: Some(MOST), after: None };
        let page = credentials::list(&context, KIND, &owned_by, &query).await.map_err(refused)?;
        let live: Vec<_> = page.items.into_iter().filter(|it| is_live(&context, it)).collect();
        let uses = credentials::last_uses(&context, &live).await.map_err(refused)?;
        let mut tokens = Vec::with_capacity(live.len());
        for (credential, used) in live.iter().zip(uses) {
            let mut token = self.token(&context, credential).await.map_err(refused)?;
            token.last_used = used.map(|used| used.last_at.to_string());
            tokens.push(token);
        }
        tokens.reverse();
        Ok(tokens)
    }

    async fn create_token(
        &self,
        user: &str,
        new: NewToken,
        request: &RequestInfo,
    ) -> Result<String, AccountsError> {
        let origin = origin(request);
        let context = self.0.context(&origin);
        let lifespan = new.lifespan.and_then(|milliseconds| u64::try_from(milliseconds).ok());
        let ends = lifespan.map(|lifespan| context.now.plus(Duration::from_millis(lifespan)));
        let input = NewPersonalAccessToken {
            user: user.to_owned(),
            name: new.name,
            scopes: new.scopes,
            expires_at: ends.map(|ends| ends.to_string()),
            ..NewPersonalAccessToken::default()
        };
        let by = actor(user)?;
        let made = settle(context.store, async || {
            personal_access_tokens::create(&context, &by, &input).await
        });
        made.await.map(|(issued, _)| issued.secret.expose().to_owned()).map_err(refused)
    }

    async fn revoke_token(
        &self,
        user: &str,
        id: &str,
        request: &RequestInfo,
    ) -> Result<bool, AccountsError> {
        let origin = origin(request);
        let context = self.0.context(&origin);
        let own = users::read(&context, user).await.map_err(refused)?;
        let there = match credentials::read(&context, KIND, id).await {
            Err(Denial::NotFound { .. }) => return Ok(false),
            there => there.map_err(refused)?,
        };
        if there.user != Some(own.id) || !is_live(&context, &there) {
            return Ok(false);
        }
        let by = actor(user)?;
        let revoked = settle(context.store, async || {
            credentials::revoke(&context, &by, KIND, id, None).await
        });
        revoked.await.map(|_| true).map_err(refused)
    }
}

impl RealmAccounts {
    async fn token(&self, context: &Context<'_>, credential: &Credential) -> Result<Token, Denial> {
        let scopes = match (&credential.scopes, credential.grant) {
            (Some(scopes), _) => scopes.clone(),
            (None, Some(grant)) => {
                engine::admin::grants::read(context, &grant.to_string()).await?.scopes.clone()
            }
            (None, None) => oauth::ScopeSet::default(),
        };
        let lifespan = credential.expires_at.map(|at| at.since(credential.created_at));
        Ok(Token {
            id: credential.public_id.to_string(),
            name: credential.label.clone(),
            scopes: scopes.iter().map(ToString::to_string).collect(),
            created_at: credential.created_at.to_string(),
            lifespan: lifespan.and_then(|lifespan| i64::try_from(lifespan.as_millis()).ok()),
            last_used: None,
        })
    }
}

fn is_live(context: &Context<'_>, credential: &Loaded<Credential>) -> bool {
    credential.revoked.is_none() && credential.expires_at.is_none_or(|at| at > context.now)
}

fn origin(request: &RequestInfo) -> RequestOrigin {
    RequestOrigin {
        request_id: request.request_id.clone().unwrap_or_default(),
        address: request.remote,
        request: format!("{} {}", request.method, request.path),
        ..RequestOrigin::default()
    }
}

fn actor(user: &str) -> Result<Actor, AccountsError> {
    let id: PublicId = user.parse().map_err(|_| AccountsError::Unavailable)?;
    Ok(Actor::User(id))
}

fn refused(denial: Denial) -> AccountsError {
    match denial {
        Denial::InvalidField { .. } | Denial::StateForbids(_) | Denial::NotFound { .. } => {
            AccountsError::Refused(denial.to_string())
        }
        _ => AccountsError::Unavailable,
    }
}

#[cfg(test)]
#[path = "accounts_tests.rs"]
mod tests;
