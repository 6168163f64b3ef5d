//! Records: converts an entity to bytes and back, without loss.
//!
//! There are many credentials and grants, so they have compact forms. Other kinds are stored as
//! JSON. An entity that does not fit a compact form is stored as JSON, too.

use std::sync::Arc;

use base::Id;
use domain::{Entity, Kind, RealmName};

use super::bytes::{Reader, Writer};
use super::parts::Codec;
use super::shard::Record;
use super::{credential, grant};
use crate::{CredentialDependencies, GrantDependencies};

const JSON: u8 = 0;
const PACKED: u8 = 1;

impl Codec {
    /// The record of `entity`: everything but its kind and its identifier. `None`: it cannot be
    /// encoded, which does not happen.
    pub(super) fn pack(&self, entity: &Entity) -> Option<Vec<u8>> {
        let mut writer = Writer::default();
        writer.byte(PACKED);
        let packed = match entity {
            Entity::Credential(it) => credential::write(self, it, &mut writer),
            Entity::Grant(it) => grant::write(self, it, &mut writer),
            _ => None,
        };
        if packed.is_some() {
            return Some(writer.0);
        }
        let json = entity.to_json().ok()?;
        let mut record = Vec::with_capacity(1 + json.len());
        record.push(JSON);
        record.extend_from_slice(json.as_bytes());
        Some(record)
    }

    pub(super) fn unpack(&self, kind: Kind, id: u128, record: &[u8]) -> Option<Entity> {
        let mut reader = Reader(record);
        match (reader.byte()?, kind) {
            (PACKED, Kind::Credential) => credential::read(self, Id::from_u128(id), &mut reader)
                .map(|it| Entity::Credential(Arc::new(it))),
            (PACKED, Kind::Grant) => grant::read(self, Id::from_u128(id), &mut reader)
                .map(|it| Entity::Grant(Arc::new(it))),
            (JSON, _) => Entity::from_json(kind, str::from_utf8(reader.0).ok()?).ok(),
            _ => None,
        }
    }

    /// The dependencies of a credential of `realm`, without reading the rest. `None`: it is of
    /// another realm.
    pub(super) fn credential_dependencies(
        &self,
        record: &Record<'_>,
        realm: (&RealmName, Option<u32>),
    ) -> Option<CredentialDependencies> {
        let mut reader = Reader(record.body);
        if reader.byte()? == PACKED {
            return credential::dependencies(self, (record.id, realm.1), &mut reader)?;
        }
        match self.unpack(Kind::Credential, record.id, record.body)? {
            Entity::Credential(it) if it.realm == *realm.0 => Some(CredentialDependencies::of(&it)),
            _ => None,
        }
    }

    /// The dependencies of a grant of `realm`, without reading the rest. `None`: it is of another
    /// realm.
    pub(super) fn grant_dependencies(
        &self,
        record: &Record<'_>,
        realm: (&RealmName, Option<u32>),
    ) -> Option<GrantDependencies> {
        let mut reader = Reader(record.body);
        if reader.byte()? == PACKED {
            return grant::dependencies(self, (record.id, realm.1), &mut reader)?;
        }
        match self.unpack(Kind::Grant, record.id, record.body)? {
            Entity::Grant(it) if it.realm == *realm.0 => Some(GrantDependencies::of(&it)),
            _ => None,
        }
    }
}
