//! Long-lived refresh tokens that staff issue. A client may have several at once.

use dialect::Rotation;
use domain::{Actor, Client, Credential, Grant, RefreshToken};
use serde::Deserialize;
use serde_json::json;
use store::{Loaded, StoreExt as _};

use super::credentials::{self, Issued};
use super::expiry::expiry;
use super::find;
use crate::changes::{Changes, detail};
use crate::fields;
use crate::{AdminReason, Context, Denial, Outcome, family};

/// The input to create a refresh token for a client.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRefreshToken {
    /// The `client_id` of the client.
    pub client: String,
    /// A name that people see in lists. It need not be unique.
    #[serde(default)]
    pub label: String,
    /// The identifier of the resource server. If missing: the client's default audience, or the
    /// only one of the realm.
    pub audience: Option<String>,
    /// The scopes of tokens that are minted from it. If missing: all scopes of the client's grant.
    pub scopes: Option<Vec<String>>,
    /// When it expires (RFC 3339). If missing: as late as the realm allows.
    pub expires_at: Option<String>,
}

/// Makes a token that belongs to the client's own grant for the resource server.
///
/// # Errors
/// [`AdminReason::InvalidField`]; [`AdminReason::StateForbids`] when the client has no such grant.
pub async fn create(
    ctx: &Context<'_>,
    actor: &Actor,
    input: &NewRefreshToken,
) -> Result<Outcome<Issued>, Denial> {
    let label = fields::label("label", &input.label)?;
    let client: Loaded<Client> = find::named(ctx, "client", &input.client).await?;
    let grant = grant(ctx, &client, input.audience.as_deref()).await?;
    let scopes = match &input.scopes {
        Some(texts) => {
            let scopes = fields::scopes("scopes", texts)?;
            fields::require_subset(
                "scopes",
                &scopes,
                &grant.scopes,
                "scopes of the client's grant",
            )?;
            Some(scopes)
        }
        None => None,
    };
    let longest = ctx.issuer.dialect().lifetimes().refresh_token;
    let expires_at = expiry(ctx, input.expires_at.as_deref(), longest)?;
    let token = RefreshToken {
        organization: grant.organization,
        scopes,
        status_index: ctx.status_index(),
        ..RefreshToken::new(grant.id, client.id)
    };
    let mut issued = credentials::new_credential(ctx, label, expires_at, token.clone().into());
    if ctx.issuer.dialect().rotation() == Rotation::Rotating {
        let (first, rotated) = family::begin(ctx, issued.credential.id);
        let detail = RefreshToken { rotated: Some(rotated), ..token }.into();
        let digest = first.digest;
        let credential = Credential { digest, detail, ..issued.credential };
        issued = Issued { credential, secret: first.token };
    }
    let mut changes = Changes::new(ctx, actor);
    let details = detail([("client", json!(client.public_id)), ("grant", json!(grant.id))]);
    credentials::insert(&mut changes, &issued, details);
    Ok(changes.done(issued))
}

async fn grant(
    ctx: &Context<'_>,
    client: &Client,
    audience: Option<&str>,
) -> Result<Loaded<Grant>, Denial> {
    let server = match (audience, client.default_audience) {
        (None, Some(default)) => default,
        (named, _) => find::audience(ctx, named).await?.id,
    };
    let handle = Grant::machine_handle(client.id, server);
    let found: Option<Loaded<Grant>> = ctx.store.by_handle(ctx.issuer.realm(), &handle).await?;
    let none = "the client has no grant at this resource server: create one";
    let found = found.filter(|grant| grant.revoked.is_none());
    Ok(found.ok_or_else(|| AdminReason::StateForbids(none.into()))?)
}
