//! Secrets that a resource server authenticates with at the introspection endpoint (RFC 7662 §2.1).

use domain::{Actor, CredentialDetail, CredentialKind, Owners, ResourceServer};
use serde_json::json;
use store::Loaded;

use super::client_secrets::{self, NewSecret};
use super::credentials::{self, Issued};
use super::expiry::expiry;
use super::find;
use crate::changes::{Changes, detail};
use crate::fields;
use crate::{Context, Denial, Outcome};

const KIND: CredentialKind = CredentialKind::ResourceServerSecret;

/// Makes another secret for a resource server.
///
/// # Errors
/// [`crate::AdminReason::NotFound`], [`crate::AdminReason::InvalidField`];
/// [`crate::AdminReason::StateForbids`] when too many secrets are active.
pub async fn create(
    ctx: &Context<'_>,
    actor: &Actor,
    server: &str,
    input: &NewSecret,
) -> Result<Outcome<Issued>, Denial> {
    let server: Loaded<ResourceServer> = find::by_public_id(ctx, server).await?;
    let owners = Owners {
        resource_server: Some(server.id.as_u128()),
        variety: Some(KIND.as_str()),
        ..Owners::default()
    };
    let room = client_secrets::room(ctx, owners).await?;
    let label = fields::label("label", &input.label)?;
    let expires_at = expiry(ctx, input.expires_at.as_deref(), None)?;
    let of = CredentialDetail::ResourceServerSecret { resource_server: server.id };
    let issued = credentials::new_credential(ctx, label, expires_at, of);
    let mut changes = Changes::new(ctx, actor);
    let details = detail([("resource_server", json!(server.public_id))]);
    credentials::insert(&mut changes, &issued, details);
    changes.absorb(room);
    Ok(changes.done(issued))
}
