//! Credentials that ended, by revocation or expiry: how long they are kept, what is left of them, and
//! when they go.
//!
//! - A credential that ended stays in lists for [`KEPT_FOR`], and of one owner and kind the
//!   [`KEPT_EACH`] that ended last: for its owner and for support.
//! - Then it is removed. While an access token that was minted from it may live, a short row is left:
//!   identifier, public id, status index, and why it ended ([`domain::Removed`]). So the issuer refuses
//!   the token for the same reason as before, and its mark stays published.
//! - When no such token can live any more (`lifetimes`), that row goes, too.
//!
//! Invariant: a mark is given up only when every token that names it has expired. Status indexes are
//! never used again.

mod families;
mod lifetimes;
mod remove;
mod room;
mod sweep;

use std::time::Duration;

use base::Timestamp;
use domain::{Actor, Credential, Revocation};

pub use families::{MAX_FAMILIES, bound_families};
pub use lifetimes::record_lifetimes;
pub(crate) use lifetimes::recorded;
pub(crate) use room::Room;
pub use sweep::{Candidates, sweep};

/// How long what ended is listed.
pub const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How many of one owner and kind are listed after they ended.
pub const KEPT_EACH: usize = 50;

/// The revocation of a credential, or its expiry as one; `None`: it has not ended.
pub(crate) fn end(credential: &Credential, now: Timestamp) -> Option<Revocation> {
    let expired = credential.expires_at.filter(|at| *at <= now).map(|at| Revocation {
        at,
        by: Actor::System,
        reason: Some("it expired".to_owned()),
    });
    match (credential.revoked.clone(), expired) {
        (Some(revoked), Some(expired)) if expired.at < revoked.at => Some(expired),
        (Some(revoked), _) => Some(revoked),
        (None, expired) => expired,
    }
}
