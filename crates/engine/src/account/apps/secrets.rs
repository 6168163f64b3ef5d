//! The secrets of an app. A rotation can let the older secrets stay active for some time, so that
//! there is always an active one.

use std::time::Duration;

use domain::{Client, Credential, CredentialKind, Owners};
use serde::Deserialize;
use serde_json::json;
use store::Loaded;

use super::super::Person;
use super::read::read;
use crate::admin::client_secrets::{self, MAX_LIVE, NewSecret};
use crate::admin::credentials::Issued;
use crate::admin::{Page, PageQuery};
use crate::changes::{Changes, detail, no_detail};
use crate::fields::invalid;
use crate::page;
use crate::retention::Room;
use crate::{AdminReason, Context, Denial, Outcome};

/// How long older secrets stay active after a rotation, unless the request says otherwise.
const OVERLAP: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest time that older secrets can stay active after a rotation.
pub const MAX_OVERLAP: Duration = Duration::from_secs(30 * 24 * 60 * 60);

const KIND: CredentialKind = CredentialKind::ClientSecret;

/// The input to rotate the secret of an app.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewAppSecret {
    /// A name that people see in lists. It need not be unique.
    #[serde(default)]
    pub label: String,
    /// For how many seconds the older secrets stay valid: 0 to 2592000 (30 days). If missing: 86400
    /// (one day).
    pub overlap: Option<u64>,
}

/// Gives an app a new secret. The older ones stay active for the requested overlap, then they
/// expire.
///
/// # Errors
/// [`AdminReason::NotFound`], [`AdminReason::InvalidField`]; [`AdminReason::StateForbids`] for an
/// app that authenticates without a secret, or that has too many active secrets.
pub async fn rotate_secret(
    ctx: &Context<'_>,
    person: &Person,
    id: &str,
    input: &NewAppSecret,
) -> Result<Outcome<Issued>, Denial> {
    let app = read(ctx, person, id).await?;
    if !client_secrets::authenticates(&app) {
        return Err(
            AdminReason::StateForbids("the app authenticates without a secret".into()).into()
        );
    }
    let overlap = input.overlap.map_or(OVERLAP, Duration::from_secs);
    if overlap > MAX_OVERLAP {
        let expected = format!("seconds from 0 to {}", MAX_OVERLAP.as_secs());
        return Err(invalid("overlap", expected));
    }
    let Room { live: older, batch } = Room::of(ctx, owners(&app)).await?;
    if older.len() >= MAX_LIVE && !overlap.is_zero() {
        let text =
            format!("there are {MAX_LIVE} active secrets already: rotate with an overlap of 0");
        return Err(AdminReason::StateForbids(text).into());
    }
    let actor = person.actor();
    let mut changes = Changes::new(ctx, &actor);
    for secret in &older {
        end(ctx, &mut changes, secret, overlap);
    }
    let new = NewSecret { label: input.label.clone(), expires_at: None };
    let issued = client_secrets::issue(ctx, &app, &new).await?;
    client_secrets::insert(&mut changes, &app, &issued);
    changes.absorb(batch);
    Ok(changes.done(issued))
}

/// Ends an older secret: at once, or after the overlap. Its expiry never becomes later than it was.
fn end(
    ctx: &Context<'_>,
    changes: &mut Changes<'_>,
    secret: &Loaded<Credential>,
    overlap: Duration,
) {
    let mut after = Credential::clone(secret);
    if overlap.is_zero() {
        after.revoked = Some(changes.revocation(Some("rotated".into())));
        changes.replace(secret, &after, format!("{}.revoked", KIND.as_str()), no_detail());
        return;
    }
    let until = ctx.now.plus(overlap);
    if secret.expires_at.is_none_or(|at| at > until) {
        after.expires_at = Some(until);
        let details = detail([("expires_at", json!(until.to_string()))]);
        changes.replace(secret, &after, format!("{}.rotated", KIND.as_str()), details);
    }
}

/// The first secret of an app.
pub(super) async fn issue(
    ctx: &Context<'_>,
    changes: &mut Changes<'_>,
    app: &Client,
) -> Result<Issued, Denial> {
    let issued = client_secrets::issue(ctx, app, &NewSecret::default()).await?;
    client_secrets::insert(changes, app, &issued);
    Ok(issued)
}

/// A page of the app's secrets: their records, without the secret strings.
///
/// # Errors
/// [`AdminReason::NotFound`]; when the cursor or the limit is invalid.
pub async fn secrets(
    ctx: &Context<'_>,
    person: &Person,
    id: &str,
    query: &PageQuery,
) -> Result<Page<Loaded<Credential>>, Denial> {
    let app = read(ctx, person, id).await?;
    page::list(ctx, owners(&app), query).await
}

fn owners(app: &Client) -> Owners {
    let client = Some(app.id.as_u128());
    Owners { client, variety: Some(KIND.as_str()), ..Owners::default() }
}

/// The secrets of an app that are active at this moment.
pub(super) async fn live(
    ctx: &Context<'_>,
    app: &Client,
) -> Result<Vec<Loaded<Credential>>, Denial> {
    Ok(Room::of(ctx, owners(app)).await?.live)
}
