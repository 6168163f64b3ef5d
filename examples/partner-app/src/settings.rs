//! The settings: the app and its registrations.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Provider;

/// The app and its registrations.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// The app's own address in browsers, without a slash at its end.
    pub base: String,
    /// The app's registrations.
    pub registrations: Vec<Registration>,
}

/// The app's registration at a provider.
#[derive(Clone, Serialize, Deserialize)]
pub struct Registration {
    /// The provider.
    pub provider: Provider,
    /// The provider's address, without a slash at its end; also its issuer identifier.
    pub base: String,
    /// The app's client id.
    pub client_id: String,
    /// The client secret. It stays on the server: no page, no log and no URL has it.
    pub client_secret: String,
}

impl fmt::Debug for Registration {
    /// Does not show the secret.
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

    /// The redirect URI for `provider`. Each provider has its own, so that one provider's answer
    /// cannot be used as another's (RFC 9700 §4.4.2).
    pub fn redirect_uri(&self, provider: Provider) -> String {
        format!("{}/callback/{provider}", self.base)
    }
}
