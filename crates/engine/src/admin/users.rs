//! Users. The record of a removed user is kept, and the user cannot be activated again.

use base::Id;
use domain::{Actor, Owners, PasswordHash, Profile, User, UserStatus};
use serde::Deserialize;
use serde_json::json;
use store::Loaded;

use super::memberships::{self, NewMembership};
use super::passwords::{self, NewPassword};
use super::{Page, PageQuery, find};
use crate::changes::{Changes, detail, nothing};
use crate::fields;
use crate::page;
use crate::{Context, Denial, Outcome};

/// A user to be.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewUser {
    /// What the outside shall call them, where they have an identifier already.
    pub public_id: Option<String>,
    /// Address; unique in the realm.
    pub email: String,
    /// Whether the address was confirmed.
    #[serde(default)]
    pub email_verified: bool,
    /// For people.
    pub name: String,
    /// Role at the provider as a whole, in the provider's words.
    pub role: Option<String>,
    /// Where they work.
    pub company: Option<String>,
    /// A few words.
    pub bio: Option<String>,
    /// Address of a picture.
    pub avatar: Option<String>,
    /// The organizations they belong to.
    #[serde(default)]
    pub memberships: Vec<NewMembership>,
    /// Their password: 10 characters to 1000 bytes. Missing: they cannot sign in by one yet.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password))]
    pub password: Option<NewPassword>,
}

/// What to change; what is missing stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserChange {
    /// Address; unique in the realm. A new one counts as unconfirmed unless said otherwise.
    pub email: Option<String>,
    /// Whether the address was confirmed.
    pub email_verified: Option<bool>,
    /// For people.
    pub name: Option<String>,
    /// Role at the provider as a whole.
    pub role: Option<String>,
    /// Where they work; empty: nowhere.
    pub company: Option<String>,
    /// A few words; empty: none.
    pub bio: Option<String>,
    /// Address of a picture; empty: none.
    pub avatar: Option<String>,
    /// Suspended: they may not act, for now.
    pub status: Option<fields::Switch>,
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
        return Err(fields::invalid("password", "no password here: it is set on its own"));
    }
    let id = Id::new(ctx.now, ctx.rng);
    let user = User {
        id,
        realm: ctx.issuer.realm().clone(),
        public_id: fields::public_id_or_new(ctx, input.public_id.as_deref(), id)?,
        email: fields::email(&input.email)?,
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
    changes.insert(&user, "user.created".into(), nothing());
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
    let before = find::user_at_hand(ctx, id).await?;
    let mut after = User::clone(&before);
    let mut changed = apply(&mut after, change)?;
    let switched = change.status.filter(|switch| of(*switch) != before.status);
    if let Some(switch) = switched {
        after.status = of(switch);
        changed.push("status");
    }
    let mut changes = Changes::new(ctx, actor);
    if !changed.is_empty() {
        let what = switched.map_or("updated", fields::Switch::participle);
        let details = detail([("changed", json!(changed))]);
        changes.replace(&before, &after, format!("user.{what}"), details);
    }
    Ok(changes.done(after))
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

const fn of(switch: fields::Switch) -> UserStatus {
    match switch {
        fields::Switch::Active => UserStatus::Active,
        fields::Switch::Suspended => UserStatus::Suspended,
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
        changes.replace(&before, &after, "user.removed".into(), nothing());
    }
    Ok(changes.done(after))
}
