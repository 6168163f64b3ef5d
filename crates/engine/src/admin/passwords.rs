//! Passwords that staff set. The caller hashes them before: the operations get a [`PasswordHash`],
//! and only this is stored.
//!
//! The rules are those of NIST SP 800-63B §5.1.1.2: a minimum length, and no rules of composition.

use base::Secret;
use domain::{Account, Actor, PasswordHash, User};
use serde::{Deserialize, Deserializer};

use super::find;
use crate::changes::{Changes, no_detail};
use crate::fields::invalid;
use crate::normal_form::nfc_secret;
use crate::people::{self, Password};
use crate::{Context, Denial, Outcome};

/// The shortest password, in characters.
pub const MIN_PASSWORD: usize = 10;
/// The longest password, in bytes.
pub const MAX_PASSWORD: usize = 1_000;

/// A password as it was sent. `Debug` shows nothing of it.
#[derive(Clone, Debug)]
pub struct NewPassword(Secret<Password>);

impl NewPassword {
    /// Wraps a password as it was sent.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Secret::new(text))
    }

    /// The password to hash, where its length is allowed. It is in NFC (NIST SP 800-63B §5.1.1.2).
    ///
    /// # Errors
    /// [`crate::AdminReason::InvalidField`] when it is shorter than [`MIN_PASSWORD`] characters or longer than
    /// [`MAX_PASSWORD`] bytes.
    pub fn of_allowed_length(&self) -> Result<Secret<Password>, Denial> {
        let password = nfc_secret(&self.0);
        let text = password.expose();
        if text.chars().count() >= MIN_PASSWORD && text.len() <= MAX_PASSWORD {
            return Ok(password);
        }
        let expected = format!("{MIN_PASSWORD} characters to {MAX_PASSWORD} bytes");
        Err(invalid("password", expected))
    }
}

impl<'de> Deserialize<'de> for NewPassword {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// Sets a user's password, and ends their sessions, since another person may know the old password.
///
/// # Errors
/// [`crate::AdminReason::NotFound`]; [`crate::AdminReason::StateForbids`] when the user was removed.
pub async fn set(
    ctx: &Context<'_>,
    actor: &Actor,
    user: &str,
    hash: &PasswordHash,
) -> Result<Outcome<User>, Denial> {
    let user = find::existing_user(ctx, user).await?;
    let Outcome { batch, reply: () } =
        people::set_password(ctx, actor, &user, hash.clone()).await?;
    Ok(Outcome { batch, reply: User::clone(&user) })
}

/// Adds the account of a new user.
pub(super) fn insert(changes: &mut Changes<'_>, user: &User, password: PasswordHash) {
    let account = Account {
        id: Account::id_of(user.id),
        realm: user.realm.clone(),
        public_id: user.public_id.clone(),
        password: Some(password),
        sessions: Vec::new(),
        created_at: user.created_at,
    };
    changes.insert(&account, "account.password_set".into(), no_detail());
}
