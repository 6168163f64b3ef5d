//! Entities as the store sees them: a kind, keys to find them by, and owners to list them by.

use std::sync::Arc;

use base::Id;
use serde::{Deserialize, Serialize};

use crate::{
    AccessRequest, Account, Client, Credential, Grant, Kind, Organization, RealmName,
    ResourceServer, SigningKey, User,
};

/// The owners of an entity: the columns by which it can be listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owners {
    /// The organization, as bits of its identifier.
    pub organization: Option<u128>,
    /// The user.
    pub user: Option<u128>,
    /// The client.
    pub client: Option<u128>,
    /// The resource server.
    pub resource_server: Option<u128>,
    /// The grant.
    pub grant: Option<u128>,
    /// A finer kind, such as [`crate::CredentialKind::as_str`].
    pub variety: Option<&'static str>,
}

/// What the store needs to know of every entity.
pub trait EntityRecord:
    Clone + Serialize + for<'de> Deserialize<'de> + Send + Sync + 'static
{
    /// The kind.
    const KIND: Kind;
    /// The identifier.
    fn id(&self) -> Id<Self>;
    /// The realm it belongs to.
    fn realm(&self) -> &RealmName;
    /// The public id, where it has one; unique among its kind in a realm.
    fn public_id(&self) -> Option<&str>;
    /// A second unique name, where it has one.
    fn handle(&self) -> Option<&str>;
    /// The owners.
    fn owners(&self) -> Owners;
    /// Wraps it as an [`Entity`].
    fn into_entity(self: Arc<Self>) -> Entity;
    /// Unwraps an [`Entity`]; `None` when it is another kind.
    fn from_entity(entity: &Entity) -> Option<Arc<Self>>;
}

macro_rules! entities {
    ($($kind:ident {
        public_id: |$public:ident| $public_id:expr,
        handle: |$handle_of:ident| $handle:expr,
        owners: |$owners_of:ident| $owners:expr,
    })*) => {
        /// An entity of any kind.
        #[derive(Clone, Debug)]
        pub enum Entity { $(
            #[doc = concat!("[`", stringify!($kind), "`].")]
            $kind(Arc<$kind>),
        )* }

        impl Entity {
            /// The kind.
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind,)* }
            }
            /// The bits of the identifier.
            pub fn id(&self) -> u128 {
                match self { $(Self::$kind(record) => EntityRecord::id(&**record).as_u128(),)* }
            }
            /// The realm it belongs to.
            pub fn realm(&self) -> &RealmName {
                match self { $(Self::$kind(record) => EntityRecord::realm(&**record),)* }
            }
            /// The public id.
            pub fn public_id(&self) -> Option<&str> {
                match self { $(Self::$kind(record) => EntityRecord::public_id(&**record),)* }
            }
            /// The second unique name.
            pub fn handle(&self) -> Option<&str> {
                match self { $(Self::$kind(record) => EntityRecord::handle(&**record),)* }
            }
            /// The owners.
            pub fn owners(&self) -> Owners {
                match self { $(Self::$kind(record) => EntityRecord::owners(&**record),)* }
            }
            /// Serialises it as JSON, for storage.
            ///
            /// # Errors
            /// When a value has no JSON form. No field of an entity has such values.
            pub fn to_json(&self) -> serde_json::Result<String> {
                match self { $(Self::$kind(record) => serde_json::to_string(&**record),)* }
            }
            /// From stored JSON.
            ///
            /// # Errors
            /// When the text is not an entity of this kind.
            pub fn from_json(kind: Kind, json: &str) -> serde_json::Result<Self> {
                Ok(match kind { $(Kind::$kind => Self::$kind(Arc::new(serde_json::from_str(json)?)),)* })
            }
        }

        $(impl EntityRecord for $kind {
            const KIND: Kind = Kind::$kind;
            fn id(&self) -> Id<Self> { self.id }
            fn realm(&self) -> &RealmName { &self.realm }
            fn public_id(&self) -> Option<&str> { let $public = self; $public_id }
            fn handle(&self) -> Option<&str> { let $handle_of = self; $handle }
            fn owners(&self) -> Owners { let $owners_of = self; $owners }
            fn into_entity(self: Arc<Self>) -> Entity { Entity::$kind(self) }
            fn from_entity(entity: &Entity) -> Option<Arc<Self>> {
                match entity { Entity::$kind(record) => Some(Arc::clone(record)), _ => None }
            }
        })*
    };
}

fn bits<T>(id: Option<Id<T>>) -> Option<u128> {
    id.map(Id::as_u128)
}

entities! {
    Organization {
        public_id: |it| Some(it.public_id.as_str()),
        handle: |_it| None,
        owners: |_it| Owners::default(),
    }
    User {
        public_id: |it| Some(it.public_id.as_str()),
        handle: |it| Some(&it.email),
        owners: |_it| Owners::default(),
    }
    ResourceServer {
        public_id: |it| Some(it.public_id.as_str()),
        handle: |it| Some(&it.identifier),
        owners: |_it| Owners::default(),
    }
    Client {
        public_id: |it| Some(it.public_id.as_str()),
        handle: |_it| None,
        owners: |it| Owners {
            organization: bits(it.organization),
            user: bits(it.creator),
            ..Owners::default()
        },
    }
    Grant {
        public_id: |_it| None,
        handle: |it| it.handle.as_deref(),
        owners: |it| Owners {
            organization: bits(it.organization),
            user: bits(it.user),
            client: bits(it.client),
            resource_server: Some(it.resource_server.as_u128()),
            ..Owners::default()
        },
    }
    Credential {
        public_id: |it| Some(it.public_id.as_str()),
        handle: |_it| None,
        owners: |it| {
            let members = it.detail.members();
            Owners {
                organization: bits(members.organization),
                user: bits(members.user),
                client: bits(members.client),
                resource_server: bits(members.resource_server),
                grant: bits(members.grant),
                // No list has what is left of a removed one.
                variety: it.removed().is_none().then_some(it.kind().as_str()),
            }
        },
    }
    SigningKey {
        public_id: |it| Some(it.kid.as_str()),
        handle: |_it| None,
        owners: |_it| Owners::default(),
    }
    Account {
        public_id: |it| Some(it.public_id.as_str()),
        handle: |_it| None,
        owners: |it| Owners { user: Some(it.id.as_u128()), ..Owners::default() },
    }
    AccessRequest {
        public_id: |it| Some(it.public_id.as_str()),
        handle: |_it| None,
        owners: |it| Owners { variety: Some(it.variety()), ..Owners::default() },
    }
}
