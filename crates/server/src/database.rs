//! Opens the database. The only module that names the backends.

use std::sync::Arc;

use base::{MasterKey, SystemClock};
use store::{Hot, HotOptions, OpenError, Store};
use store_postgres::PostgresStore;
use store_sqlite::{OpenOptions, SqliteStore};

use crate::config::{Database, PostgresUrl};
use crate::error::CommandError;
use crate::figures::Figures;

/// The number of connections to a database server. Its usual limit is 100, so several nodes fit.
const CONNECTIONS: usize = 16;

/// An open database. Dropping the last handle closes it.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) store: Arc<Hot>,
    pub(crate) figures: Arc<Figures>,
    /// The kind and version of the database.
    pub(crate) description: String,
}

/// Opens a database. Creates or migrates it where needed.
///
/// # Errors
/// Why it cannot be opened. Nothing was overwritten then.
pub(crate) async fn open(database: &Database, master: &MasterKey) -> Result<Opened, CommandError> {
    let figures = Arc::new(Figures::default());
    let master_fingerprint = master.fingerprint();
    match database {
        Database::Sqlite(path) => {
            let options = OpenOptions { master_fingerprint };
            let store = SqliteStore::open(path, &options)
                .map_err(|error| refuse(&path.display().to_string(), &error))?;
            // Only this process writes to the file, so its memory is always up to date.
            let store = hot(figures.count(Arc::new(store)), true);
            let description = format!("sqlite:{} is up to date", path.display());
            Ok(Opened { store, figures, description })
        }
        Database::Postgres(PostgresUrl(url)) => {
            let options =
                store_postgres::OpenOptions { master_fingerprint, pool_size: CONNECTIONS };
            let store = PostgresStore::open(url, &options)
                .await
                .map_err(|error| refuse("postgres", &error))?;
            let store = hot(figures.count(Arc::new(store)), false);
            let description = "the PostgreSQL database is up to date".to_owned();
            Ok(Opened { store, figures, description })
        }
    }
}

fn hot(store: Arc<dyn Store>, sole_writer: bool) -> Arc<Hot> {
    let options = HotOptions { sole_writer, clock: Arc::new(SystemClock), ..HotOptions::default() };
    Arc::new(Hot::new(store, options))
}

fn refuse(what: &str, error: &OpenError) -> CommandError {
    CommandError::new(format!("{what}: {error}"))
}
