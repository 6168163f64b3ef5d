//! Walks over all that is packed: a shard is read under its lock, and shown after it was let go, so
//! that nobody waits for longer than reading some thousands of records takes.

use std::sync::PoisonError;

use domain::{Entity, Kind, RealmName};

use super::Packed;
use super::shard::Record;
use crate::{CredentialDependencies, GrantDependencies};

impl Packed {
    /// Every entity of a kind in a realm, as it stands when its turn comes.
    pub(in crate::hot) fn each(
        &self,
        kind: Kind,
        realm: &RealmName,
        show: &mut dyn FnMut(&Entity),
    ) {
        let unpack = |record: &Record<'_>| {
            let entity = self.codec.unpack(kind, record.id, record.body);
            entity.filter(|entity| entity.realm() == realm)
        };
        self.walk(kind, unpack, |entity| show(&entity));
    }

    pub(in crate::hot) fn each_grant(
        &self,
        realm: &RealmName,
        show: &mut dyn FnMut(&GrantDependencies),
    ) {
        let of = (realm, self.codec.realm(realm));
        self.walk(Kind::Grant, |record| self.codec.grant_ties(record, of), |it| show(&it));
    }

    pub(in crate::hot) fn each_credential(
        &self,
        realm: &RealmName,
        show: &mut dyn FnMut(&CredentialDependencies),
    ) {
        let of = (realm, self.codec.realm(realm));
        self.walk(
            Kind::Credential,
            |record| self.codec.credential_ties(record, of),
            |it| show(&it),
        );
    }

    fn walk<T>(&self, kind: Kind, read: impl Fn(&Record<'_>) -> Option<T>, show: impl FnMut(T)) {
        let mut show = show;
        let mut found = Vec::new();
        for part in &self.shards {
            {
                let shard = part.records.read().unwrap_or_else(PoisonError::into_inner);
                let records = shard.all().filter(|record| record.kind == kind);
                found.extend(records.filter_map(|record| read(&record)));
            }
            found.drain(..).for_each(&mut show);
        }
    }
}
