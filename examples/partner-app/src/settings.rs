//! Who this app is, and where it is registered.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Provider;

/// The app and its registrations.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// The app's own address, as browsers see it, without a slash at its end.
    pub base: String,
    /// Where it is registered.
    pub registrations: Vec<Registration>,
}

/// What registering at a provider gave.
#[derive(Clone, Serialize, Deserialize)]
pub struct Registration {
    /// Whose documentation to follow.
    pub provider: Provider,
    /// The provider's address, without a slash at its end; also its issuer identifier.
    pub base: String,
    /// Who the app is to the provider.
    pub client_id: String,
    /// What proves it. It stays on the server: no page, no log, no URL has it.
    pub client_secret: String,
}

impl fmt::Debug for Registration {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { provider, base, client_id, client_secret: _ } = self;
        f.debug_struct("Registration")
            .field("provider", provider)
            .field("base", base)
            .field("client_id", client_id)
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// The registration at `provider`.
    pub(crate) fn at(&self, provider: Provider) -> Option<&Registration> {
        self.registrations.iter().find(|it| it.provider == provider)
    }

    /// Where `provider` sends people back to: an address of its own for each provider, so that one
    /// provider's answer cannot be passed off as another's (RFC 9700 §4.4.2).
    pub fn redirect_uri(&self, provider: Provider) -> String {
        format!("{}/callback/{provider}", self.base)
    }
}
