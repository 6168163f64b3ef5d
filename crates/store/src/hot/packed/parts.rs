//! Parts that records of several kinds have, and the values that records share.

use base::{Id, Timestamp};
use domain::{Actor, PublicId, RealmName, Revocation};
use oauth::ScopeSet;

use super::bytes::{Reader, Writer};
use super::interned::Interned;

/// The length limit of a set of scopes, as text, that is shared by records.
const SHARED_SCOPES: usize = 512;

/// The values that records share.
#[derive(Debug, Default)]
pub(super) struct Codec {
    realms: Interned<RealmName>,
    scopes: Interned<ScopeSet>,
    servers: Interned<u128>,
}

impl Codec {
    /// The number of this realm in records; `None` where it has none.
    pub(super) fn realm(&self, realm: &RealmName) -> Option<u32> {
        self.realms.known(realm)
    }

    pub(super) fn write_realm(&self, realm: &RealmName, to: &mut Writer) -> Option<()> {
        to.number(self.realms.number(realm)?.into());
        Some(())
    }

    pub(super) fn read_realm(&self, from: &mut Reader<'_>) -> Option<RealmName> {
        self.realms.value(from.number()?)
    }

    /// Written in full after a zero where there are too many values to share.
    pub(super) fn write_server(&self, server: u128, to: &mut Writer) {
        match self.servers.number(&server) {
            Some(number) => to.number(u64::from(number) + 1),
            None => {
                to.byte(0);
                to.bits(server);
            }
        }
    }

    pub(super) fn read_server<T>(&self, from: &mut Reader<'_>) -> Option<Id<T>> {
        let bits = match from.number()?.checked_sub(1) {
            Some(number) => self.servers.value(number)?,
            None => from.bits()?,
        };
        Some(Id::from_u128(bits))
    }

    /// As for [`Codec::write_server`]. `None` for more scopes than a text may have.
    pub(super) fn write_scopes(&self, scopes: &ScopeSet, to: &mut Writer) -> Option<()> {
        let length: usize = scopes.iter().map(|scope| scope.as_str().len() + 1).sum();
        let shared = if length <= SHARED_SCOPES { self.scopes.number(scopes) } else { None };
        match shared {
            Some(number) => to.number(u64::from(number) + 1),
            None if scopes.len() <= oauth::MAX_SCOPES => {
                to.byte(0);
                to.text(&scopes.to_string());
            }
            None => return None,
        }
        Some(())
    }

    pub(super) fn skip_scopes(from: &mut Reader<'_>) -> Option<()> {
        if from.number()? == 0 { from.skip_text() } else { Some(()) }
    }

    pub(super) fn read_scopes(&self, from: &mut Reader<'_>) -> Option<ScopeSet> {
        match from.number()?.checked_sub(1) {
            Some(number) => self.scopes.value(number),
            None => from.text()?.parse().ok(),
        }
    }
}

/// The creation time in an identifier.
pub(super) const fn made(id: u128) -> Timestamp {
    Timestamp::from_millis((id >> 80) as i64)
}

pub(super) fn write_revocation(revoked: &Revocation, to: &mut Writer) {
    to.time(revoked.at);
    let (tag, name) = match &revoked.by {
        Actor::System => (0, None),
        Actor::AdminKey(id) => (1, Some(id)),
        Actor::Client(id) => (2, Some(id)),
        Actor::User(id) => (3, Some(id)),
    };
    to.byte(tag | if revoked.reason.is_some() { 4 } else { 0 });
    if let Some(name) = name {
        to.text(name.as_str());
    }
    if let Some(reason) = &revoked.reason {
        to.text(reason);
    }
}

pub(super) fn read_revocation(from: &mut Reader<'_>) -> Option<Revocation> {
    let (at, tag) = (from.time()?, from.byte()?);
    let mut name = || from.text()?.parse::<PublicId>().ok();
    let by = match tag & 3 {
        0 => Actor::System,
        1 => Actor::AdminKey(name()?),
        2 => Actor::Client(name()?),
        _ => Actor::User(name()?),
    };
    let reason = if tag & 4 != 0 { Some(from.text()?.to_owned()) } else { None };
    Some(Revocation { at, by, reason })
}
