//! Looks up an app of a person.

use domain::Client;
use store::Loaded;

use crate::account::Person;
use crate::admin::find;
use crate::{Context, Denial};

/// One of the person's apps.
///
/// # Errors
/// [`AdminReason::NotFound`](crate::AdminReason::NotFound).
pub async fn read(ctx: &Context<'_>, person: &Person, id: &str) -> Result<Loaded<Client>, Denial> {
    let missing = || find::not_found("app", id);
    match find::by_public_id::<Client>(ctx, id).await {
        Ok(found) if found.creator == Some(person.user().id) => Ok(found),
        Ok(_) => Err(missing()),
        Err(denial) if denial.is_not_found() => Err(missing()),
        Err(other) => Err(other),
    }
}
