//! Events: each change, who made it, and from where. They are the audit trail and the change feed.

use base::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Kind, PublicId, RealmName};

/// Who made a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum Actor {
    /// The program itself: first start, demo data.
    System,
    /// The holder of this admin key.
    AdminKey(PublicId),
    /// A client.
    Client(PublicId),
    /// A user.
    User(PublicId),
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::System => f.write_str("system"),
            Self::AdminKey(id) => write!(f, "admin key {id}"),
            Self::Client(id) => write!(f, "client {id}"),
            Self::User(id) => write!(f, "user {id}"),
        }
    }
}

/// Where a change came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Who made it.
    pub actor: Actor,
    /// The id of the request that made it; absent for changes that the program makes by itself.
    pub request_id: Option<String>,
    /// The IP address of the peer, where there is one.
    pub address: Option<String>,
}

impl Origin {
    /// The origin of changes that the program makes by itself.
    pub const fn system() -> Self {
        Self { actor: Actor::System, request_id: None, address: None }
    }
}

/// The entity that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The kind of entity.
    pub kind: Kind,
    /// The bits of its identifier.
    #[serde(with = "id_text")]
    pub id: u128,
    /// The public id of the entity.
    pub public_id: String,
}

/// An event before it is committed. The store gives it its sequence number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventDraft {
    /// The realm.
    pub realm: RealmName,
    /// When the change was made.
    pub at: Timestamp,
    /// The action, as `kind.past_participle`: `client.suspended`.
    pub action: String,
    /// The entity that was changed.
    pub target: Target,
    /// Who made the change, and from where.
    pub origin: Origin,
    /// Further facts for support; never a secret.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub detail: serde_json::Map<String, serde_json::Value>,
}

/// A committed event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Rises with each event, with gaps.
    pub sequence: u64,
    /// The event.
    #[serde(flatten)]
    pub draft: EventDraft,
}

mod id_text {
    use base::Id;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    pub(super) fn serialize<S: Serializer>(id: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        Id::<()>::from_u128(*id).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<u128, D::Error> {
        Id::<()>::deserialize(deserializer).map(Id::as_u128)
    }
}
