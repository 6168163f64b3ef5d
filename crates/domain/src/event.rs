//! Events: each change, who made it, and from where. They are the audit trail and the change feed.

use base::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Kind, PublicId, RealmName};

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum Actor {
    /// The program itself: first start, demo data.
    System,
    /// Whoever held this admin key.
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

/// From where something was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Who.
    pub actor: Actor,
    /// The request that did it; absent for what the program does by itself.
    pub request_id: Option<String>,
    /// The peer's address, where there is one.
    pub address: Option<String>,
}

impl Origin {
    /// The program itself.
    pub const fn system() -> Self {
        Self { actor: Actor::System, request_id: None, address: None }
    }
}

/// What something was done to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// What kind of thing.
    pub kind: Kind,
    /// Its identifier's bits.
    #[serde(with = "id_text")]
    pub id: u128,
    /// What the outside calls it.
    pub public_id: String,
}

/// An event before it is committed: the store gives it its sequence number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventDraft {
    /// In which realm.
    pub realm: RealmName,
    /// When.
    pub at: Timestamp,
    /// What, as `kind.past_participle`: `client.suspended`.
    pub action: String,
    /// To what.
    pub target: Target,
    /// Who, and from where.
    pub origin: Origin,
    /// What else support wants to know; never a secret.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub detail: serde_json::Map<String, serde_json::Value>,
}

/// A committed event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Rises with each event; has gaps.
    pub sequence: u64,
    /// What happened.
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
