//! Accepts connections and hands their requests to a listener service.
//!
//! Invariant: everything is limited: connections, heads, bodies, and the time of each. HTTP/1.1
//! only: a service that profits from HTTP/2 runs behind a proxy that supports it.

mod connection;
mod gentle_close;
mod shared;
mod tls;
mod write_timeout;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinSet;

pub(crate) use shared::Shared;
pub(crate) use tls::{RELOAD_EVERY as RELOAD_TLS_EVERY, Tls};

use crate::error::CommandError;
use shared::announced;

/// The number of connections that may wait to be accepted.
const BACKLOG: u32 = 1024;
/// How long to wait when the process has run out of file descriptors.
const OUT_OF_DESCRIPTORS: Duration = Duration::from_millis(50);

/// A bound address and the service behind it.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) socket: TcpListener,
    pub(crate) tls: Option<Arc<Tls>>,
    pub(crate) service: Arc<web::ListenerService>,
}

/// Binds an address.
///
/// # Errors
/// When it cannot be bound. The message names it.
pub(crate) fn bind(address: SocketAddr) -> Result<TcpListener, CommandError> {
    let bound = || -> io::Result<TcpListener> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    bound().map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => CommandError::new(format!(
            "port {} is in use: another program listens on {address}",
            address.port()
        )),
        _ => CommandError::new(format!("cannot listen on {address}: {error}")),
    })
}

/// Serves until the end is announced and every connection has ended.
pub(crate) async fn serve(listener: Listener, shared: Shared) {
    let mut ending = shared.ending.clone();
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.socket.accept() => accepted,
            () = announced(&mut ending) => break,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, peer)) => {
                // The permit comes after the wait, so a listener that waits takes no permit from
                // another.
                let permit = tokio::select! {
                    permit = Arc::clone(&shared.connections).acquire_owned() => permit,
                    () = announced(&mut ending) => break,
                };
                // The semaphore is never closed. If it were, nothing could be served.
                let Ok(permit) = permit else { break };
                let (service, tls) = (Arc::clone(&listener.service), listener.tls.clone());
                let shared = shared.clone();
                connections.spawn(async move {
                    connection::serve(
                        stream,
                        peer,
                        connection::ConnectionContext { service, tls, shared },
                    )
                    .await;
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(OUT_OF_DESCRIPTORS).await;
            }
        }
    }
    drop(listener.socket);
    while connections.join_next().await.is_some() {}
}
