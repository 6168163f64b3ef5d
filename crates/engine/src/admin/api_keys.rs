//! API keys of organizations. A key is presented to an API itself, or exchanged for an access
//! token.

use domain::{Actor, CredentialDetail, Grant, Organization};
use serde::Deserialize;
use serde_json::json;
use store::Loaded;

use super::credentials::{self, Issued};
use super::expiry::expiry;
use super::{find, grants};
use crate::changes::{Changes, detail};
use crate::fields;
use crate::{Context, Denial, Outcome};

/// The input to create an API key.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewApiKey {
    /// The public id of the organization that the key acts for.
    pub organization: String,
    /// A name that people see in lists. It need not be unique.
    pub label: String,
    /// The identifier of the resource server. It may be missing where the realm has exactly one.
    pub audience: Option<String>,
    /// The scopes of the key. If missing: every scope of the resource server.
    pub scopes: Option<Vec<String>>,
    /// When it expires (RFC 3339). If missing: as late as the realm allows.
    pub expires_at: Option<String>,
}

/// Makes a key, and the grant that it belongs to.
///
/// # Errors
/// [`crate::AdminReason::InvalidField`].
pub async fn create(
    ctx: &Context<'_>,
    actor: &Actor,
    input: &NewApiKey,
) -> Result<Outcome<Issued>, Denial> {
    let label = fields::name("label", &input.label)?;
    let organization: Loaded<Organization> =
        find::named(ctx, "organization", &input.organization).await?;
    let server = find::audience(ctx, input.audience.as_deref()).await?;
    let scopes = fields::scopes_of_server(&server, input.scopes.as_deref())?;
    let longest = ctx.issuer.dialect().lifetimes().api_key;
    let bare = grants::new_grant(ctx, server.id, scopes, None);
    let grant = Grant { organization: Some(organization.id), ..bare };
    let expires_at = expiry(ctx, input.expires_at.as_deref(), longest)?;
    let of = CredentialDetail::ApiKey {
        grant: grant.id,
        organization: organization.id,
        status_index: ctx.status_index(),
    };
    let issued = credentials::new_credential(ctx, label, expires_at, of);
    let mut changes = Changes::new(ctx, actor);
    grants::insert(ctx, &mut changes, &grant).await?;
    let details =
        detail([("organization", json!(organization.public_id)), ("scopes", json!(grant.scopes))]);
    credentials::insert(&mut changes, &issued, details);
    Ok(changes.done(issued))
}
