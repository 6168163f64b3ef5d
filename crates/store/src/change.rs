//! Changes: what a commit changed, for the memory of this node and of other nodes.

mod packed;

use base::Timestamp;
use domain::{CredentialKind, Entity, Kind};

use crate::{Batch, Write};

/// The store keeps at least this many of the newest changes.
pub const CHANGES_KEPT: usize = 100_000;

/// The largest number of changes in one read.
pub const MAX_CHANGES: usize = 1_000;

/// A commit in the change feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The last sequence number of the commit.
    pub sequence: u64,
    /// The effects of the commit.
    pub effects: Vec<Effect>,
}

/// One thing that a commit changed. It names what must be read again, not its new state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// An entity was inserted, replaced or removed.
    Entity {
        /// Its kind.
        kind: Kind,
        /// The bits of its identifier.
        id: u128,
    },
    /// A single access token was revoked.
    Token {
        /// The token's `jti`.
        token: u128,
        /// When it would have expired; `None`: never.
        until: Option<Timestamp>,
    },
}

impl Batch {
    /// What the change feed publishes of this batch; empty where it publishes nothing.
    ///
    /// A batch with events is published whole. A batch without events is use, not change, and is
    /// not published: a decision about a rotating refresh token or a session reads it from the
    /// store itself ([`crate::StoreReader::direct`]). Four effects are always published: the revocation of
    /// a token, a stored access token that replaces another, a removal, and what is left of a removed
    /// credential.
    pub fn effects(&self) -> Vec<Effect> {
        let all = !self.events.is_empty();
        let is_published =
            |entity: &Entity| all || replaces_stored_token(entity) || is_removed(entity);
        let effect = |write: &Write| match write {
            Write::Insert(entity) if all => Some(of(entity)),
            Write::Replace { entity, .. } if is_published(entity) => Some(of(entity)),
            Write::Remove { entity, .. } => Some(of(entity)),
            Write::RevokeToken { token, until, .. } => {
                Some(Effect::Token { token: *token, until: *until })
            }
            _ => None,
        };
        self.writes.iter().filter_map(effect).collect()
    }

    /// The effects of the change that the feed has for this batch; `None` where it has none, since the
    /// batch has neither effects nor events and takes no number.
    pub fn published(&self) -> Option<Vec<Effect>> {
        let effects = self.effects();
        let takes_number = self.writes.iter().any(|write| matches!(write, Write::TakeNumber));
        (takes_number || !effects.is_empty() || !self.events.is_empty()).then_some(effects)
    }
}

fn of(entity: &Entity) -> Effect {
    Effect::Entity { kind: entity.kind(), id: entity.id() }
}

fn is_removed(entity: &Entity) -> bool {
    matches!(entity, Entity::Credential(it) if it.removed().is_some())
}

fn replaces_stored_token(entity: &Entity) -> bool {
    matches!(entity, Entity::Credential(it) if it.kind() == CredentialKind::AccessToken)
}
