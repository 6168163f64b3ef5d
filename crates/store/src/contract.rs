//! The two traits that every backend implements: [`StoreReader`], and [`Store`], which writes too.

use std::fmt::Debug;

use async_trait::async_trait;
use base::{Id, Timestamp};
use domain::{BudgetState, BudgetSubject, Credential, Event, Kind, RealmName, Refusal, Use};

use crate::{
    Batch, Change, CommitError, Committed, EventQuery, IdempotencyRecord, Key, ListQuery,
    RefusalQuery, StoreError, Stored,
};

/// Tokens that were revoked by themselves, each until when that is kept; `None`: for ever.
pub type RevokedTokens = Vec<(u128, Option<Timestamp>)>;

/// Everything that is kept, to read. A decision gets no more than this.
#[async_trait]
pub trait StoreReader: Send + Sync + Debug + 'static {
    /// One entity, or `None` when there is none.
    async fn fetch(&self, key: &Key) -> Result<Option<Stored>, StoreError>;

    /// Those of these entities that there are, in any order. At most [`crate::MAX_SCAN`] keys.
    async fn fetch_many(&self, keys: &[(Kind, u128)]) -> Result<Vec<Stored>, StoreError>;

    /// The next entities of a kind, of all realms, by rising identifier: for reading everything. At
    /// most [`crate::MAX_SCAN`].
    async fn scan(
        &self,
        kind: Kind,
        after: Option<u128>,
        limit: usize,
    ) -> Result<Vec<Stored>, StoreError>;

    /// A page of entities.
    async fn list(&self, query: &ListQuery) -> Result<Vec<Stored>, StoreError>;

    /// What a subject has spent; the default state when nothing was.
    async fn budget(&self, subject: BudgetSubject) -> Result<BudgetState, StoreError>;

    /// Whether this access token was revoked by itself.
    async fn token_revoked(&self, token: u128) -> Result<bool, StoreError>;

    /// Every token that was revoked by itself; `None` when they are more than `at_most`.
    /// [`crate::Hot`] answers [`StoreReader::token_revoked`] from it.
    async fn revoked_tokens(&self, at_most: usize) -> Result<Option<RevokedTokens>, StoreError>;

    /// Whether what may be used once was used ([`crate::Write::SpendOnce`]) and that is still kept.
    async fn spent(&self, id: u128) -> Result<bool, StoreError>;

    /// The answer remembered under an idempotency key.
    async fn answer(
        &self,
        realm: &RealmName,
        key: &[u8; 32],
    ) -> Result<Option<IdempotencyRecord>, StoreError>;

    /// Events, by sequence number.
    async fn events(&self, query: &EventQuery) -> Result<Vec<Event>, StoreError>;

    /// The newest sequence number; 0 when there is none.
    async fn sequence(&self) -> Result<u64, StoreError>;

    /// The published changes after `after`, in order ([`Batch::effects`]): at most `limit` commits, and
    /// at most [`crate::MAX_CHANGES`]. A commit with events but without effects is a change without
    /// effects, so that the last change always has the newest number. `None` when changes that old are
    /// no longer kept: the caller must then read everything again. At least the last 100 000 changes
    /// are kept.
    async fn changes(&self, after: u64, limit: usize) -> Result<Option<Vec<Change>>, StoreError>;

    /// Returns when the newest sequence number may be greater than `after`: at once where it is. A
    /// wake-up may be missed or be needless, so callers must not rely on it, and must poll, too.
    async fn changed(&self, after: u64);

    /// The same store, for reads that must see what other nodes have committed: without the memory in
    /// front of the database.
    fn direct(&self) -> &dyn StoreReader;

    /// The noted uses of these credentials, those that have any.
    async fn uses(&self, credentials: &[Id<Credential>]) -> Result<Vec<Use>, StoreError>;

    /// Refusals, newest first.
    async fn refusals(&self, query: &RefusalQuery) -> Result<Vec<Refusal>, StoreError>;

    /// Whether the store answers: for readiness.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// Everything that is kept, to read and to write. See the crate's documentation for what holds of every
/// backend.
#[async_trait]
pub trait Store: StoreReader {
    /// Writes the batch whole, durably, or not at all.
    async fn commit(&self, batch: Batch) -> Result<Committed, CommitError>;

    /// Takes `count` numbers of a realm's row of places ([`domain::Grant::status_index`]); the first of
    /// them. They follow each other and are never given again, whatever becomes of them.
    async fn reserve_status_indexes(
        &self,
        realm: &RealmName,
        count: u32,
    ) -> Result<u32, StoreError>;

    /// Notes uses of credentials: never earlier than what is noted; counts are added. Nothing is
    /// noted of a credential that is not there.
    async fn record_uses(&self, uses: Vec<Use>) -> Result<(), StoreError>;

    /// Keeps refusals in a bounded store: the newest 20 000 that name a subject and the newest
    /// 20 000 that name none.
    async fn record_refusals(&self, refusals: Vec<Refusal>) -> Result<(), StoreError>;
}
