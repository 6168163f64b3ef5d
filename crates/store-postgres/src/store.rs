//! [`PostgresStore`]: implements the contract. Each call uses a connection of the pool.

use std::fmt;

use async_trait::async_trait;
use base::Id;
use deadpool_postgres::Client;
use domain::{BudgetState, BudgetSubject, Credential, Event, Kind, RealmName, Refusal, Use};
use store::{
    Batch, Change, CommitError, Committed, EventQuery, IdempotencyRecord, Key, ListQuery,
    OpenError, RefusalQuery, RevokedTokens, Store, StoreError, StoreReader, Stored,
};

use crate::database::Database;
use crate::event_month::Partitions;
use crate::newest::Newest;
use crate::open::{self, OpenOptions};
use crate::{commit, notes, reads, status_indexes};

/// A store in a PostgreSQL database. Several processes may have it open at once.
pub struct PostgresStore {
    database: Database,
    partitions: Partitions,
    newest: Newest,
}

impl PostgresStore {
    /// Connects to `url` (`postgres://user:password@host:port/database`, with the options of libpq
    /// that `tokio_postgres::Config` lists) and migrates the schema.
    ///
    /// # Errors
    /// When the database cannot be reached, belongs to another program, was written by a newer
    /// version, or belongs to another master key.
    pub async fn open(url: &str, options: &OpenOptions) -> Result<Self, OpenError> {
        let (database, address) = open::open(url, options).await?;
        let newest = Newest::follow(address);
        Ok(Self { database, partitions: Partitions::default(), newest })
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("pool", &self.database.pool.status()).finish()
    }
}

#[async_trait]
impl StoreReader for PostgresStore {
    async fn fetch(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        self.database
            .read(async |client: &mut Client| reads::entities::fetch(client, key).await)
            .await
    }

    async fn list(&self, query: &ListQuery) -> Result<Vec<Stored>, StoreError> {
        self.database
            .read(async |client: &mut Client| reads::entities::list(client, query).await)
            .await
    }

    async fn budget(&self, subject: BudgetSubject) -> Result<BudgetState, StoreError> {
        self.database
            .read(async |client: &mut Client| Ok(commit::budget(&*client, subject).await?))
            .await
    }

    async fn token_revoked(&self, token: u128) -> Result<bool, StoreError> {
        self.database
            .read(async |client: &mut Client| reads::limits::token_revoked(client, token).await)
            .await
    }

    async fn revoked_tokens(&self, at_most: usize) -> Result<Option<RevokedTokens>, StoreError> {
        self.database
            .read(async |client: &mut Client| reads::limits::revoked_tokens(client, at_most).await)
            .await
    }

    async fn spent(&self, id: u128) -> Result<bool, StoreError> {
        self.database.read(async |client: &mut Client| reads::limits::spent(client, id).await).await
    }

    async fn answer(
        &self,
        realm: &RealmName,
        key: &[u8; 32],
    ) -> Result<Option<IdempotencyRecord>, StoreError> {
        self.database
            .read(async |client: &mut Client| reads::limits::answer(client, realm, key).await)
            .await
    }

    async fn events(&self, query: &EventQuery) -> Result<Vec<Event>, StoreError> {
        self.database
            .read(async |client: &mut Client| reads::trail::events(client, query).await)
            .await
    }

    async fn sequence(&self) -> Result<u64, StoreError> {
        self.database.read(async |client: &mut Client| reads::trail::sequence(client).await).await
    }

    async fn uses(&self, credentials: &[Id<Credential>]) -> Result<Vec<Use>, StoreError> {
        self.database.read(async |client: &mut Client| notes::uses(client, credentials).await).await
    }

    async fn refusals(&self, query: &RefusalQuery) -> Result<Vec<Refusal>, StoreError> {
        self.database
            .read(async |client: &mut Client| reads::trail::refusals(client, query).await)
            .await
    }

    async fn fetch_many(&self, keys: &[(Kind, u128)]) -> Result<Vec<Stored>, StoreError> {
        self.database
            .read(async |client: &mut Client| reads::entities::fetch_many(client, keys).await)
            .await
    }

    async fn scan(
        &self,
        kind: Kind,
        after: Option<u128>,
        limit: usize,
    ) -> Result<Vec<Stored>, StoreError> {
        self.database
            .read(async |client: &mut Client| {
                reads::entities::scan(client, kind, after, limit).await
            })
            .await
    }

    async fn changes(&self, after: u64, limit: usize) -> Result<Option<Vec<Change>>, StoreError> {
        self.database
            .read(async |client: &mut Client| reads::changes::after(client, after, limit).await)
            .await
    }

    async fn changed(&self, after: u64) {
        self.newest.past(after).await;
    }

    fn direct(&self) -> &dyn StoreReader {
        self
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.database
            .read(async |client: &mut Client| Ok(client.batch_execute("SELECT 1").await?))
            .await
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        if batch.is_empty() {
            return Ok(Committed::default());
        }
        let (committed, newest) = commit::commit(&self.database, &self.partitions, &batch).await?;
        if let Some(newest) = newest {
            self.newest.rise(newest);
        }
        Ok(committed)
    }

    async fn record_uses(&self, uses: Vec<Use>) -> Result<(), StoreError> {
        self.database.note(async |client: &mut Client| notes::record_uses(client, uses).await).await
    }

    async fn record_refusals(&self, refusals: Vec<Refusal>) -> Result<(), StoreError> {
        self.database
            .note(async |client: &mut Client| notes::record_refusals(client, &refusals).await)
            .await
    }

    async fn reserve_status_indexes(
        &self,
        realm: &RealmName,
        count: u32,
    ) -> Result<u32, StoreError> {
        // If the first answer is lost, indexes are reserved twice, and the first ones stay unused.
        self.database
            .read(async |client: &mut Client| status_indexes::reserve(client, realm, count).await)
            .await
    }
}
