//! What the exchange of a code gives besides the access token, and the rows it needs.
//!
//! It gives a refresh token if the app may use one and the person granted the scopes for it; the
//! row of the token has the code's identifier. Otherwise the access token depends on the
//! connection's own credential. There is one such credential per grant. It is made when it is first
//! needed, and nobody knows its secret.

use base::{Id, Secret};
use dialect::{Rotation, SecretShape};
use domain::{Actor, Client, Credential, CredentialDetail, CredentialKind, RefreshToken};
use oauth::{GrantType, ScopeSet};
use serde_json::json;
use store::{Batch, StoreExt as _};

use crate::changes::{Changes, detail};
use crate::code::Code;
use crate::mint::ParentCredential;
use crate::secrets::{check_alive, issue_as, row};
use crate::{Chain, Context, Denial, DeniedAt, family};

/// The results of a code exchange.
pub(super) struct CodeExchange {
    /// The credential that the access token is minted from.
    pub(super) credential: ParentCredential,
    /// The refresh token, if there is one.
    pub(super) refresh_token: Option<Secret<oauth::RefreshToken>>,
    /// The writes that belong to it.
    pub(super) batch: Batch,
}

/// The identifier of the refresh token that the exchange of a code gives.
pub(super) const fn refresh_token_id(code: &Code) -> Id<Credential> {
    Id::from_u128(code.id)
}

/// The results of the exchange of `code`.
pub(super) async fn by_code(
    ctx: &Context<'_>,
    code: &Code,
    (client, chain): (&Client, &Chain),
    scopes: &ScopeSet,
) -> Result<CodeExchange, Denial> {
    if stays_connected(ctx, client, scopes) {
        refresh_token(ctx, code, (client, chain), scopes).await
    } else {
        consent(ctx, client, chain).await
    }
}

/// Whether a code for `scopes` gives a refresh token.
pub(crate) fn stays_connected(ctx: &Context<'_>, client: &Client, scopes: &ScopeSet) -> bool {
    let kind = GrantType::RefreshToken;
    let dialect = ctx.issuer.dialect();
    let asked_by = &dialect.authorization().refresh_scopes;
    dialect.grant_types().contains(&kind)
        && client.grant_types.contains(&kind)
        && (asked_by.is_empty() || !asked_by.intersection(scopes).is_empty())
}

async fn refresh_token(
    ctx: &Context<'_>,
    code: &Code,
    (client, chain): (&Client, &Chain),
    scopes: &ScopeSet,
) -> Result<CodeExchange, Denial> {
    let kind = CredentialKind::RefreshToken;
    let dialect = ctx.issuer.dialect();
    let issued = issue_as(ctx, kind, refresh_token_id(code));
    let mut token = Secret::new(issued.secret.expose());
    let grant = &chain.grant;
    let mut of = RefreshToken {
        organization: grant.organization,
        user: grant.user,
        scopes: Some(scopes.clone()),
        authenticated_at: Some(code.authenticated_at),
        status_index: ctx.status_index(),
        ..RefreshToken::new(grant.id, client.id)
    };
    let mut digest = issued.digest;
    let checked = dialect.secret(kind, ctx.issuer.environment()).shape == SecretShape::Checked;
    // RFC 9700 §2.2.2: the refresh token of a public client rotates, so it can be used once.
    if (dialect.rotation() == Rotation::Rotating || client.is_public()) && checked {
        let (first, rotated) = family::begin(ctx, issued.id);
        (token, digest) = (Secret::new(first.token.expose()), first.digest);
        of.rotated = Some(rotated);
    }
    let credential = Credential {
        digest,
        expires_at: dialect.lifetimes().refresh_token.map(|lifetime| ctx.now.plus(lifetime)),
        ..row(ctx, &issued, of.into())
    };
    let details = detail([("scopes", json!(scopes))]);
    let parent = ParentCredential::of(&credential);
    let batch = inserted(ctx, chain, credential, details);
    Ok(CodeExchange { credential: parent, refresh_token: Some(token), batch })
}

/// The connection's own credential.
async fn consent(
    ctx: &Context<'_>,
    client: &Client,
    chain: &Chain,
) -> Result<CodeExchange, Denial> {
    let kind = CredentialKind::Consent;
    let id = Id::from_u128(chain.grant.id.as_u128());
    let (credential, batch) = match ctx.store.by_id::<Credential>(id).await? {
        Some(known) => {
            check_alive(ctx, &known).map_err(|denial| denial.at(DeniedAt::CodeExchange))?;
            (ParentCredential::of(&known), Batch::new())
        }
        None => {
            let issued = issue_as(ctx, kind, id);
            let of = CredentialDetail::Consent {
                grant: chain.grant.id,
                client: client.id,
                organization: chain.grant.organization,
                user: chain.grant.user,
                status_index: ctx.status_index(),
            };
            let credential = row(ctx, &issued, of);
            (
                ParentCredential::of(&credential),
                inserted(ctx, chain, credential, Default::default()),
            )
        }
    };
    Ok(CodeExchange { credential, refresh_token: None, batch })
}

fn inserted(
    ctx: &Context<'_>,
    chain: &Chain,
    credential: Credential,
    mut details: crate::changes::Detail,
) -> Batch {
    let actor = chain.client.as_ref().map(|client| Actor::Client(client.public_id.clone()));
    let actor = actor.unwrap_or(Actor::System);
    details.insert("grant".to_owned(), json!(chain.grant.id));
    let mut changes = Changes::new(ctx, &actor);
    changes.insert(&credential, format!("{}.created", credential.kind().as_str()), details);
    changes.done(()).batch
}
