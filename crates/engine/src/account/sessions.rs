//! Where the person is signed in.

use domain::Session;

use super::Person;
use crate::admin::sessions;
use crate::{Context, Denial, Outcome, people};

/// The person's live sessions, newest first.
///
/// # Errors
/// When the store fails.
pub async fn list(ctx: &Context<'_>, person: &Person) -> Result<Vec<Session>, Denial> {
    sessions::of(ctx, person.user()).await
}

/// Ends one of them; it may be that of this very request.
///
/// # Errors
/// [`crate::AdminReason::NotFound`].
pub async fn end(ctx: &Context<'_>, person: &Person, id: &str) -> Result<Outcome<()>, Denial> {
    sessions::end_one(ctx, &person.actor(), person.user(), id).await
}

/// Ends all of them but that of this request; answers how many.
///
/// # Errors
/// When the store fails.
pub async fn end_others(ctx: &Context<'_>, person: &Person) -> Result<Outcome<usize>, Denial> {
    let this = person.session().map(|session| session.id);
    people::end_sessions(ctx, &person.actor(), person.user().id, this).await
}
