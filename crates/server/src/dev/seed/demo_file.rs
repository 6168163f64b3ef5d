//! `.postern/demo.json`: what a script needs to use the demo. Its shape is fixed.
//!
//! Invariant: the file is readable by its owner alone, and is either whole or not there.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// The demo's addresses and credentials.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct DemoFile {
    /// Where the portal is.
    pub(crate) portal: String,
    pub(crate) realms: DemoRealms,
}

/// One section a realm.
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

/// The same, where the documentation says client.
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

/// The same, where the documentation says id and secret.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct SplitApp {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) redirect_uri: String,
}

/// Somebody who can say yes.
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
    /// Without the secrets, of which it is full.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DemoFile").field("portal", &self.portal).finish_non_exhaustive()
    }
}

impl DemoFile {
    /// Reads the file; `None` when it is not there.
    ///
    /// # Errors
    /// When it cannot be read, or is not what was written.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, Failure> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failure(path, "cannot be read", error)),
        };
        serde_json::from_str(&text).map(Some).map_err(|error| failure(path, "is damaged", error))
    }

    /// Writes the file, in place of an older one.
    ///
    /// # Errors
    /// When it cannot be written; the older one is then as it was.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| failure(path, "cannot be written", error))?;
        let beside = path.with_extension("json.new");
        let written = whole(&beside, &text).and_then(|()| fs::rename(&beside, path));
        written.map_err(|error| failure(path, "cannot be written", error))
    }
}

fn whole(path: &Path, text: &str) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

fn failure(path: &Path, what: &str, error: impl std::fmt::Display) -> Failure {
    Failure::new(format!("{} {what}: {error}", path.display()))
}
