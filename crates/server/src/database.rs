//! The one place that knows which backends there are.

use std::sync::Arc;

use base::MasterKey;
use store::{Hot, OpenError, Store};
use store_sqlite::{OpenOptions, SqliteStore};

use crate::config::Database;
use crate::failure::Failure;
use crate::figures::Figures;

/// An open database. Dropping the last handle closes it.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) figures: Arc<Figures>,
    /// What it is, and of which version.
    pub(crate) description: String,
}

/// Opens a database, creating or migrating it where that is needed.
///
/// # Errors
/// Why it cannot be had; nothing was overwritten then.
pub(crate) async fn open(database: &Database, master: &MasterKey) -> Result<Opened, Failure> {
    let figures = Arc::new(Figures::default());
    let master_fingerprint = master.fingerprint();
    match database {
        Database::Sqlite(path) => {
            let options = OpenOptions { master_fingerprint };
            let store = SqliteStore::open(path, &options)
                .map_err(|error| refuse(&path.display().to_string(), &error))?;
            let counted = figures.count(Arc::new(store));
            // One process has the file, so its own memory is never behind.
            let store = Arc::new(Hot::new(counted, Hot::DEFAULT_CAPACITY));
            let description = format!("sqlite:{} is up to date", path.display());
            Ok(Opened { store, figures, description })
        }
        Database::Postgres(_) => Err(Failure::new("PostgreSQL is not built in yet")),
    }
}

fn refuse(what: &str, error: &OpenError) -> Failure {
    Failure::new(format!("{what}: {error}"))
}
