//! Many API keys, each with its own grant, written directly into the database of a realm whose
//! server does not run. Through the admin API, a million would take longer than all other
//! measurements.
//!
//! The result is the same as that of the admin API, without the history: rows through the store's
//! own contract, digests under the realm's key, status indexes.

use std::path::Path;

use base::encoding::base64;
use base::{
    Clock as _, Id, MasterKey, Rng as _, Secret, SystemClock, SystemRng, Timestamp, issued,
};
use domain::{
    AnySecret, Credential, CredentialDetail, EntityRecord, Grant, Kind, Organization, PublicId,
    RealmName, ResourceServer, Status,
};
use store::{Batch, ListQuery, Store, StoreExt as _, Write};
use store_sqlite::{OpenOptions, SqliteStore};

use crate::subject::rfc::JWT_API;

/// The name of the realm, as in `subject/gated.rs`.
const REALM: &str = "bench";
/// The prefix of API keys in the dialect.
pub(crate) const PREFIX: &str = "ak_live_";
/// How many organizations share the keys.
const ORGANIZATIONS: usize = 1_000;
/// Keys per commit.
const BATCH: usize = 2_000;

/// The keys, as values of the `Authorization` header (RFC 7617), all of the same length in one
/// buffer.
pub(crate) struct KeySet {
    values: String,
    each: usize,
}

impl KeySet {
    /// Writes `count` keys into the database of `folder`.
    ///
    /// # Errors
    /// When the database cannot be had, or refuses.
    pub(crate) fn settle(folder: &Path, master: &MasterKey, count: usize) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|problem| format!("runtime: {problem}"))?;
        let options = OpenOptions { master_fingerprint: master.fingerprint() };
        let store = SqliteStore::open(folder.join("postern.db"), &options);
        let store = store.map_err(|problem| problem.to_string())?;
        runtime.block_on(async {
            let fixture = Fixture::found(&store, master).await?;
            fixture.people(count).await
        })
    }

    /// One of them; the number may be any.
    pub(crate) fn value(&self, number: u64) -> &str {
        let count = (self.values.len() / self.each).max(1);
        let first = (number % count as u64) as usize * self.each;
        self.values.get(first..first + self.each).unwrap_or_default()
    }
}

/// Numbers that look random (splitmix64): what to present next must cost the load nothing.
pub(crate) fn numbers(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// `Authorization: Basic` of a key (RFC 7617).
pub(crate) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", base64(format!("{id}:{secret}")))
}

/// Where the keys belong.
struct Fixture<'a> {
    store: &'a SqliteStore,
    master: &'a MasterKey,
    realm: RealmName,
    api: Id<ResourceServer>,
    scopes: oauth::ScopeSet,
    now: Timestamp,
}

impl<'a> Fixture<'a> {
    async fn found(store: &'a SqliteStore, master: &'a MasterKey) -> Result<Self, String> {
        let realm: RealmName = REALM.parse().map_err(|_| "no name of a realm")?;
        let query = ListQuery {
            kind: Kind::ResourceServer,
            realm: realm.clone(),
            owners: Default::default(),
            after: None,
            limit: 100,
        };
        let apis = store.page::<ResourceServer>(query).await.map_err(|it| it.to_string())?;
        let api =
            apis.iter().find(|api| api.identifier == JWT_API).ok_or("the API is not there")?;
        let (api, scopes) = (api.id, api.scope_set());
        Ok(Self { store, master, realm, api, scopes, now: SystemClock.now() })
    }

    async fn people(&self, count: usize) -> Result<KeySet, String> {
        let organizations = self.organizations(ORGANIZATIONS.min(count)).await?;
        let digests = self.master.digest_key();
        let (mut key_set, mut at) = (KeySet { values: String::new(), each: 0 }, 0);
        while at < count {
            let size = BATCH.min(count - at);
            let status_index =
                self.store.reserve_status_indexes(&self.realm, 2 * size as u32).await;
            let mut status_index = status_index.map_err(|problem| problem.to_string())?;
            let mut batch = Batch::new();
            for organization in
                organizations.iter().cycle().skip(at % organizations.len()).take(size)
            {
                let (id, grant) = (self.id(), self.grant(*organization, status_index));
                let secret: Secret<AnySecret> = issued::issue(PREFIX, id, &SystemRng);
                let value = basic(&id.to_string(), secret.expose());
                key_set.each = value.len();
                key_set.values.push_str(&value);
                let digest = digests.digest(&secret);
                let detail = CredentialDetail::ApiKey {
                    grant: grant.id,
                    organization: *organization,
                    status_index: Some(status_index + 1),
                };
                batch.writes.push(insert(self.key(id, detail, digest)?));
                batch.writes.push(insert(grant));
                status_index += 2;
            }
            self.commit(batch).await?;
            at += size;
        }
        Ok(key_set)
    }

    async fn organizations(&self, count: usize) -> Result<Vec<Id<Organization>>, String> {
        let (mut batch, mut ids) = (Batch::new(), Vec::new());
        for number in 0..count {
            let id = self.id();
            batch.writes.push(insert(Organization {
                id,
                realm: self.realm.clone(),
                public_id: public_id(format!("org_{id}"))?,
                name: format!("Organization {number}"),
                status: Status::Active,
                budget: Default::default(),
                created_at: self.now,
            }));
            ids.push(id);
        }
        self.commit(batch).await.map(|()| ids)
    }

    fn grant(&self, organization: Id<Organization>, status_index: u32) -> Grant {
        Grant {
            id: self.id(),
            realm: self.realm.clone(),
            client: None,
            user: None,
            organization: Some(organization),
            resource_server: self.api,
            scopes: self.scopes.clone(),
            default_scopes: None,
            epoch: 0,
            handle: None,
            status_index: Some(status_index),
            revoked: None,
            created_at: self.now,
        }
    }

    fn key(
        &self,
        id: Id<Credential>,
        detail: CredentialDetail,
        digest: base::Digest<AnySecret>,
    ) -> Result<Credential, String> {
        Ok(Credential {
            id,
            realm: self.realm.clone(),
            public_id: public_id(id.to_string())?,
            label: "Nightly export".to_owned(),
            digest,
            expires_at: None,
            revoked: None,
            created_at: self.now,
            detail,
        })
    }

    fn id<T>(&self) -> Id<T> {
        Id::new(self.now, &SystemRng)
    }

    async fn commit(&self, batch: Batch) -> Result<(), String> {
        self.store.commit(batch).await.map(drop).map_err(|problem| problem.to_string())
    }
}

fn insert<T: EntityRecord>(record: T) -> Write {
    Write::Insert(std::sync::Arc::new(record).into_entity())
}

fn public_id(text: String) -> Result<PublicId, String> {
    text.parse().map_err(|problem: domain::ParseNameError| problem.to_string())
}

/// A well-formed key that does not exist, as a pair.
pub(crate) fn stranger() -> (String, Secret<AnySecret>) {
    let id = Id::<Credential>::from_u128(SystemRng.u128());
    (id.to_string(), issued::issue(PREFIX, id, &SystemRng))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_is_well_formed() {
        let (id, secret) = stranger();
        let shape = issued::read::<()>(PREFIX, secret.expose());
        assert_eq!(shape, issued::Shape::Intact(id.parse().unwrap()));
    }

    #[test]
    fn numbers_spread_over_a_key_set() {
        let key_set = KeySet { values: "aabbcc".to_owned(), each: 2 };
        let mut next = numbers(1);
        let seen: std::collections::BTreeSet<_> = (0..99).map(|_| key_set.value(next())).collect();
        assert_eq!(seen.len(), 3);
    }
}
