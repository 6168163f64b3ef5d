//! The partner's app of the demo: its address and its registrations.
//!
//! Its registrations are in `partner.json`, because a secret is shown only once. A data folder from
//! before the demo had users has no such file. It is completed without losing data.

use partner_app::Settings;

use super::folder::Folder;
use super::private_file;
use super::seed::{self, DemoFile, SeedRealms};
use crate::error::CommandError;

/// The app's address. Its host is `localhost`, so that browsers treat it as another site than the
/// realms, as a real partner's.
pub(super) fn base(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// The app's settings, with the addresses of this start.
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
