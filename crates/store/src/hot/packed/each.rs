//! Traverses all records. A shard is read under its lock and shown after the lock is released, so
//! that nobody waits longer than it takes to read some thousands of records.

use std::sync::PoisonError;

use domain::{Entity, Kind, RealmName};

use super::Packed;
use super::shard::Record;
use crate::{CredentialDependencies, GrantDependencies};

impl Packed {
    /// Every entity of a kind in a realm, in its state at that moment.
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
        self.traverse(kind, unpack, |entity| show(&entity));
    }

    pub(in crate::hot) fn each_grant(
        &self,
        realm: &RealmName,
        show: &mut dyn FnMut(&GrantDependencies),
    ) {
        let of = (realm, self.codec.realm(realm));
        self.traverse(
            Kind::Grant,
            |record| self.codec.grant_dependencies(record, of),
            |it| show(&it),
        );
    }

    pub(in crate::hot) fn each_credential(
        &self,
        realm: &RealmName,
        show: &mut dyn FnMut(&CredentialDependencies),
    ) {
        let of = (realm, self.codec.realm(realm));
        self.traverse(
            Kind::Credential,
            |record| self.codec.credential_dependencies(record, of),
            |it| show(&it),
        );
    }

    pub(super) fn traverse<T>(
        &self,
        kind: Kind,
        read: impl Fn(&Record<'_>) -> Option<T>,
        show: impl FnMut(T),
    ) {
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
