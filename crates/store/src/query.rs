//! What can be asked for.

use domain::{Actor, Kind, Owners, RealmName};

/// The longest page, in rows.
pub const MAX_PAGE: usize = 200;

/// The most entities that are read at once where everything is read.
pub const MAX_SCAN: usize = 5_000;

/// How many refusals are kept that name a subject, and how many that name none.
pub const REFUSALS_KEPT: usize = 20_000;

/// What finds one entity.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// By the bits of its identifier.
    Id(Kind, u128),
    /// By its public id.
    PublicId(Kind, RealmName, Box<str>),
    /// By its handle.
    Handle(Kind, RealmName, Box<str>),
}

/// A page of entities of one kind in one realm, by rising identifier (keyset pagination).
#[derive(Clone, Debug)]
pub struct ListQuery {
    /// Of which kind.
    pub kind: Kind,
    /// In which realm.
    pub realm: RealmName,
    /// Only those that belong to all of these (`None` in a field: any).
    pub owners: Owners,
    /// Only those whose identifier's bits are greater than this.
    pub after: Option<u128>,
    /// At most so many; more than [`MAX_PAGE`] counts as [`MAX_PAGE`].
    pub limit: usize,
}

/// How events and refusals are narrowed and paged.
#[derive(Clone, Debug, Default)]
pub struct EventQuery {
    /// Only in this realm.
    pub realm: Option<RealmName>,
    /// Only about this target's public id.
    pub target: Option<String>,
    /// Only by this request.
    pub request_id: Option<String>,
    /// Only what this actor did.
    pub actor: Option<Actor>,
    /// Only with a greater sequence number.
    pub after: Option<u64>,
    /// Only with a smaller sequence number.
    pub before: Option<u64>,
    /// Newest first; otherwise oldest first.
    pub newest_first: bool,
    /// At most so many; more than [`MAX_PAGE`] counts as [`MAX_PAGE`].
    pub limit: usize,
}

/// An actor as backends index it: its kind and, after a colon, its public id. Stored: it never
/// changes.
pub fn actor_key(actor: &Actor) -> String {
    match actor {
        Actor::System => "system".to_owned(),
        Actor::AdminKey(id) => format!("admin_key:{id}"),
        Actor::Client(id) => format!("client:{id}"),
        Actor::User(id) => format!("user:{id}"),
    }
}

/// How refusals are narrowed; newest first.
#[derive(Clone, Debug, Default)]
pub struct RefusalQuery {
    /// Only in this realm.
    pub realm: Option<RealmName>,
    /// Only of this request.
    pub request_id: Option<String>,
    /// Only of this client or credential.
    pub subject: Option<String>,
    /// At most so many; more than [`MAX_PAGE`] counts as [`MAX_PAGE`].
    pub limit: usize,
}
