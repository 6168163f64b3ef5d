//! Users, their tokens and apps, for the GraphQL demo: its only interface to accounts, implemented
//! by the engine.
//!
//! Invariant: users see and revoke only their own tokens and apps.

use std::time::Duration;

use async_trait::async_trait;
use demo_apis::speckle::{
    Accounts, AccountsError, App, AppFacts, NewApp, NewToken, Profile, Token,
};
use domain::{ClientKind, Credential, Status, UserStatus};
use engine::account::{Person, apps, connections, tokens};
use engine::admin::{PageQuery, clients, credentials, users};
use engine::{AdminReason, Context, Denial, GrantReason, Reason, RequestOrigin, settle};
use store::Loaded;
use verify::RequestInfo;
use web::RealmState;

#[path = "accounts_shown.rs"]
mod shown;

/// The largest number of listed tokens or apps.
const MAX_LISTED: usize = 200;

/// The accounts of one realm.
#[derive(Clone, Debug)]
pub(crate) struct RealmAccounts(pub(crate) RealmState);

#[async_trait]
impl Accounts for RealmAccounts {
    async fn profile(&self, user: &str) -> Result<Option<Profile>, AccountsError> {
        let origin = RequestOrigin::default();
        let found = match users::read(&self.0.write_context(&origin), user).await {
            Err(denial) if denial.is_not_found() => return Ok(None),
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
        let app = self.0.app();
        app.flush_uses().await.map_err(|_| AccountsError::Unavailable)?;
        let origin = RequestOrigin::default();
        let context = self.0.write_context(&origin);
        let Some(person) = person(&context, user).await? else { return Ok(Vec::new()) };
        let query = PageQuery { limit: Some(MAX_LISTED), after: None };
        let page = tokens::list(&context, &person, &query).await.map_err(refused)?;
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
        let context = self.0.write_context(&origin);
        let person = Person::authenticated_elsewhere(&context, user).await.map_err(refused)?;
        let lifespan = new.lifespan.and_then(|milliseconds| u64::try_from(milliseconds).ok());
        let ends = lifespan.map(|lifespan| context.now.plus(Duration::from_millis(lifespan)));
        let input = tokens::NewToken {
            name: new.name,
            scopes: new.scopes,
            expires_at: ends.map(|ends| ends.to_string()),
            ..tokens::NewToken::default()
        };
        let made =
            settle(&context, async |context| tokens::create(&context, &person, &input).await).await;
        made.map(|(issued, _)| issued.secret.expose().to_owned()).map_err(refused)
    }

    async fn revoke_token(
        &self,
        user: &str,
        id: &str,
        request: &RequestInfo,
    ) -> Result<bool, AccountsError> {
        let origin = origin(request);
        let context = self.0.write_context(&origin);
        let person = Person::authenticated_elsewhere(&context, user).await.map_err(refused)?;
        match tokens::read(&context, &person, id).await {
            Ok(was_found) if is_live(&context, &was_found) => {}
            Ok(_) => return Ok(false),
            Err(denial) if denial.is_not_found() => return Ok(false),
            Err(denial) => return Err(refused(denial)),
        }
        was_found(
            settle(&context, async |context| tokens::revoke(&context, &person, id).await).await,
        )
    }

    async fn app(&self, id: &str) -> Result<Option<App>, AccountsError> {
        let origin = RequestOrigin::default();
        let context = self.0.write_context(&origin);
        match clients::read(&context, id).await {
            Ok(found) if found.kind == ClientKind::App && found.status == Status::Active => {
                shown::app(&context, &found).await.map(Some).map_err(refused)
            }
            Ok(_) => Ok(None),
            Err(denial) if denial.is_not_found() => Ok(None),
            Err(denial) => Err(refused(denial)),
        }
    }

    async fn created_apps(&self, user: &str) -> Result<Vec<App>, AccountsError> {
        let origin = RequestOrigin::default();
        let context = self.0.write_context(&origin);
        let Some(person) = person(&context, user).await? else { return Ok(Vec::new()) };
        let query = PageQuery { limit: Some(MAX_LISTED), after: None };
        let page = apps::list(&context, &person, &query).await.map_err(refused)?;
        shown::all(&context, page.items.iter()).await.map_err(refused)
    }

    async fn authorized_apps(&self, user: &str) -> Result<Vec<App>, AccountsError> {
        let origin = RequestOrigin::default();
        let context = self.0.write_context(&origin);
        let Some(person) = person(&context, user).await? else { return Ok(Vec::new()) };
        let query = PageQuery { limit: Some(MAX_LISTED), after: None };
        let page = connections::list(&context, &person, &query).await.map_err(refused)?;
        shown::all(&context, page.items.iter().map(|it| &it.app)).await.map_err(refused)
    }

    async fn create_app(
        &self,
        user: &str,
        facts: AppFacts,
        request: &RequestInfo,
    ) -> Result<NewApp, AccountsError> {
        let origin = origin(request);
        let context = self.0.write_context(&origin);
        let person = Person::authenticated_elsewhere(&context, user).await.map_err(refused)?;
        let input = shown::new_app(facts);
        let made =
            settle(&context, async |context| apps::create(&context, &person, &input).await).await;
        let (made, _) = made.map_err(refused)?;
        let secret = made.secret.map(|issued| issued.secret.expose().to_owned());
        Ok(NewApp { id: made.client.public_id.to_string(), secret })
    }

    async fn update_app(
        &self,
        user: &str,
        id: &str,
        facts: AppFacts,
        request: &RequestInfo,
    ) -> Result<bool, AccountsError> {
        let origin = origin(request);
        let context = self.0.write_context(&origin);
        let person = Person::authenticated_elsewhere(&context, user).await.map_err(refused)?;
        let change = shown::change(facts);
        let changed =
            settle(&context, async |context| apps::update(&context, &person, id, &change).await);
        was_found(changed.await)
    }

    async fn delete_app(
        &self,
        user: &str,
        id: &str,
        request: &RequestInfo,
    ) -> Result<bool, AccountsError> {
        let origin = origin(request);
        let context = self.0.write_context(&origin);
        let person = Person::authenticated_elsewhere(&context, user).await.map_err(refused)?;
        was_found(settle(&context, async |context| apps::delete(&context, &person, id).await).await)
    }

    async fn revoke_app(
        &self,
        user: &str,
        id: &str,
        request: &RequestInfo,
    ) -> Result<bool, AccountsError> {
        let origin = origin(request);
        let context = self.0.write_context(&origin);
        let person = Person::authenticated_elsewhere(&context, user).await.map_err(refused)?;
        let revoked =
            settle(&context, async |context| connections::revoke_app(&context, &person, id).await);
        was_found(revoked.await)
    }
}

impl RealmAccounts {
    async fn token(&self, context: &Context<'_>, credential: &Credential) -> Result<Token, Denial> {
        let scopes = match (credential.scopes(), credential.grant()) {
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

/// An active user; `None` when there is none of this name.
async fn person(context: &Context<'_>, user: &str) -> Result<Option<Person>, AccountsError> {
    match Person::authenticated_elsewhere(context, user).await {
        Err(Denial {
            reason:
                Reason::Admin(AdminReason::NotFound { .. }) | Reason::Grant(GrantReason::UserInactive),
            ..
        }) => Ok(None),
        found => found.map(Some).map_err(refused),
    }
}

/// Whether there was something to change.
fn was_found<R>(settled: Result<R, Denial>) -> Result<bool, AccountsError> {
    match settled {
        Ok(_) => Ok(true),
        Err(denial) if denial.is_not_found() => Ok(false),
        Err(denial) => Err(refused(denial)),
    }
}

fn refused(denial: Denial) -> AccountsError {
    match &denial.reason {
        Reason::Admin(
            AdminReason::InvalidField { .. }
            | AdminReason::StateForbids(_)
            | AdminReason::NotFound { .. },
        )
        | Reason::Grant(GrantReason::UserInactive) => AccountsError::Refused(denial.to_string()),
        _ => AccountsError::Unavailable,
    }
}

#[cfg(test)]
#[path = "accounts_tests.rs"]
mod tests;
