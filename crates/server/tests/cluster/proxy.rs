//! A TCP proxy that can cut or stall: the network between two programs.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What it does with every connection, old and new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Forwards bytes.
    Pass,
    /// Keeps connections open, accepts new ones, and forwards nothing.
    Stall,
    /// Resets open connections and every new one.
    Cut,
}

/// A proxy on its own port. It lives as long as the runtime.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) port: u16,
    mode: watch::Sender<Mode>,
}

impl Proxy {
    /// Starts a proxy to `target`.
    pub(crate) async fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (mode, seen) = watch::channel(Mode::Pass);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(connection(near, target, seen.clone()));
            }
        });
        Self { port, mode }
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// Resets open connections, and forwards later ones.
    pub(crate) async fn reset(&self) {
        self.set(Mode::Cut);
        // Every connection has to notice it.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        self.set(Mode::Pass);
    }
}

async fn connection(mut near: TcpStream, target: SocketAddr, mode: watch::Receiver<Mode>) {
    let _ = near.set_nodelay(true);
    // While it stalls, the far side sees no new connection.
    if may_carry(&mut mode.clone()).await {
        match TcpStream::connect(target).await {
            Ok(mut far) => {
                let _ = far.set_nodelay(true);
                if between(&mut near, &mut far, &mode).await {
                    let _ = far.set_zero_linger();
                    let _ = near.set_zero_linger();
                }
                return;
            }
            Err(_nobody_there) => {}
        }
    }
    let _ = near.set_zero_linger();
}

/// Forwards bytes both ways. Returns whether it ended by a cut.
async fn between(near: &mut TcpStream, far: &mut TcpStream, mode: &watch::Receiver<Mode>) -> bool {
    let (near_out, near_in) = near.split();
    let (far_out, far_in) = far.split();
    let mut cut = mode.clone();
    tokio::select! {
        _ = cut.wait_for(|mode| *mode == Mode::Cut) => true,
        () = async {
            tokio::join!(
                carry(near_out, far_in, mode.clone()),
                carry(far_out, near_in, mode.clone()),
            );
        } => false,
    }
}

async fn carry(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, mut mode: watch::Receiver<Mode>) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        if !may_carry(&mut mode).await || to.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}

/// Waits while it stalls; `false` when it is cut.
async fn may_carry(mode: &mut watch::Receiver<Mode>) -> bool {
    let settled = mode.wait_for(|mode| *mode != Mode::Stall).await;
    settled.is_ok_and(|mode| *mode == Mode::Pass)
}
