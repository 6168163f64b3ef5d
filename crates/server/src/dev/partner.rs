//! The partner's app beside the demo: where it is, and what it was given.
//!
//! Its registrations are in `partner.json`, since a secret is shown once. A folder without that file
//! was sown before there were people: it is completed, and loses nothing.

use partner_app::Settings;

use super::folder::Folder;
use super::private_file;
use super::seed::{self, DemoFile, SeedRealms};
use crate::error::CommandError;

/// The app's address. It is called `localhost`, which is another site to browsers than the realms:
/// as a partner's is.
pub(super) fn base(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// What the app was given, with the addresses of this start.
///
/// # Errors
/// When the file is damaged or cannot be written, or the store fails.
pub(super) async fn settings(
    folder: &Folder,
    realms: SeedRealms<'_>,
    demo: &DemoFile,
    base: &str,
) -> Result<Settings, CommandError> {
    let path = folder.partner_path();
    let settings = match private_file::read::<Settings>(&path)? {
        Some(settings) if settings.base == base => return Ok(settings),
        Some(settings) => seed::move_partner(realms, settings, base).await?,
        None => seed::people(realms, demo, base).await?,
    };
    private_file::write(&path, &settings)?;
    Ok(settings)
}
