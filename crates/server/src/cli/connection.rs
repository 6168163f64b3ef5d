//! The realm and the admin key that a command uses.

use std::path::{Path, PathBuf};

use base::Secret;
use clap::Args;
use domain::AnySecret;

use super::api::Api;
use crate::error::CommandError;

/// Where the admin API is, and the key to it.
#[derive(Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// The realm's base URL, such as `https://auth.example.com`
    #[arg(long, global = true, env = "POSTERN_URL", conflicts_with = "demo")]
    url: Option<String>,
    /// The admin key; better from the environment or a file, where no process list shows it
    #[arg(long, global = true, env = "POSTERN_ADMIN_KEY", hide_env_values = true)]
    admin_key: Option<String>,
    /// A file that holds the admin key
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "demo")]
    admin_key_file: Option<PathBuf>,
    /// A realm of the demo on this machine, such as fyma
    #[arg(long, global = true, value_name = "REALM")]
    demo: Option<String>,
    /// The data folder of the demo
    #[arg(long, global = true, value_name = "FOLDER", default_value = ".postern")]
    data: PathBuf,
    /// Print the answer as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("url", &self.url)
            .field("demo", &self.demo)
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// The admin API.
    ///
    /// # Errors
    /// When the realm or the key is not given, or cannot be read.
    pub(crate) fn open(&self) -> Result<Api, CommandError> {
        if let Some(realm) = &self.demo {
            let (url, key) = demo(&self.data.join("demo.json"), realm)?;
            return Api::new(&url, key);
        }
        let url = self.url.as_deref().ok_or_else(|| {
            CommandError::usage("which realm? name --url (or POSTERN_URL), or --demo REALM")
        })?;
        Api::new(url, self.key()?)
    }

    fn key(&self) -> Result<Secret<AnySecret>, CommandError> {
        // A file named on the command line takes precedence over the environment.
        let text = match (&self.admin_key_file, &self.admin_key) {
            (Some(file), _) => read(file)?.trim().to_owned(),
            (None, Some(key)) => key.clone(),
            (None, None) => {
                let text = "which key? name --admin-key-file, or set POSTERN_ADMIN_KEY";
                return Err(CommandError::usage(text));
            }
        };
        Ok(Secret::new(text))
    }
}

/// Base URL and admin key of a demo realm.
fn demo(file: &Path, realm: &str) -> Result<(String, Secret<AnySecret>), CommandError> {
    let wrong = |what: &str| CommandError::new(format!("{}: {what}", file.display()));
    let demo: serde_json::Value =
        serde_json::from_str(&read(file)?).map_err(|error| wrong(&error.to_string()))?;
    let realms = demo.get("realms").and_then(serde_json::Value::as_object);
    let realms = realms.ok_or_else(|| wrong("it has no realms"))?;
    let found = realms.get(realm).ok_or_else(|| {
        let names: Vec<_> = realms.keys().map(String::as_str).collect();
        wrong(&format!("there is no realm {realm:?}; there are {}", names.join(", ")))
    })?;
    let text = |name: &str| found.get(name).and_then(serde_json::Value::as_str);
    match (text("base"), text("admin_key")) {
        (Some(base), Some(key)) => Ok((base.to_owned(), Secret::new(key))),
        _ => Err(wrong("the realm has no base or admin_key")),
    }
}

fn read(file: &Path) -> Result<String, CommandError> {
    std::fs::read_to_string(file)
        .map_err(|error| CommandError::new(format!("{}: {error}", file.display())))
}
