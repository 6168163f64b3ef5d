//! A proxy in front of the server. Its connections can be silenced.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Connections before a certain number no longer forward data; later ones do.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    accepted: Arc<AtomicU32>,
    silent: Arc<AtomicU32>,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// Forwards to a server on this machine.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (accepted, silent) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let own = listener.local_addr().unwrap().port();
        let numbers = (Arc::clone(&accepted), Arc::clone(&silent));
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let number = numbers.0.fetch_add(1, Ordering::SeqCst) + 1;
                let Ok(far) = TcpStream::connect(("127.0.0.1", port)).await else { continue };
                let ((from_near, to_near), (from_far, to_far)) =
                    (near.into_split(), far.into_split());
                tokio::spawn(pass(from_near, to_far, number, Arc::clone(&numbers.1)));
                tokio::spawn(pass(from_far, to_near, number, Arc::clone(&numbers.1)));
            }
        });
        Self { port: own, accepted, silent, task }
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Existing connections forward nothing from now on, and do not close. New ones work.
    pub fn silence(&self) {
        self.silent.store(self.accepted.load(Ordering::SeqCst), Ordering::SeqCst);
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    number: u32,
    silent: Arc<AtomicU32>,
) {
    let mut bytes = vec![0; 64 << 10];
    while let Ok(count) = from.read(&mut bytes).await {
        if number <= silent.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        if count == 0 || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
