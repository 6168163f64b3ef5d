//! Signing in anew because an app asks for it (`prompt=login`, `max_age`).

use super::Asking;
use crate::Context;

/// Proof that the person was sent to sign in now because of this request: to be appended to the
/// address they return to as the parameter `login_after`, in place of an older one, and given back
/// by [`Asking::returning`].
pub fn login_marker(_ctx: &Context<'_>, _asking: &Asking) -> String {
    String::new()
}

impl Asking {
    /// The same request, by a person who comes back from signing in with this marker.
    #[must_use]
    pub fn returning(self, _ctx: &Context<'_>, _login_after: Option<&str>) -> Self {
        self
    }
}
