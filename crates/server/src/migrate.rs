//! `postern migrate`: opens the database, which migrates its schema.

use std::io::Write as _;
use std::path::Path;

use store::StoreReader as _;

use crate::error::CommandError;
use crate::{config, database, master_key};

/// Migrates, and prints the result.
///
/// # Errors
/// Why the database cannot be opened. Nothing was overwritten then.
pub(crate) async fn migrate(file: &Path) -> Result<(), CommandError> {
    let config = config::load(file).map_err(CommandError::new)?;
    let master = master_key::read(&config.master_key)?;
    let opened = database::open(&config.database, &master).await?;
    opened.store.ping().await.map_err(CommandError::new)?;
    let _ = writeln!(std::io::stdout(), "{}", opened.description);
    Ok(())
}
