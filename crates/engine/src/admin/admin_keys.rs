//! Admin keys, the credentials of the admin API. A key cannot make a key with scopes that it lacks,
//! or one that outlives it.

use domain::{Actor, Credential, CredentialDetail, CredentialKind};
use oauth::ScopeSet;
use serde::Deserialize;
use serde_json::json;
use store::Loaded;

use super::credentials::{self, Issued};
use super::expiry::expiry_until;
use super::scopes;
use crate::changes::{Changes, detail};
use crate::fields;
use crate::{AdminReason, Context, Denial, DeniedAt, Outcome, secrets};

const KIND: CredentialKind = CredentialKind::AdminKey;

/// The input to create an admin key.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewAdminKey {
    /// A name that people see in lists. It need not be unique.
    pub label: String,
    /// The scopes of the key, such as `clients:read`. `*` allows everything.
    pub scopes: Vec<String>,
    /// When it expires (RFC 3339). If missing: with the key that makes it. It cannot be later.
    pub expires_at: Option<String>,
}

/// The holder of an active admin key.
#[derive(Clone, Debug)]
pub struct Administrator {
    key: Loaded<Credential>,
    scopes: ScopeSet,
}

impl Administrator {
    /// The key that was presented.
    pub fn key(&self) -> &Credential {
        &self.key
    }

    /// The actor that events name.
    pub fn actor(&self) -> Actor {
        Actor::AdminKey(self.key.public_id.clone())
    }

    /// The scopes of the key: a key that it makes may have these.
    pub const fn scopes(&self) -> &ScopeSet {
        &self.scopes
    }

    /// Checks that the key allows `scope`.
    ///
    /// # Errors
    /// [`AdminReason::NotPermitted`] where it does not.
    pub fn require(&self, scope: &str) -> Result<(), Denial> {
        if scopes::allows(&self.scopes, scope) {
            Ok(())
        } else {
            Err(AdminReason::NotPermitted(scope.to_owned()).into())
        }
    }
}

/// Authenticates the holder of an admin key.
///
/// # Errors
/// The private reason why the string is no active admin key.
pub async fn authenticate(ctx: &Context<'_>, presented: &str) -> Result<Administrator, Denial> {
    let found = secrets::find_any(ctx, &[KIND], allowed, presented).await;
    let (key, scopes) = found.map_err(|denial| denial.at(DeniedAt::Bearer))?;
    ctx.recognize(&key.public_id);
    secrets::check_alive(ctx, &key).map_err(|denial| denial.at(DeniedAt::Bearer))?;
    Ok(Administrator { key, scopes })
}

/// The scopes of an admin key; `None`: the credential is of another kind.
fn allowed(credential: &Credential) -> Option<ScopeSet> {
    match &credential.detail {
        CredentialDetail::AdminKey { scopes } => Some(scopes.clone()),
        _ => None,
    }
}

/// Makes a key. `maker` is the holder of the key that makes it; `None`: the program itself makes
/// it.
///
/// # Errors
/// [`AdminReason::InvalidField`], also for an expiry after the maker's;
/// [`AdminReason::NotPermitted`] for a scope that the maker lacks.
pub async fn create(
    ctx: &Context<'_>,
    actor: &Actor,
    maker: Option<&Administrator>,
    input: &NewAdminKey,
) -> Result<Outcome<Issued>, Denial> {
    let asked = scopes::parse(&input.scopes)?;
    if let Some(Administrator { scopes: held, .. }) = maker
        && let Some(beyond) = asked.iter().find(|scope| !scopes::allows(held, scope.as_str()))
    {
        return Err(AdminReason::NotPermitted(beyond.to_string()).into());
    }
    let details = detail([("scopes", json!(asked))]);
    let label = fields::name("label", &input.label)?;
    let latest = maker.and_then(|maker| maker.key.expires_at);
    let expires_at = expiry_until(ctx, input.expires_at.as_deref(), latest)?;
    let of = CredentialDetail::AdminKey { scopes: asked };
    let issued = credentials::new_credential(ctx, label, expires_at, of);
    let mut changes = Changes::new(ctx, actor);
    credentials::insert(&mut changes, &issued, details);
    Ok(changes.done(issued))
}
