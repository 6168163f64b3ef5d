//! The ceiling probe: a bare server that does only the unavoidable part of each kind of work.
//!
//! It is the reference, so it is as fast as a correct server can be and does nothing else: no
//! tenancy, no dialects, no revocation, no audit, no metrics, no client authentication on
//! introspection. One thread serves (it has one core), one thread writes. A commit is on the disk
//! before it is acknowledged.

mod digest;
mod fixtures;
mod handlers;
mod jwt;
mod people;
mod reader;
mod state;
mod writer;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::routing::post;
use axum::serve::ListenerExt as _;

use digest::sha256;
pub(crate) use fixtures::{CLIENTS, Fixtures, TOKENS};
use state::Probe;

/// Serves on `port` of 127.0.0.1 until killed, from a database made new in `folder`.
///
/// # Errors
/// When the folder, the database or the port cannot be had.
pub(crate) fn run(folder: &Path, port: u16) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|problem| format!("runtime: {problem}"))?;
    let jwt = jwt::Keys::generate()?;
    let fixtures = Fixtures::make(&jwt);
    reader::create(folder, &fixtures).map_err(|problem| format!("database: {problem}"))?;
    reader::open(folder).map_err(|problem| format!("database: {problem}"))?;
    fixtures.save(folder)?;
    let clients =
        fixtures.clients.iter().map(|(id, secret)| (id.clone(), sha256(secret))).collect();
    let writer = writer::Writer::start(folder, &fixtures)?;
    let code_key = fixtures.code_key();
    let probe = Arc::new(Probe { clients, jwt, code_key, writer });
    runtime.block_on(serve(probe, port)).map_err(|problem| format!("port {port}: {problem}"))
}

async fn serve(probe: Arc<Probe>, port: u16) -> std::io::Result<()> {
    let router = Router::new()
        .route("/token", post(handlers::client_credentials))
        .route("/introspect", post(handlers::introspect_opaque))
        .route("/introspect-jwt", post(handlers::introspect_jwt))
        .route("/refresh", post(handlers::reusable_refresh))
        .route("/rotate", post(people::rotate))
        .route("/exchange", post(people::exchange))
        .with_state(probe);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let listener = listener.tap_io(|stream| {
        let _slower_is_no_failure = stream.set_nodelay(true);
    });
    axum::serve(listener, router).await
}
