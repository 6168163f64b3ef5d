//! The queries of a store.

use domain::{Actor, Kind, Owners, RealmName};

/// The largest page, in rows.
pub const MAX_PAGE: usize = 200;

/// The largest number of entities in one read of a scan.
pub const MAX_SCAN: usize = 5_000;

/// How many refusals with a subject are kept, and how many without.
pub const REFUSALS_KEPT: usize = 20_000;

/// A key that identifies one entity.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// The bits of its identifier.
    Id(Kind, u128),
    /// Its public id.
    PublicId(Kind, RealmName, Box<str>),
    /// Its handle.
    Handle(Kind, RealmName, Box<str>),
}

/// A page of entities of one kind in one realm, by rising identifier (keyset pagination).
#[derive(Clone, Debug)]
pub struct ListQuery {
    /// The kind.
    pub kind: Kind,
    /// The realm.
    pub realm: RealmName,
    /// Only entities with all of these owners (`None` in a field: any).
    pub owners: Owners,
    /// Only entities whose identifier's bits are greater than this.
    pub after: Option<u128>,
    /// The page size; more than [`MAX_PAGE`] counts as [`MAX_PAGE`].
    pub limit: usize,
}

/// A page of events with filters.
#[derive(Clone, Debug, Default)]
pub struct EventQuery {
    /// Only events of this realm.
    pub realm: Option<RealmName>,
    /// Only events about the target with this public id.
    pub target: Option<String>,
    /// Only events of this request.
    pub request_id: Option<String>,
    /// Only events of this actor.
    pub actor: Option<Actor>,
    /// Only events with a greater sequence number.
    pub after: Option<u64>,
    /// Only events with a smaller sequence number.
    pub before: Option<u64>,
    /// Newest first; otherwise oldest first.
    pub newest_first: bool,
    /// The page size; more than [`MAX_PAGE`] counts as [`MAX_PAGE`].
    pub limit: usize,
}

/// The text by which backends index an actor: its kind, a colon, its public id. It is stored, so it
/// never changes.
pub fn actor_key(actor: &Actor) -> String {
    match actor {
        Actor::System => "system".to_owned(),
        Actor::AdminKey(id) => format!("admin_key:{id}"),
        Actor::Client(id) => format!("client:{id}"),
        Actor::User(id) => format!("user:{id}"),
    }
}

/// A page of refusals with filters, newest first.
#[derive(Clone, Debug, Default)]
pub struct RefusalQuery {
    /// Only refusals of this realm.
    pub realm: Option<RealmName>,
    /// Only the refusal of this request.
    pub request_id: Option<String>,
    /// Only refusals of this client or credential.
    pub subject: Option<String>,
    /// The page size; more than [`MAX_PAGE`] counts as [`MAX_PAGE`].
    pub limit: usize,
}
