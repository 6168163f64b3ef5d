//! What a commit changed, for those who remember: other nodes and this one's own memory.

mod packed;

use base::Timestamp;
use domain::{CredentialKind, Entity, Kind};

use crate::{Batch, Write};

/// How many changes are kept at least: the newest.
pub const CHANGES_KEPT: usize = 100_000;

/// The most changes that are read at once.
pub const MAX_CHANGES: usize = 1_000;

/// A commit, as the change feed tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The last sequence number that the commit was given.
    pub sequence: u64,
    /// What it changed.
    pub effects: Vec<Effect>,
}

/// One thing that a commit changed. It says what to look at again, not what it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// An entity is new or another.
    Entity {
        /// Its kind.
        kind: Kind,
        /// The bits of its identifier.
        id: u128,
    },
    /// An access token was revoked by itself.
    Token {
        /// Its `jti`.
        token: u128,
        /// When it would have expired; `None`: never.
        until: Option<Timestamp>,
    },
}

impl Batch {
    /// What the change feed tells of this batch; nothing where that is empty.
    ///
    /// A batch with events is told whole. One without is use, not change, and is not told: a refresh
    /// token that rotates and a session that goes on are read from the store itself by whoever acts
    /// on them ([`crate::Store::direct`]). Two things are told whatever they come with: a token that
    /// is revoked, and a stored access token that took the place of another.
    pub fn effects(&self) -> Vec<Effect> {
        let all = !self.events.is_empty();
        let told = |entity: &Entity| all || displaces(entity);
        let effect = |write: &Write| match write {
            Write::Insert(entity) if all => Some(of(entity)),
            Write::Replace { entity, .. } if told(entity) => Some(of(entity)),
            Write::RevokeToken { token, until, .. } => {
                Some(Effect::Token { token: *token, until: *until })
            }
            _ => None,
        };
        self.writes.iter().filter_map(effect).collect()
    }
}

fn of(entity: &Entity) -> Effect {
    Effect::Entity { kind: entity.kind(), id: entity.id() }
}

fn displaces(entity: &Entity) -> bool {
    matches!(entity, Entity::Credential(it) if it.kind() == CredentialKind::AccessToken)
}
