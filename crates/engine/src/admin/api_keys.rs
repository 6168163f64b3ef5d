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

/// A key to be.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewApiKey {
    /// Public id of the organization it acts for.
    pub organization: String,
    /// A name for people.
    pub label: String,
    /// The resource server's identifier; may be missing where the realm has only one.
    pub audience: Option<String>,
    /// What it may do; missing: everything at that resource server.
    pub scopes: Option<Vec<String>>,
    /// When it stops by itself (RFC 3339); missing: as late as the realm allows.
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
    let scopes = fields::scopes_at(&server, input.scopes.as_deref())?;
    let longest = ctx.issuer.dialect().lifetimes().api_key;
    let bare = grants::bare(ctx, server.id, scopes, None);
    let grant = Grant { organization: Some(organization.id), ..bare };
    let expires_at = expiry(ctx, input.expires_at.as_deref(), longest)?;
    let of = CredentialDetail::ApiKey {
        grant: grant.id,
        organization: organization.id,
        status_index: ctx.status_index(),
    };
    let issued = credentials::fresh(ctx, label, expires_at, of);
    let mut changes = Changes::new(ctx, actor);
    grants::insert(ctx, &mut changes, &grant).await?;
    let details =
        detail([("organization", json!(organization.public_id)), ("scopes", json!(grant.scopes))]);
    credentials::insert(&mut changes, &issued, details);
    Ok(changes.done(issued))
}
