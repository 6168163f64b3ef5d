//! What the person must be shown.

use super::{Asking, Next, Refused};
use crate::people::SignedIn;
use crate::{Context, Denial};

/// What has to happen next. `chosen` is the public id of the organization that the person chose.
///
/// # Errors
/// What the person cannot help, or may not be asked.
pub async fn next(
    _ctx: &Context<'_>,
    asking: &Asking,
    _person: Option<&SignedIn>,
    _chosen: Option<&str>,
) -> Result<Next, Refused> {
    Err(asking.refused(Denial::Contended))
}
