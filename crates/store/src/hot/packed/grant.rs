//! Grants as records. A handle that follows from other fields is stored as its form alone.

use base::Id;
use domain::Grant;

use super::bytes::{Reader, Writer};
use super::parts::{Codec, made, read_revocation, write_revocation};
use crate::GrantDependencies;

const CLIENT: u16 = 1;
const USER: u16 = 1 << 1;
const ORGANIZATION: u16 = 1 << 2;
const DEFAULTS: u16 = 1 << 3;
const PLACE: u16 = 1 << 4;
const REVOKED: u16 = 1 << 5;
const CREATED: u16 = 1 << 6;
/// The first of the three bits for the form of the handle.
const HANDLE: u16 = 7;

/// The form of a grant's handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Handle {
    Nothing,
    Machine,
    Connection,
    Legacy,
    Own,
}

impl Handle {
    const ALL: [Self; 5] =
        [Self::Nothing, Self::Machine, Self::Connection, Self::Legacy, Self::Own];

    fn of(grant: &Grant) -> Self {
        let Some(handle) = &grant.handle else { return Self::Nothing };
        let same = |form: &Self| form.text(grant).as_ref() == Some(handle);
        let derived = [Self::Machine, Self::Connection, Self::Legacy];
        derived.into_iter().find(same).unwrap_or(Self::Own)
    }

    /// The handle, where it follows from other fields of the grant.
    fn text(self, grant: &Grant) -> Option<String> {
        let server = grant.resource_server;
        match self {
            Self::Nothing | Self::Own => None,
            Self::Machine => Some(Grant::machine_handle(grant.client?, server)),
            Self::Connection => {
                let (client, user) = (grant.client?, grant.user?);
                Some(Grant::connection_handle(client, user, grant.organization, server))
            }
            Self::Legacy => Some(Grant::legacy_handle(grant.organization?, server)),
        }
    }
}

fn flags(it: &Grant, handle: Handle) -> u16 {
    let set = |flag, is: bool| if is { flag } else { 0 };
    set(CLIENT, it.client.is_some())
        | set(USER, it.user.is_some())
        | set(ORGANIZATION, it.organization.is_some())
        | set(DEFAULTS, it.default_scopes.is_some())
        | set(PLACE, it.status_index.is_some())
        | set(REVOKED, it.revoked.is_some())
        | set(CREATED, it.created_at != made(it.id.as_u128()))
        | (handle as u16) << HANDLE
}

pub(super) fn write(codec: &Codec, it: &Grant, to: &mut Writer) -> Option<()> {
    let handle = Handle::of(it);
    to.number(flags(it, handle).into());
    codec.write_realm(&it.realm, to)?;
    to.id(it.client);
    to.id(it.user);
    to.id(it.organization);
    codec.write_server(it.resource_server.as_u128(), to);
    codec.write_scopes(&it.scopes, to)?;
    if let Some(scopes) = &it.default_scopes {
        codec.write_scopes(scopes, to)?;
    }
    to.number(it.epoch.into());
    if handle == Handle::Own {
        it.handle.iter().for_each(|text| to.text(text));
    }
    it.status_index.into_iter().for_each(|status_index| to.number(status_index.into()));
    it.revoked.iter().for_each(|revoked| write_revocation(revoked, to));
    if it.created_at != made(it.id.as_u128()) {
        to.time(it.created_at);
    }
    Some(())
}

pub(super) fn read(codec: &Codec, id: Id<Grant>, from: &mut Reader<'_>) -> Option<Grant> {
    let flags = u16::try_from(from.number()?).ok()?;
    let has = |flag| flags & flag != 0;
    let handle = *Handle::ALL.get(usize::from(flags >> HANDLE))?;
    let mut grant = Grant {
        id,
        realm: codec.read_realm(from)?,
        client: from.id(has(CLIENT))?,
        user: from.id(has(USER))?,
        organization: from.id(has(ORGANIZATION))?,
        resource_server: codec.read_server(from)?,
        scopes: codec.read_scopes(from)?,
        default_scopes: if has(DEFAULTS) { Some(codec.read_scopes(from)?) } else { None },
        epoch: u32::try_from(from.number()?).ok()?,
        handle: if handle == Handle::Own { Some(from.text()?.to_owned()) } else { None },
        status_index: if has(PLACE) { Some(u32::try_from(from.number()?).ok()?) } else { None },
        revoked: if has(REVOKED) { Some(read_revocation(from)?) } else { None },
        created_at: if has(CREATED) { from.time()? } else { made(id.as_u128()) },
    };
    if grant.handle.is_none() {
        grant.handle = handle.text(&grant);
    }
    Some(grant)
}

/// As [`read`], for a grant of the realm with this number; `Some(None)` for one of another realm.
pub(super) fn dependencies(
    codec: &Codec,
    (id, realm): (u128, Option<u32>),
    from: &mut Reader<'_>,
) -> Option<Option<GrantDependencies>> {
    let flags = u16::try_from(from.number()?).ok()?;
    let has = |flag| flags & flag != 0;
    if realm.map(u64::from) != Some(from.number()?) {
        return Some(None);
    }
    let mut id_of = |flag| if has(flag) { from.bits().map(Some) } else { Some(None) };
    let (client, user, organization) = (id_of(CLIENT)?, id_of(USER)?, id_of(ORGANIZATION)?);
    let resource_server = codec.read_server::<()>(from)?.as_u128();
    Codec::skip_scopes(from)?;
    if has(DEFAULTS) {
        Codec::skip_scopes(from)?;
    }
    let epoch = u32::try_from(from.number()?).ok()?;
    if flags >> HANDLE == Handle::Own as u16 {
        from.skip_text()?;
    }
    let status_index = if has(PLACE) { Some(u32::try_from(from.number()?).ok()?) } else { None };
    Some(Some(GrantDependencies {
        id,
        client,
        user,
        organization,
        resource_server,
        epoch,
        status_index,
    }))
}
