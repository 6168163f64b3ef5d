//! Where an authorization response may go.

use oauth::RedirectUri;

/// A redirect URI that was checked to be the app's own. There is no other way to get one than the
/// check in this module's siblings, and to none else is anybody redirected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectTarget(RedirectUri);

impl RedirectTarget {
    /// After the check.
    pub(super) const fn checked(uri: RedirectUri) -> Self {
        Self(uri)
    }

    /// The URI.
    pub const fn uri(&self) -> &RedirectUri {
        &self.0
    }

    /// The URI, to be redirected to.
    pub fn into_uri(self) -> RedirectUri {
        self.0
    }
}
