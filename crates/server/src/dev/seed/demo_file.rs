//! `.postern/demo.json`: what a script needs to use the demo. Its structure must not change.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::dev::private_file;
use crate::error::CommandError;

/// The demo's addresses and credentials.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct DemoFile {
    /// The address of the portal.
    pub(crate) portal: String,
    pub(crate) realms: DemoRealms,
}

/// One section per realm.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct DemoRealms {
    pub(crate) speculo: Speculo,
    pub(crate) spendesk: Spendesk,
    pub(crate) spiko: Spiko,
    pub(crate) fyma: Fyma,
    pub(crate) speckle: Speckle,
}

#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Speculo {
    pub(crate) base: String,
    pub(crate) admin_key: String,
    pub(crate) org_id: String,
    pub(crate) client_id: String,
    pub(crate) refresh_token: String,
    pub(crate) scopes: Vec<String>,
}

#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Spendesk {
    pub(crate) base: String,
    pub(crate) admin_key: String,
    pub(crate) api_key: Pair,
    pub(crate) app: App,
    pub(crate) user: Person,
    pub(crate) companies: Vec<Company>,
}

#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Spiko {
    pub(crate) base: String,
    pub(crate) admin_key: String,
    pub(crate) api_key: ClientPair,
    pub(crate) app: App,
    pub(crate) user: Person,
}

#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Fyma {
    pub(crate) base: String,
    pub(crate) admin_key: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) audience: String,
    pub(crate) daily_limit: u64,
    pub(crate) legacy_token: Pair,
}

#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Speckle {
    pub(crate) base: String,
    pub(crate) admin_key: String,
    pub(crate) personal_access_token: String,
    pub(crate) app: SplitApp,
    pub(crate) user: Person,
}

/// The two halves of HTTP Basic.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Pair {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// The same, where the documentation calls it client.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct ClientPair {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

/// A partner's app.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct App {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) redirect_uri: String,
}

/// The same, where the documentation calls it id and secret.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct SplitApp {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) redirect_uri: String,
}

/// A user who can give consent.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) password: String,
}

#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Company {
    pub(crate) id: String,
    pub(crate) name: String,
}

impl std::fmt::Debug for DemoFile {
    /// Does not show the values, because most are secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DemoFile").field("portal", &self.portal).finish_non_exhaustive()
    }
}

impl DemoFile {
    /// Reads the file; `None` when it does not exist.
    ///
    /// # Errors
    /// When it cannot be read or parsed.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, CommandError> {
        private_file::read(path)
    }

    /// Writes the file. Replaces an older one.
    ///
    /// # Errors
    /// When it cannot be written. The older file is unchanged then.
    pub(crate) fn write(&self, path: &Path) -> Result<(), CommandError> {
        private_file::write(path, self)
    }

    /// The user who signs in at a realm; `None` where there is none.
    pub(crate) fn person(&self, realm: &str) -> Option<&Person> {
        match realm {
            "spendesk" => Some(&self.realms.spendesk.user),
            "spiko" => Some(&self.realms.spiko.user),
            "speckle" => Some(&self.realms.speckle.user),
            _ => None,
        }
    }
}
