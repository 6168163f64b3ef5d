//! The partner's app of the demo: its address and its registrations.
//!
//! Its registrations are in `partner.json`, because a secret is shown only once. A data folder from
//! before the demo had users has no such file. It is completed without losing data.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use partner_app::Settings;
use web::names_local_host;

use super::folder::Folder;
use super::private_file;
use super::seed::{self, DemoFile, SeedRealms};
use crate::error::CommandError;

/// The app's address. Its host is `localhost`, so that browsers treat it as another site than the
/// realms, as a real partner's.
pub(super) fn base(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// Answers requests for local hosts alone, as the realms of the demo do.
pub(super) async fn only_local_hosts(request: Request, next: Next) -> Response {
    if names_local_host(request.headers(), request.uri()) {
        return next.run(request).await;
    }
    StatusCode::MISDIRECTED_REQUEST.into_response()
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
