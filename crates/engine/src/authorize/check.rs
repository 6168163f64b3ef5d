//! The table of checks.

use oauth::Request;

use super::{Asking, Refused};
use crate::{Context, Denial};

/// Checks an app's request.
///
/// # Errors
/// The first check that fails; see [`Refused`] for who is told.
pub async fn check(_ctx: &Context<'_>, _request: &Request) -> Result<Asking, Refused> {
    Err(Refused::Page(Denial::Contended))
}
