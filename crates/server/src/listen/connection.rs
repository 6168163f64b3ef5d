//! One connection, from handshake to close.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use hyper::rt::{Read, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use super::gentle_close::GentleClose;
use super::shared::{Shared, announced};
use super::tls::Tls;
use super::write_timeout::WriteTimeout;

/// The context of a connection.
pub(super) struct ConnectionContext {
    pub(super) service: Arc<web::ListenerService>,
    pub(super) tls: Option<Arc<Tls>>,
    pub(super) shared: Shared,
}

pub(super) async fn serve(stream: TcpStream, peer: SocketAddr, context: ConnectionContext) {
    let _ = stream.set_nodelay(true);
    let limits = &context.shared.limits;
    let stream = WriteTimeout::new(stream, limits.write_timeout);
    // Below TLS: what the peer still sends is dropped as it is.
    let stream = GentleClose::new(stream, limits.body_timeout);
    let Some(tls) = &context.tls else {
        return speak(TokioIo::new(stream), peer, &context).await;
    };
    let handshake = tls.acceptor().accept(stream);
    match tokio::time::timeout(context.shared.limits.header_timeout, handshake).await {
        Ok(Ok(stream)) => speak(TokioIo::new(stream), peer, &context).await,
        Ok(Err(error)) => tracing::debug!(%peer, %error, "a TLS handshake failed"),
        Err(_) => tracing::debug!(%peer, "a TLS handshake took too long"),
    }
}

async fn speak<I: Read + Write + Unpin>(io: I, peer: SocketAddr, context: &ConnectionContext) {
    let limits = &context.shared.limits;
    let https = context.tls.is_some();
    let service = Arc::clone(&context.service);
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let service = Arc::clone(&service);
        async move {
            Ok::<_, Infallible>(service.answer(peer, https, request.map(web::Body::new)).await)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_headers(limits.headers)
        .max_header_size(limits.header_bytes)
        .max_buf_size(limits.header_bytes)
        .serve_connection(io, service);
    let mut connection = pin!(connection);
    let mut ending = context.shared.ending.clone();
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = announced(&mut ending) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection ended badly");
    }
}
