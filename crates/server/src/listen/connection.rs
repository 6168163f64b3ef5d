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

use super::patience::Patience;
use super::{Shared, Tls, announced};

/// What stands behind a connection.
pub(super) struct Behind {
    pub(super) door: Arc<web::Door>,
    pub(super) tls: Option<Arc<Tls>>,
    pub(super) shared: Shared,
}

pub(super) async fn serve(stream: TcpStream, peer: SocketAddr, behind: Behind) {
    let _ = stream.set_nodelay(true);
    let stream = Patience::new(stream, behind.shared.limits.write_timeout);
    let Some(tls) = &behind.tls else {
        return speak(TokioIo::new(stream), peer, &behind).await;
    };
    let handshake = tls.acceptor().accept(stream);
    match tokio::time::timeout(behind.shared.limits.header_timeout, handshake).await {
        Ok(Ok(stream)) => speak(TokioIo::new(stream), peer, &behind).await,
        Ok(Err(error)) => tracing::debug!(%peer, %error, "a TLS handshake failed"),
        Err(_) => tracing::debug!(%peer, "a TLS handshake took too long"),
    }
}

async fn speak<I: Read + Write + Unpin>(io: I, peer: SocketAddr, behind: &Behind) {
    let limits = &behind.shared.limits;
    let https = behind.tls.is_some();
    let door = Arc::clone(&behind.door);
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let door = Arc::clone(&door);
        async move { Ok::<_, Infallible>(door.answer(peer, https, request.map(web::Body::new)).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_headers(limits.headers)
        .max_buf_size(limits.header_bytes)
        .serve_connection(io, service);
    let mut connection = pin!(connection);
    let mut ending = behind.shared.ending.clone();
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
