//! A partner's app: it connects to three providers, each by its documented flow, and shows the
//! result. It is meant to be copied from.
//!
//! Where to look: `providers/` has a file per provider with its flow. `callback.rs` has the checks
//! of everything that comes back through a browser. `handlers.rs` is the web site. `session.rs` is
//! where a real app has its database.
//!
//! Invariant: no token, secret or verifier is shown, logged or sent to anybody but its provider.

mod callback;
mod error;
mod handlers;
mod http;
mod pages;
mod provider;
mod providers;
mod session;
mod settings;
#[cfg(test)]
mod tests;
mod tokens;

use std::future::IntoFuture as _;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use tokio::net::TcpListener;

pub use provider::Provider;
pub use settings::{Registration, Settings};

use handlers::Site;

/// The web site.
///
/// # Errors
/// When no HTTP client can be created.
pub fn router(settings: Settings) -> Result<Router, String> {
    let site = Site::new(settings)?;
    Ok(Router::new()
        .route("/", get(handlers::home))
        .route("/partner.css", get(pages::style))
        .route("/connect/{provider}", post(handlers::connect))
        .route("/callback/{provider}", get(handlers::callback))
        .route("/connections/{id}/call", post(handlers::call))
        .route("/connections/{id}/refresh", post(handlers::refresh))
        .route("/connections/{id}/disconnect", post(handlers::disconnect))
        .fallback(handlers::nothing_here)
        .with_state(Arc::new(site)))
}

/// Serves the web site until the process ends.
///
/// # Errors
/// When the socket fails.
pub async fn serve(socket: TcpListener, router: Router) -> io::Result<()> {
    axum::serve(socket, router).into_future().await
}
