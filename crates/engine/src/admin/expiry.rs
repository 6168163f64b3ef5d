//! The expiry of a new credential, within the limits of the dialect or of who makes it.

use std::time::Duration;

use base::Timestamp;

use crate::fields::invalid;
use crate::{Context, Denial};

/// The requested time of expiry; the latest that the dialect allows where none is requested.
pub(crate) fn expiry(
    ctx: &Context<'_>,
    asked: Option<&str>,
    longest: Option<Duration>,
) -> Result<Option<Timestamp>, Denial> {
    expiry_until(ctx, asked, longest.map(|longest| ctx.now.plus(longest)))
}

/// The requested time of expiry; `latest` where none is requested.
pub(crate) fn expiry_until(
    ctx: &Context<'_>,
    asked: Option<&str>,
    latest: Option<Timestamp>,
) -> Result<Option<Timestamp>, Denial> {
    let Some(text) = asked else { return Ok(latest) };
    let asked: Timestamp = text.parse().map_err(|_| {
        invalid("expires_at", "a timestamp such as 2030-01-31T12:00:00Z (RFC 3339)")
    })?;
    if asked <= ctx.now {
        return Err(invalid("expires_at", "a moment in the future"));
    }
    match latest {
        Some(latest) if asked > latest => {
            Err(invalid("expires_at", format!("a moment no later than {latest}")))
        }
        _ => Ok(Some(asked)),
    }
}
