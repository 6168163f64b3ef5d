//! Client secrets. A client may have several at once, so that it can change its secret without an
//! outage: make a second secret, roll it out, then revoke the first.

use domain::{Actor, Client, CredentialDetail, CredentialKind, Owners};
use serde::Deserialize;
use serde_json::json;
use store::{Batch, Loaded};

use super::credentials::{self, Issued};
use super::expiry::expiry;
use super::find;
use crate::changes::{Changes, detail};
use crate::fields;
use crate::retention::Room;
use crate::{AdminReason, Context, Denial, Outcome};

/// The most active secrets of one client.
pub const MAX_LIVE: usize = 10;

const KIND: CredentialKind = CredentialKind::ClientSecret;

/// The input to create another secret.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewSecret {
    /// A name that people see in lists. It need not be unique.
    #[serde(default)]
    pub label: String,
    /// When it expires (RFC 3339). If missing: never.
    pub expires_at: Option<String>,
}

/// Makes another secret for a client.
///
/// # Errors
/// [`AdminReason::NotFound`], [`AdminReason::InvalidField`]; [`AdminReason::StateForbids`] when
/// [`MAX_LIVE`] of its secrets are active, or when it authenticates without a secret.
pub async fn create(
    ctx: &Context<'_>,
    actor: &Actor,
    client: &str,
    input: &NewSecret,
) -> Result<Outcome<Issued>, Denial> {
    let client: Loaded<Client> = find::by_public_id(ctx, client).await?;
    if !authenticates(&client) {
        return Err(
            AdminReason::StateForbids("the client authenticates without a secret".into()).into()
        );
    }
    let owners = Owners {
        client: Some(client.id.as_u128()),
        variety: Some(KIND.as_str()),
        ..Owners::default()
    };
    let room = room(ctx, owners).await?;
    let mut changes = Changes::new(ctx, actor);
    let issued = issue(ctx, &client, input).await?;
    insert(&mut changes, &client, &issued);
    changes.absorb(room);
    Ok(changes.done(issued))
}

/// Makes room for one more secret: what the returned batch removes. Refuses it where [`MAX_LIVE`] are
/// active already.
pub(crate) async fn room(ctx: &Context<'_>, owners: Owners) -> Result<Batch, Denial> {
    let Room { live, batch } = Room::of(ctx, owners).await?;
    if live.len() >= MAX_LIVE {
        let text = format!("there are {MAX_LIVE} active secrets already: revoke one first");
        return Err(AdminReason::StateForbids(text).into());
    }
    Ok(batch)
}

/// Whether the client has an authentication method that needs a secret.
pub(crate) fn authenticates(client: &Client) -> bool {
    client.auth_methods.iter().any(|method| *method != oauth::ClientAuthMethod::None)
}

/// Issues a new secret of `client`.
pub(crate) async fn issue(
    ctx: &Context<'_>,
    client: &Client,
    input: &NewSecret,
) -> Result<Issued, Denial> {
    let label = fields::label("label", &input.label)?;
    let expires_at = expiry(ctx, input.expires_at.as_deref(), None)?;
    let of = CredentialDetail::ClientSecret {
        client: client.id,
        organization: client.organization,
        status_index: ctx.status_index(),
    };
    Ok(credentials::new_credential(ctx, label, expires_at, of))
}

pub(crate) fn insert(changes: &mut Changes<'_>, client: &Client, issued: &Issued) {
    credentials::insert(changes, issued, detail([("client", json!(client.public_id))]));
}
