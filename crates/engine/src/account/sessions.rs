//! The sessions of a person.

use domain::Session;

use super::Person;
use crate::admin::sessions;
use crate::{Context, Denial, Outcome, people};

/// The person's active sessions, newest first.
///
/// # Errors
/// When the store fails.
pub async fn list(ctx: &Context<'_>, person: &Person) -> Result<Vec<Session>, Denial> {
    sessions::of(ctx, person.user()).await
}

/// Ends one session; it may be the session of this request.
///
/// # Errors
/// [`crate::AdminReason::NotFound`].
pub async fn end(ctx: &Context<'_>, person: &Person, id: &str) -> Result<Outcome<()>, Denial> {
    sessions::end_one(ctx, &person.actor(), person.user(), id).await
}

/// Ends all sessions except the session of this request. Returns how many were ended.
///
/// # Errors
/// When the store fails.
pub async fn end_others(ctx: &Context<'_>, person: &Person) -> Result<Outcome<usize>, Denial> {
    let this = person.session().map(|session| session.id);
    people::end_sessions(ctx, &person.actor(), person.user().id, this).await
}
