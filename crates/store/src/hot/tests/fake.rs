//! A store of users in memory that can be stopped between a read and its answer.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base::{Id, Timestamp};
use domain::{Entity, EntityRecord, Kind, RealmName, User};
use tokio::sync::oneshot;

use crate::hot::Hot;
use crate::*;

type Stop = (oneshot::Sender<()>, oneshot::Receiver<()>);

#[derive(Debug, Default)]
pub(in crate::hot) struct Fake {
    /// Answers what is not part of these tests.
    rest: Memory,
    rows: Mutex<Vec<Stored>>,
    revoked: Mutex<HashSet<u128>>,
    reads: AtomicUsize,
    lose_answer: AtomicBool,
    no_list: AtomicBool,
    away: AtomicBool,
    no_scans: AtomicBool,
    no_changes: AtomicBool,
    after_read: Mutex<Option<Stop>>,
    before_write: Mutex<Option<Stop>>,
}

/// The test's end of a stop: waits until the store has stopped, then lets it continue.
pub(in crate::hot) struct Stopped {
    reached: oneshot::Receiver<()>,
    go_on: oneshot::Sender<()>,
}

impl Stopped {
    pub(in crate::hot) async fn reached(&mut self) {
        (&mut self.reached).await.unwrap();
    }

    pub(in crate::hot) fn go_on(self) {
        self.go_on.send(()).unwrap();
    }
}

fn stop(at: &Mutex<Option<Stop>>) -> Stopped {
    let (notify, reached) = oneshot::channel();
    let (go_on, wait) = oneshot::channel();
    *at.lock().unwrap() = Some((notify, wait));
    Stopped { reached, go_on }
}

async fn pass(at: &Mutex<Option<Stop>>) {
    let stop = at.lock().unwrap().take();
    match stop {
        Some((notify, wait)) => {
            notify.send(()).unwrap();
            wait.await.unwrap();
        }
        None => tokio::task::yield_now().await,
    }
}

impl Fake {
    fn inner(&self) -> &dyn Store {
        &self.rest
    }

    pub(in crate::hot) fn reads(&self) -> usize {
        self.reads.load(SeqCst)
    }

    pub(in crate::hot) fn rows(&self) -> usize {
        self.rows.lock().unwrap().len()
    }

    pub(in crate::hot) fn lose_the_next_answer(&self) {
        self.lose_answer.store(true, SeqCst);
    }

    pub(in crate::hot) fn list_no_revoked_tokens(&self) {
        self.no_list.store(true, SeqCst);
    }

    /// Sets whether the store is unreachable.
    pub(in crate::hot) fn away(&self, away: bool) {
        self.away.store(away, SeqCst);
    }

    /// Makes scans of grants fail, which happen in the middle of a fill.
    pub(in crate::hot) fn fail_scans(&self, fail: bool) {
        self.no_scans.store(fail, SeqCst);
    }

    pub(in crate::hot) fn forget_changes(&self, forget: bool) {
        self.no_changes.store(forget, SeqCst);
    }

    /// Renames a user as another node would, without publishing the change.
    pub(in crate::hot) async fn rename_behind(&self, id: u128, name: &str) {
        let row = self.rows.lock().unwrap().iter().find(|row| row.entity.id() == id).cloned();
        let row = row.unwrap();
        let Entity::User(user) = &row.entity else { panic!("a store of users") };
        let changed = User { public_id: name.parse().unwrap(), ..User::clone(user) };
        let entity = Arc::new(changed).into_entity();
        self.apply(&Batch {
            writes: vec![Write::Replace { entity, expected: row.version }],
            events: Vec::new(),
        })
        .unwrap();
    }

    fn reach(&self) -> Result<(), StoreError> {
        match self.away.load(SeqCst) {
            true => Err(StoreError::Unavailable("away".to_owned())),
            false => Ok(()),
        }
    }

    pub(in crate::hot) fn stop_after_next_read(&self) -> Stopped {
        stop(&self.after_read)
    }

    pub(in crate::hot) fn stop_before_next_write(&self) -> Stopped {
        stop(&self.before_write)
    }

    fn apply(&self, batch: &Batch) -> Result<(), Conflict> {
        let mut rows = self.rows.lock().unwrap();
        for write in &batch.writes {
            match write {
                Write::Insert(entity) => {
                    rows.push(Stored { entity: entity.clone(), version: Version(1) });
                }
                Write::Replace { entity, expected } => {
                    let same = |row: &&mut Stored| row.entity.id() == entity.id();
                    let row = rows.iter_mut().find(same).ok_or(Conflict::Changed(Kind::User))?;
                    if row.version != *expected {
                        return Err(Conflict::Changed(Kind::User));
                    }
                    *row = Stored { entity: entity.clone(), version: Version(expected.0 + 1) };
                }
                Write::Remove { entity, expected } => {
                    let same = |row: &Stored| row.entity.id() == entity.id();
                    let at = rows.iter().position(same).ok_or(Conflict::Changed(Kind::User))?;
                    if rows[at].version != *expected {
                        return Err(Conflict::Changed(Kind::User));
                    }
                    rows.remove(at);
                }
                Write::RevokeToken { token, .. } => {
                    self.revoked.lock().unwrap().insert(*token);
                }
                Write::SpendBudget { .. }
                | Write::SpendOnce { .. }
                | Write::TakeNumber
                | Write::Remember(_) => {}
            }
        }
        Ok(())
    }
}

#[async_trait]
impl StoreReader for Fake {
    async fn fetch(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        self.reads.fetch_add(1, SeqCst);
        self.reach()?;
        let found = self.rows.lock().unwrap().iter().find(|row| finds(key, &row.entity)).cloned();
        pass(&self.after_read).await;
        Ok(found)
    }

    async fn token_revoked(&self, token: u128) -> Result<bool, StoreError> {
        self.reads.fetch_add(1, SeqCst);
        Ok(self.revoked.lock().unwrap().contains(&token))
    }

    async fn revoked_tokens(&self, _at_most: usize) -> Result<Option<RevokedTokens>, StoreError> {
        self.reads.fetch_add(1, SeqCst);
        let listed = self.revoked.lock().unwrap().iter().map(|token| (*token, None)).collect();
        pass(&self.after_read).await;
        Ok((!self.no_list.load(SeqCst)).then_some(listed))
    }

    async fn sequence(&self) -> Result<u64, StoreError> {
        self.reach().map(|()| 0)
    }

    async fn fetch_many(&self, keys: &[(Kind, u128)]) -> Result<Vec<Stored>, StoreError> {
        self.reach()?;
        let rows = self.rows.lock().unwrap();
        let wanted = |row: &&Stored| keys.contains(&(row.entity.kind(), row.entity.id()));
        Ok(rows.iter().filter(wanted).cloned().collect())
    }

    async fn scan(
        &self,
        kind: Kind,
        after: Option<u128>,
        limit: usize,
    ) -> Result<Vec<Stored>, StoreError> {
        self.reach()?;
        if kind == Kind::Grant && self.no_scans.load(SeqCst) {
            return Err(StoreError::Unavailable("midway".to_owned()));
        }
        let mut rows = self.rows.lock().unwrap().clone();
        rows.sort_by_key(|row| row.entity.id());
        rows.retain(|row| row.entity.kind() == kind && after.is_none_or(|id| row.entity.id() > id));
        rows.truncate(limit);
        Ok(rows)
    }

    async fn changes(&self, _after: u64, _limit: usize) -> Result<Option<Vec<Change>>, StoreError> {
        self.reach()?;
        Ok((!self.no_changes.load(SeqCst)).then(Vec::new))
    }

    async fn changed(&self, _after: u64) {
        std::future::pending().await
    }

    fn direct(&self) -> &dyn StoreReader {
        self
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }

    crate::forward!(list, budget, spent, answer, events, uses, refusals);
}

#[async_trait]
impl Store for Fake {
    async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        pass(&self.before_write).await;
        self.apply(&batch)?;
        if self.lose_answer.swap(false, SeqCst) {
            return Err(StoreError::Unavailable("the line is dead".to_owned()).into());
        }
        Ok(Committed::default())
    }

    crate::forward!(reserve_status_indexes, record_uses, record_refusals);
}

fn finds(key: &Key, entity: &Entity) -> bool {
    match key {
        Key::Id(_, id) => entity.id() == *id,
        Key::PublicId(_, realm, name) => {
            entity.realm() == realm && entity.public_id() == Some(&**name)
        }
        Key::Handle(_, realm, name) => entity.realm() == realm && entity.handle() == Some(&**name),
    }
}

pub(in crate::hot) fn hot() -> (Arc<Hot>, Arc<Fake>) {
    let fake = Arc::new(Fake::default());
    let hot = Hot::new(Arc::clone(&fake) as Arc<dyn Store>, HotOptions::default());
    (Arc::new(hot), fake)
}

fn realm() -> RealmName {
    "test".parse().unwrap()
}

pub(in crate::hot) fn user(id: u128, name: &str, email: &str) -> User {
    User {
        id: Id::from_u128(id),
        realm: realm(),
        public_id: name.parse().unwrap(),
        email: email.to_owned(),
        email_verified: true,
        name: String::new(),
        profile: domain::Profile::default(),
        role: String::new(),
        status: domain::UserStatus::Active,
        former_memberships: Vec::new(),
        memberships: Vec::new(),
        created_at: Timestamp::EPOCH,
    }
}

pub(in crate::hot) fn id_of(id: u128) -> Key {
    Key::Id(Kind::User, id)
}

pub(in crate::hot) fn name_of(name: &str) -> Key {
    Key::PublicId(Kind::User, realm(), name.into())
}

pub(in crate::hot) fn handle_of(email: &str) -> Key {
    Key::Handle(Kind::User, realm(), email.into())
}

pub(in crate::hot) async fn insert(store: &dyn Store, user: User) {
    let writes = vec![Write::Insert(Arc::new(user).into_entity())];
    store.commit(Batch { writes, events: Vec::new() }).await.unwrap();
}

/// The write that renames a user in its current version.
pub(in crate::hot) async fn renamed(hot: &Hot, id: u128, name: &str) -> Write {
    let loaded = hot.by_id::<User>(Id::from_u128(id)).await.unwrap().unwrap();
    let changed = User { public_id: name.parse().unwrap(), ..User::clone(&loaded) };
    loaded.replace_with(changed)
}

pub(in crate::hot) async fn rename(
    hot: &Hot,
    id: u128,
    name: &str,
) -> Result<Committed, CommitError> {
    let writes = vec![renamed(hot, id, name).await];
    hot.commit(Batch { writes, events: Vec::new() }).await
}
