//! An app of a partner: it connects to three providers, each by the way that its documentation
//! tells, and shows what came of it. Made to be copied from.
//!
//! Where to look: `providers/` has a file for each provider, which is the flow itself; `callback.rs`
//! has what must be checked of everything that comes back through a browser; `handlers.rs` is the
//! web site around it; `session.rs` is where a real app has its database.
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
/// When no HTTP client can be made of what the machine has.
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
