//! A few read-only connections.
//!
//! Invariant: a connection is locked for one read and never across an `.await`.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use rusqlite::{Connection, OpenFlags, Result};

use crate::open::connect;

/// The number of connections, for machines with few cores; each has a cache of 2 MiB.
const CONNECTIONS: usize = 4;

pub(crate) struct Readers {
    connections: Vec<Mutex<Connection>>,
    next: AtomicUsize,
}

impl Readers {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let one = |_| connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map(Mutex::new);
        let connections = (0..CONNECTIONS).map(one).collect::<Result<_>>()?;
        Ok(Self { connections, next: AtomicUsize::new(0) })
    }

    /// Reads with any free connection.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Connection) -> T) -> Option<T> {
        let free = self.connections.iter().find_map(|connection| match connection.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        });
        let guard = match free {
            Some(guard) => guard,
            None => self.wait()?,
        };
        Some(read(&guard))
    }

    fn wait(&self) -> Option<MutexGuard<'_, Connection>> {
        let next = self.next.fetch_add(1, Ordering::Relaxed) % CONNECTIONS;
        let connection = self.connections.get(next)?;
        Some(connection.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Readers")
    }
}
