//! Users. The record of a removed user is kept, and the user cannot be activated again.

use base::Id;
use domain::{Actor, Kind, Owners, PasswordHash, Profile, User, UserStatus};
use serde::Deserialize;
use serde_json::json;
use store::{Loaded, StoreExt as _};

use super::memberships::{self, NewMembership};
use super::passwords::{self, NewPassword};
use super::{Page, PageQuery, find};
use crate::changes::{Changes, detail, no_detail};
use crate::fields;
use crate::normal_form::stored_spellings;
use crate::page;
use crate::{AdminReason, Context, Denial, Outcome};

/// The input to create a user.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewUser {
    /// The public id, for a user who has one in another system. If missing: a new one.
    pub public_id: Option<String>,
    /// The e-mail address. It is unique in the realm.
    pub email: String,
    /// Whether the user has confirmed the address.
    #[serde(default)]
    pub email_verified: bool,
    /// The name that people see.
    pub name: String,
    /// The user's role at the provider, as the provider names it. If missing: `user`.
    pub role: Option<String>,
    /// The company that the user works for.
    pub company: Option<String>,
    /// A short text about the user.
    pub bio: Option<String>,
    /// The URL of the user's picture.
    pub avatar: Option<String>,
    /// The organizations that the user belongs to.
    #[serde(default)]
    pub memberships: Vec<NewMembership>,
    /// The password: 10 characters to 1000 bytes. If missing: the user cannot sign in with a
    /// password yet.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password))]
    pub password: Option<NewPassword>,
}

/// The fields to change. A missing field stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserChange {
    /// The e-mail address. It is unique in the realm. A new address is unconfirmed, unless
    /// `email_verified` is also sent.
    pub email: Option<String>,
    /// Whether the user has confirmed the address.
    pub email_verified: Option<bool>,
    /// The name that people see.
    pub name: Option<String>,
    /// The user's role at the provider, as the provider names it.
    pub role: Option<String>,
    /// The company that the user works for. An empty text removes it.
    pub company: Option<String>,
    /// A short text about the user. An empty text removes it.
    pub bio: Option<String>,
    /// The URL of the user's picture. An empty text removes it.
    pub avatar: Option<String>,
    /// `suspended`: the user cannot sign in, and all their credentials and tokens are refused.
    pub status: Option<fields::NewStatus>,
}

/// Adds a user without a password: [`NewUser::password`] must be missing.
///
/// # Errors
/// [`crate::AdminReason::InvalidField`]; [`crate::AdminReason::NameTaken`] when address or public id is taken.
pub async fn create(
    ctx: &Context<'_>,
    actor: &Actor,
    input: &NewUser,
) -> Result<Outcome<User>, Denial> {
    create_with_password(ctx, actor, input, None).await
}

/// Adds a user. `hash` is the hash of [`NewUser::password`], where the input has a password.
///
/// # Errors
/// [`crate::AdminReason::InvalidField`]; [`crate::AdminReason::NameTaken`] when address or public id is taken.
pub async fn create_with_password(
    ctx: &Context<'_>,
    actor: &Actor,
    input: &NewUser,
    hash: Option<PasswordHash>,
) -> Result<Outcome<User>, Denial> {
    if input.password.is_some() != hash.is_some() {
        return Err(fields::invalid("password", "no password: it is set by its own operation"));
    }
    let id = Id::new(ctx.now, ctx.rng);
    let email = fields::email(&input.email)?;
    check_other_spellings(ctx, &email, id).await?;
    let user = User {
        id,
        realm: ctx.issuer.realm().clone(),
        public_id: fields::public_id_or_new(ctx, input.public_id.as_deref(), id)?,
        email,
        email_verified: input.email_verified,
        name: fields::name("name", &input.name)?,
        profile: Profile {
            company: fields::optional("company", input.company.as_deref())?,
            bio: fields::optional("bio", input.bio.as_deref())?,
            avatar: fields::optional("avatar", input.avatar.as_deref())?,
        },
        role: fields::label("role", input.role.as_deref().unwrap_or("user"))?,
        status: UserStatus::Active,
        former_memberships: Vec::new(),
        memberships: memberships::resolve(ctx, &input.memberships).await?,
        created_at: ctx.now,
    };
    let mut changes = Changes::new(ctx, actor);
    changes.insert(&user, "user.created".into(), no_detail());
    if let Some(hash) = hash {
        passwords::insert(&mut changes, &user, hash);
    }
    Ok(changes.done(user))
}

/// One user.
///
/// # Errors
/// [`crate::AdminReason::NotFound`].
pub async fn read(ctx: &Context<'_>, id: &str) -> Result<Loaded<User>, Denial> {
    find::by_public_id(ctx, id).await
}

/// A page of users.
///
/// # Errors
/// An invalid cursor or limit.
pub async fn list(ctx: &Context<'_>, query: &PageQuery) -> Result<Page<Loaded<User>>, Denial> {
    page::list(ctx, Owners::default(), query).await
}

/// Changes a user.
///
/// # Errors
/// [`crate::AdminReason::NotFound`], [`crate::AdminReason::InvalidField`]; [`crate::AdminReason::StateForbids`] when they were removed.
pub async fn update(
    ctx: &Context<'_>,
    actor: &Actor,
    id: &str,
    change: &UserChange,
) -> Result<Outcome<User>, Denial> {
    let before = find::existing_user(ctx, id).await?;
    let mut after = User::clone(&before);
    let mut changed = apply(&mut after, change)?;
    if after.email != before.email {
        check_other_spellings(ctx, &after.email, after.id).await?;
    }
    let switched = change.status.filter(|switch| of(*switch) != before.status);
    if let Some(switch) = switched {
        after.status = of(switch);
        changed.push("status");
    }
    let mut changes = Changes::new(ctx, actor);
    if !changed.is_empty() {
        let what = switched.map_or("updated", fields::NewStatus::participle);
        let details = detail([("changed", json!(changed))]);
        changes.replace(&before, &after, format!("user.{what}"), details);
    }
    Ok(changes.done(after))
}

/// Refuses an address that belongs to somebody else in another Unicode normal form: such accounts were made before
/// addresses were kept in NFC. The store itself refuses the same spelling.
async fn check_other_spellings(ctx: &Context<'_>, email: &str, id: Id<User>) -> Result<(), Denial> {
    for spelling in stored_spellings(email).iter().filter(|it| *it != email) {
        let other: Option<Loaded<User>> = ctx.store.by_handle(ctx.issuer.realm(), spelling).await?;
        if other.is_some_and(|other| other.id != id) {
            return Err(AdminReason::NameTaken { kind: Kind::User }.into());
        }
    }
    Ok(())
}

fn apply(user: &mut User, change: &UserChange) -> Result<Vec<&'static str>, Denial> {
    let mut changed = Vec::new();
    if let Some(email) = &change.email {
        user.email = fields::email(email)?;
        user.email_verified = false;
        changed.push("email");
    }
    if let Some(verified) = change.email_verified {
        user.email_verified = verified;
        changed.push("email_verified");
    }
    if let Some(name) = &change.name {
        user.name = fields::name("name", name)?;
        changed.push("name");
    }
    if let Some(role) = &change.role {
        user.role = fields::label("role", role)?;
        changed.push("role");
    }
    let profile = &mut user.profile;
    for (field, slot, value) in [
        ("company", &mut profile.company, &change.company),
        ("bio", &mut profile.bio, &change.bio),
        ("avatar", &mut profile.avatar, &change.avatar),
    ] {
        if value.is_some() {
            *slot = fields::optional(field, value.as_deref())?;
            changed.push(field);
        }
    }
    Ok(changed)
}

const fn of(switch: fields::NewStatus) -> UserStatus {
    match switch {
        fields::NewStatus::Active => UserStatus::Active,
        fields::NewStatus::Suspended => UserStatus::Suspended,
    }
}

/// Removes a user permanently: everything that depends on the user stops. A second removal changes
/// nothing.
///
/// # Errors
/// [`crate::AdminReason::NotFound`].
pub async fn remove(ctx: &Context<'_>, actor: &Actor, id: &str) -> Result<Outcome<User>, Denial> {
    let before: Loaded<User> = find::by_public_id(ctx, id).await?;
    let mut after = User::clone(&before);
    let mut changes = Changes::new(ctx, actor);
    if before.status != UserStatus::Removed {
        after.status = UserStatus::Removed;
        changes.replace(&before, &after, "user.removed".into(), no_detail());
    }
    Ok(changes.done(after))
}
