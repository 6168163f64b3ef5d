//! The redirect target of an authorization response.

use oauth::RedirectUri;

/// A redirect URI that was checked to belong to the app. Only the redirect URI check can make one,
/// and responses are redirected to no other URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectTarget(RedirectUri);

impl RedirectTarget {
    /// Makes a target from a URI that was checked.
    pub(super) const fn checked(uri: RedirectUri) -> Self {
        Self(uri)
    }

    /// The URI.
    pub const fn uri(&self) -> &RedirectUri {
        &self.0
    }

    /// The URI, taken out of the target.
    pub fn into_uri(self) -> RedirectUri {
        self.0
    }
}
