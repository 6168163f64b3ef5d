//! Tests of records: nothing is lost, the newest version stays, and records are small.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{Digest, Id, Rng as _, Timestamp, rng::SequenceRng};
use domain::{
    Actor, Credential, CredentialDetail, CredentialKind, CredentialMembers, Entity,
    EntityRecord as _, Grant, Kind, Minted, RealmName, RemovedUntil, Revocation, Rotated,
};
use oauth::ScopeSet;

use super::bytes::Writer;
use super::parts::Codec;
use super::{Packed, Put};
use crate::{CredentialDependencies, GrantDependencies, Key, Stored, Version};

/// Makes random combinations of fields.
struct Dice(SequenceRng);

impl Dice {
    fn number(&self, below: u128) -> u128 {
        self.0.u128() % below
    }

    fn maybe<T>(&self, make: impl FnOnce() -> T) -> Option<T> {
        (self.number(2) == 0).then(make)
    }

    fn id<T>(&self) -> Id<T> {
        match self.number(3) {
            0 => Id::from_u128(self.number(3)),
            1 => Id::new(Timestamp::from_millis(1_800_000_000_000), &self.0),
            _ => Id::from_u128(self.0.u128()),
        }
    }

    fn time(&self) -> Timestamp {
        let far = [i64::MIN, -1, 0, 1_800_000_000_123, i64::MAX];
        Timestamp::from_millis(far[self.number(5) as usize])
    }

    fn text(&self) -> String {
        ["", "a", "Zoë \"quoted\"\n\\ 🏰", "machine:", &"x".repeat(700)][self.number(5) as usize]
            .into()
    }

    fn scopes(&self) -> ScopeSet {
        let many: String = (0..128).map(|it| format!("scope-{it}-of-many ")).collect();
        let several = ["", "read", "read write", "a:b users.read https://x.example/all", &many];
        several[self.number(5) as usize].parse().unwrap()
    }

    fn revoked(&self) -> Revocation {
        let name = || "client_4xWm".parse().unwrap();
        let by = match self.number(4) {
            0 => Actor::System,
            1 => Actor::AdminKey(name()),
            2 => Actor::Client(name()),
            _ => Actor::User(name()),
        };
        Revocation { at: self.time(), by, reason: self.maybe(|| self.text()) }
    }

    fn credential(&self) -> Credential {
        let id = self.id();
        let own = self.number(2) == 0;
        let created = self.number(2) == 0;
        Credential {
            id,
            realm: ["main", "sandbox"][self.number(2) as usize].parse().unwrap(),
            public_id: if own {
                id.to_string().parse()
            } else {
                "key_Ü".replace('Ü', "x").parse()
            }
            .unwrap(),
            label: self.text(),
            digest: Digest::from_bytes(std::array::from_fn(|_| self.number(256) as u8)),
            expires_at: self.maybe(|| self.time()),
            revoked: self.maybe(|| self.revoked()),
            created_at: if created { super::parts::made(id.as_u128()) } else { self.time() },
            detail: self.detail(),
        }
    }

    /// Of any kind, with every combination of what is optional, by and by.
    fn detail(&self) -> CredentialDetail {
        let kind = CredentialKind::ALL[self.number(9) as usize];
        let members = CredentialMembers {
            grant: self.maybe(|| self.id()),
            client: self.maybe(|| self.id()),
            resource_server: self.maybe(|| self.id()),
            organization: self.maybe(|| self.id()),
            user: self.maybe(|| self.id()),
            scopes: self.maybe(|| self.scopes()),
            rotated: self.maybe(|| Rotated { generation: self.0.u128() as u32, at: self.time() }),
            minted: self.maybe(|| Minted { from: self.id(), token_id: self.id() }),
            authenticated_at: self.maybe(|| self.time()),
            weak: self.number(2) == 0,
            status_index: self.maybe(|| self.0.u128() as u32),
            removed: self.maybe(|| RemovedUntil { until: self.maybe(|| self.time()) }),
        };
        members.detail(kind).unwrap_or_else(|_| self.detail())
    }

    fn grant(&self) -> Grant {
        let mut grant = Grant {
            id: self.id(),
            realm: "main".parse().unwrap(),
            client: self.maybe(|| self.id()),
            user: self.maybe(|| self.id()),
            organization: self.maybe(|| self.id()),
            resource_server: self.id(),
            scopes: self.scopes(),
            default_scopes: self.maybe(|| self.scopes()),
            epoch: self.number(300) as u32,
            handle: None,
            status_index: self.maybe(|| self.0.u128() as u32),
            revoked: self.maybe(|| self.revoked()),
            created_at: self.time(),
        };
        let (client, server) = (grant.client.unwrap_or(self.id()), grant.resource_server);
        let organization = grant.organization.unwrap_or(self.id());
        let user = grant.user.unwrap_or(self.id());
        grant.handle = match self.number(5) {
            0 => None,
            1 => Some(Grant::machine_handle(client, server)),
            2 => Some(Grant::connection_handle(client, user, grant.organization, server)),
            3 => Some(Grant::legacy_handle(organization, server)),
            _ => Some(self.text()),
        };
        grant
    }
}

#[test]
fn no_credential_and_no_grant_loses_anything() {
    let (codec, dice) = (Codec::default(), Dice(SequenceRng::new(4)));
    for round in 0..4_000 {
        let entity = match round % 2 {
            0 => Arc::new(dice.credential()).into_entity(),
            _ => Arc::new(dice.grant()).into_entity(),
        };
        let record = codec.pack(&entity).unwrap();
        assert_eq!(record[0], 1, "has a form of its own: {entity:?}");
        let back = codec.unpack(entity.kind(), entity.id(), &record).unwrap();
        assert_eq!(back.to_json().unwrap(), entity.to_json().unwrap());
        for end in 0..if round % 40 < 2 { record.len() } else { 0 } {
            // A truncated record must not panic. Texts at the end may be shorter by chance.
            let _ = codec.unpack(entity.kind(), entity.id(), &record[..end]);
        }
    }
}

#[test]
fn an_entity_of_any_kind_is_unpacked_unchanged() {
    let packed = Packed::new(1 << 20);
    let samples = store_samples();
    for entity in &samples {
        packed.put(&Stored { entity: entity.clone(), version: Version(3) }, Put::Filling);
    }
    for entity in &samples {
        let (kind, realm) = (entity.kind(), entity.realm());
        let named = entity.public_id().map(|it| Key::PublicId(kind, realm.clone(), it.into()));
        let handle = entity.handle().map(|it| Key::Handle(kind, realm.clone(), it.into()));
        for key in [Some(Key::Id(kind, entity.id())), named, handle].into_iter().flatten() {
            let found = packed.find(&key).unwrap();
            assert_eq!(found.version, Version(3));
            assert_eq!(found.entity.to_json().unwrap(), entity.to_json().unwrap());
        }
    }
}

#[test]
fn each_shows_every_entity_of_a_realm_once_with_its_dependencies() {
    for realms in [0, 20_000] {
        let packed = Packed::new(0);
        // Where there are too many realms to number, records have no compact form.
        for number in 0..realms {
            let name = format!("realm-{number}").parse().unwrap();
            let _ = packed.codec.write_realm(&name, &mut Writer::default());
        }
        let samples = store_samples();
        for entity in &samples {
            packed.put(&Stored { entity: entity.clone(), version: Version(1) }, Put::Filling);
        }
        for realm in ["main", "sandbox", "test", "unheard-of"] {
            let realm: RealmName = realm.parse().unwrap();
            let here: Vec<&Entity> = samples.iter().filter(|it| *it.realm() == realm).collect();
            assert_eq!(here.is_empty(), realm.as_str() == "unheard-of");
            shows(&packed, &realm, &here);
        }
    }
}

fn shows(packed: &Packed, realm: &RealmName, here: &[&Entity]) {
    let (mut grants, mut credentials) = (BTreeMap::new(), BTreeMap::new());
    packed.each_grant(realm, &mut |it| assert!(grants.insert(it.id, *it).is_none()));
    packed.each_credential(realm, &mut |it| assert!(credentials.insert(it.id, *it).is_none()));
    for kind in Kind::ALL {
        let mut shown = BTreeMap::new();
        packed.each(kind, realm, &mut |it| {
            assert!(shown.insert(it.id(), it.to_json().unwrap()).is_none(), "shown twice");
        });
        let of_kind = here.iter().filter(|it| it.kind() == kind);
        let expected: BTreeMap<_, _> = of_kind.map(|it| (it.id(), it.to_json().unwrap())).collect();
        assert_eq!(shown, expected);
    }
    for entity in here {
        match entity {
            Entity::Grant(it) => {
                assert_eq!(grants.remove(&it.id.as_u128()), Some(GrantDependencies::of(it)));
            }
            Entity::Credential(it) => {
                assert_eq!(
                    credentials.remove(&it.id.as_u128()),
                    Some(CredentialDependencies::of(it))
                );
            }
            _ => {}
        }
    }
    assert!(grants.is_empty() && credentials.is_empty());
}

/// One entity of each kind, and the two with compact forms.
fn store_samples() -> Vec<Entity> {
    let user = crate::hot::tests::fake::user(7, "ada", "ada@example.org");
    let dice = Dice(SequenceRng::new(9));
    let mut samples = vec![Arc::new(user).into_entity()];
    for number in 0..500 {
        let mut credential = dice.credential();
        credential.id = Id::from_u128(1_000 + number);
        credential.public_id = match number % 2 {
            0 => credential.id.to_string(),
            _ => format!("imported_{number}"),
        }
        .parse()
        .unwrap();
        samples.push(Arc::new(credential).into_entity());
        let mut grant = dice.grant();
        grant.id = Id::from_u128(1_000 + number);
        grant.handle = grant.handle.map(|handle| format!("{handle}{number}"));
        samples.push(Arc::new(grant).into_entity());
    }
    samples
}

#[test]
fn a_late_put_is_ignored_and_names_belong_to_the_newest_version() {
    let packed = Packed::new(0);
    let put = |name: &str, version| {
        let user = crate::hot::tests::fake::user(7, name, &format!("{name}@example.org"));
        let entity = Arc::new(user).into_entity();
        packed.put(&Stored { entity, version: Version(version) }, Put::Used);
    };
    let finds = |name| packed.find(&crate::hot::tests::fake::name_of(name)).map(|it| it.version.0);
    put("b", 2);
    put("a", 1);
    assert_eq!((finds("a"), finds("b")), (None, Some(2)));
    put("c", 5);
    put("d", 4);
    assert_eq!((finds("b"), finds("c"), finds("d")), (None, Some(5), None));
}

#[test]
fn records_that_grow_and_shrink_ten_thousand_times_take_no_more_room() {
    let packed = Packed::new(0);
    let bytes = |packed: &Packed| {
        let mut figures = crate::hot::tests::figures();
        packed.figures(&mut figures);
        (figures.entities, figures.bytes)
    };
    let put = |id, version| {
        let mut user =
            crate::hot::tests::fake::user(id, &format!("u{id}"), &format!("{id}@x.example"));
        user.name = "n".repeat((version * 37 % 300) as usize);
        let entity = Arc::new(user).into_entity();
        packed.put(&Stored { entity, version: Version(version) }, Put::Filling);
    };
    (0..500).for_each(|id| put(id, 1));
    (2..20).for_each(|version| (0..500).for_each(|id| put(id, version)));
    let settled = bytes(&packed);
    (20..200).for_each(|version| (0..500).for_each(|id| put(id, version)));
    let (entities, after) = bytes(&packed);
    assert_eq!(entities, 500);
    assert!(after < settled.1 * 5 / 4, "{settled:?} grew to {after}");
    for id in 0..500 {
        assert_eq!(packed.by_id(Kind::User, id).unwrap().version, Version(199));
    }
}
