//! [`SqliteStore`]: implements the contract with the writer and the readers.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use base::{Id, Timestamp};
use domain::{BudgetState, BudgetSubject, Credential, Event, Kind, RealmName, Refusal, Use};
use rusqlite::Connection;
use store::{
    Batch, Change, CommitError, Committed, EventQuery, IdempotencyRecord, Key, ListQuery,
    OpenError, RefusalQuery, RevokedTokens, Store, StoreError, StoreReader, Stored,
};

use crate::changes;
use crate::error::{Read, open_error};
use crate::event_month::EventMonth;
use crate::open::{self, OpenOptions};
use crate::prepared::{Prepared, refusal};
use crate::readers::Readers;
use crate::reads::{entities, limits, trail};
use crate::writer::{Work, Writer, Written};

/// Reading this number of entities takes less time than starting another thread.
const INLINE_ENTITIES: usize = 16;

/// A store in one SQLite file. When it is dropped, pending requests are finished, the log is
/// checkpointed, and another process can open the file.
#[derive(Debug)]
pub struct SqliteStore {
    // The fields are in the order in which they must be dropped.
    readers: Arc<Readers>,
    writer: Writer,
    _lock: File,
}

impl SqliteStore {
    /// Opens the database at `path`, or creates it where there is none, and migrates its schema.
    ///
    /// # Errors
    /// Every [`OpenError`]. Nothing was overwritten then.
    pub fn open(path: impl AsRef<Path>, options: &OpenOptions) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let opened = open::open(path, options)?;
        let refused = |error: rusqlite::Error| open_error(&error);
        let writer = Writer::start(opened.connection).map_err(refused)?;
        let readers = Readers::open(path).map_err(refused)?;
        Ok(Self { readers: Arc::new(readers), writer, _lock: opened.lock })
    }

    /// Drops the store.
    pub fn close(self) {
        drop(self);
    }

    /// Deletes the events of all months before that of `moment` (UTC).
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn drop_events_before(&self, moment: Timestamp) -> Result<(), StoreError> {
        self.write_unconditional(Work::DropEventsBefore(EventMonth::of(moment))).await.map(drop)
    }

    /// Writes a request that cannot conflict.
    async fn write_unconditional(&self, work: Work) -> Result<Written, StoreError> {
        match self.writer.write(work).await {
            Ok(written) => Ok(written),
            Err(CommitError::Store(error)) => Err(error),
            Err(CommitError::Conflict(conflict)) => Err(StoreError::Failed(conflict.to_string())),
        }
    }

    /// Reads a few rows by an index, in the calling task. This takes microseconds, less than waking
    /// a thread.
    fn read_inline<T>(&self, read: impl FnOnce(&Connection) -> Read<T>) -> Read<T> {
        self.readers.read(read).unwrap_or_else(|| Err(no_reader()))
    }

    /// Runs a read that may take longer on a blocking thread, away from the threads that serve
    /// requests.
    async fn read_blocking<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Read<T> + Send + 'static,
    ) -> Read<T> {
        let readers = Arc::clone(&self.readers);
        tokio::task::spawn_blocking(move || readers.read(read).unwrap_or_else(|| Err(no_reader())))
            .await
            .map_err(|error| StoreError::Failed(error.to_string()))?
    }
}

fn no_reader() -> StoreError {
    StoreError::Failed("there is no connection to read with".into())
}

#[async_trait]
impl StoreReader for SqliteStore {
    async fn fetch(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        self.read_inline(|connection| entities::fetch(connection, key))
    }

    async fn list(&self, query: &ListQuery) -> Result<Vec<Stored>, StoreError> {
        let query = query.clone();
        self.read_blocking(move |connection| entities::list(connection, &query)).await
    }

    async fn budget(&self, subject: BudgetSubject) -> Result<BudgetState, StoreError> {
        self.read_inline(|connection| limits::budget(connection, subject.as_u128()))
    }

    async fn token_revoked(&self, token: u128) -> Result<bool, StoreError> {
        self.read_inline(|connection| limits::token_revoked(connection, token))
    }

    async fn revoked_tokens(&self, at_most: usize) -> Result<Option<RevokedTokens>, StoreError> {
        self.read_blocking(move |connection| limits::revoked_tokens(connection, at_most)).await
    }

    async fn spent(&self, id: u128) -> Result<bool, StoreError> {
        self.read_inline(|connection| limits::spent(connection, id))
    }

    async fn answer(
        &self,
        realm: &RealmName,
        key: &[u8; 32],
    ) -> Result<Option<IdempotencyRecord>, StoreError> {
        self.read_inline(|connection| limits::answer(connection, realm, key))
    }

    async fn events(&self, query: &EventQuery) -> Result<Vec<Event>, StoreError> {
        let query = query.clone();
        self.read_blocking(move |connection| trail::events(connection, &query)).await
    }

    async fn sequence(&self) -> Result<u64, StoreError> {
        Ok(self.writer.sequence())
    }

    async fn uses(&self, credentials: &[Id<Credential>]) -> Result<Vec<Use>, StoreError> {
        let credentials = credentials.to_vec();
        self.read_blocking(move |connection| limits::uses(connection, &credentials)).await
    }

    async fn refusals(&self, query: &RefusalQuery) -> Result<Vec<Refusal>, StoreError> {
        let query = query.clone();
        self.read_blocking(move |connection| trail::refusals(connection, &query)).await
    }

    async fn fetch_many(&self, keys: &[(Kind, u128)]) -> Result<Vec<Stored>, StoreError> {
        if keys.len() <= INLINE_ENTITIES {
            return self.read_inline(|connection| entities::fetch_many(connection, keys));
        }
        let keys = keys.to_vec();
        self.read_blocking(move |connection| entities::fetch_many(connection, &keys)).await
    }

    async fn scan(
        &self,
        kind: Kind,
        after: Option<u128>,
        limit: usize,
    ) -> Result<Vec<Stored>, StoreError> {
        self.read_blocking(move |connection| entities::scan(connection, kind, after, limit)).await
    }

    async fn changes(&self, after: u64, limit: usize) -> Result<Option<Vec<Change>>, StoreError> {
        if after >= self.writer.sequence() {
            return Ok(Some(Vec::new()));
        }
        self.read_blocking(move |connection| changes::after(connection, after, limit)).await
    }

    async fn changed(&self, after: u64) {
        self.writer.changed(after).await;
    }

    fn direct(&self) -> &dyn StoreReader {
        self
    }

    async fn ping(&self) -> Result<(), StoreError> {
        if !self.writer.is_running() {
            return Err(StoreError::Failed("the writer has stopped".into()));
        }
        self.read_inline(|connection| limits::token_revoked(connection, 0)).map(drop)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        if batch.is_empty() {
            return Ok(Committed::default());
        }
        Ok(self.writer.write(Work::Batch(Prepared::new(batch)?)).await?.committed)
    }

    async fn record_uses(&self, uses: Vec<Use>) -> Result<(), StoreError> {
        if uses.is_empty() {
            Ok(())
        } else {
            self.write_unconditional(Work::Uses(uses)).await.map(drop)
        }
    }

    async fn record_refusals(&self, refusals: Vec<Refusal>) -> Result<(), StoreError> {
        if refusals.is_empty() {
            return Ok(());
        }
        let rows = refusals.into_iter().map(refusal).collect::<Result<_, _>>()?;
        self.write_unconditional(Work::Refusals(rows)).await.map(drop)
    }

    async fn reserve_status_indexes(
        &self,
        realm: &RealmName,
        count: u32,
    ) -> Result<u32, StoreError> {
        let written = self.write_unconditional(Work::StatusIndexes(realm.clone(), count)).await?;
        written.first_status_index.ok_or_else(|| StoreError::Failed("no place was taken".into()))
    }
}
