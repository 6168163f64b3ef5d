//! Credentials as records: what follows from the identifier is left out, such as a public id that is
//! its text and the moment it was made at.

use base::{Digest, Id};
use domain::{
    Credential, CredentialKind, CredentialMembers, Minted, PublicId, RemovedUntil, Rotated,
};
use oauth::ScopeSet;

use super::bytes::{Reader, Writer};
use super::parts::{Codec, made, read_revocation, write_revocation};
use crate::CredentialDependencies;

const NAMED: u16 = 1;
const GRANT: u16 = 1 << 1;
const CLIENT: u16 = 1 << 2;
const SERVER: u16 = 1 << 3;
const ORGANIZATION: u16 = 1 << 4;
const USER: u16 = 1 << 5;
const SCOPES: u16 = 1 << 6;
const EXPIRES: u16 = 1 << 7;
const ROTATED: u16 = 1 << 8;
const MINTED: u16 = 1 << 9;
const AUTHENTICATED: u16 = 1 << 10;
const PLACE: u16 = 1 << 11;
const REVOKED: u16 = 1 << 12;
const CREATED: u16 = 1 << 13;
const WEAK: u16 = 1 << 14;
const REMOVED: u16 = 1 << 15;

fn flags(it: &Credential, of: &CredentialMembers<&ScopeSet>, named: bool) -> u16 {
    let set = |flag, is: bool| if is { flag } else { 0 };
    set(NAMED, named)
        | set(GRANT, of.grant.is_some())
        | set(CLIENT, of.client.is_some())
        | set(SERVER, of.resource_server.is_some())
        | set(ORGANIZATION, of.organization.is_some())
        | set(USER, of.user.is_some())
        | set(SCOPES, of.scopes.is_some())
        | set(EXPIRES, it.expires_at.is_some())
        | set(ROTATED, of.rotated.is_some())
        | set(MINTED, of.minted.is_some())
        | set(AUTHENTICATED, of.authenticated_at.is_some())
        | set(WEAK, of.weak)
        | set(PLACE, of.status_index.is_some())
        | set(REVOKED, it.revoked.is_some())
        | set(REMOVED, of.removed.is_some())
        | set(CREATED, it.created_at != made(it.id.as_u128()))
}

/// Whether the public id is the identifier's own text, so that it needs no place of its own.
pub(super) fn is_named_by_id(it: &Credential) -> bool {
    it.public_id.as_str().parse() == Ok(it.id)
}

pub(super) fn write(codec: &Codec, it: &Credential, to: &mut Writer) -> Option<()> {
    let (named, of) = (!is_named_by_id(it), it.detail.members());
    to.number(flags(it, &of, named).into());
    to.byte(CredentialKind::ALL.iter().position(|kind| *kind == it.kind())? as u8);
    codec.write_realm(&it.realm, to)?;
    to.0.extend_from_slice(it.digest.as_bytes());
    to.text(&it.label);
    if named {
        to.text(it.public_id.as_str());
    }
    to.id(of.grant);
    to.id(of.client);
    if let Some(server) = of.resource_server {
        codec.write_server(server.as_u128(), to);
    }
    to.id(of.organization);
    to.id(of.user);
    if let Some(scopes) = of.scopes {
        codec.write_scopes(scopes, to)?;
    }
    it.expires_at.into_iter().for_each(|time| to.time(time));
    if let Some(rotated) = of.rotated {
        to.number(rotated.generation.into());
        to.time(rotated.at);
    }
    if let Some(minted) = of.minted {
        to.id(Some(minted.from));
        to.id(Some(minted.token_id));
    }
    of.authenticated_at.into_iter().for_each(|time| to.time(time));
    of.status_index.into_iter().for_each(|status_index| to.number(status_index.into()));
    it.revoked.iter().for_each(|revoked| write_revocation(revoked, to));
    if let Some(removed) = of.removed {
        to.byte(removed.until.is_some().into());
        removed.until.into_iter().for_each(|time| to.time(time));
    }
    if it.created_at != made(it.id.as_u128()) {
        to.time(it.created_at);
    }
    Some(())
}

pub(super) fn read(codec: &Codec, id: Id<Credential>, from: &mut Reader<'_>) -> Option<Credential> {
    let flags = u16::try_from(from.number()?).ok()?;
    let has = |flag| flags & flag != 0;
    let kind = *CredentialKind::ALL.get(usize::from(from.byte()?))?;
    let realm = codec.read_realm(from)?;
    let digest = Digest::from_bytes(from.take(32)?.try_into().ok()?);
    let label = from.text()?.to_owned();
    let public_id: PublicId =
        if has(NAMED) { from.text()?.parse().ok()? } else { id.to_string().parse().ok()? };
    let mut members = CredentialMembers {
        grant: from.id(has(GRANT))?,
        client: from.id(has(CLIENT))?,
        resource_server: if has(SERVER) { Some(codec.read_server(from)?) } else { None },
        organization: from.id(has(ORGANIZATION))?,
        user: from.id(has(USER))?,
        scopes: if has(SCOPES) { Some(codec.read_scopes(from)?) } else { None },
        ..CredentialMembers::NONE
    };
    let expires_at = if has(EXPIRES) { Some(from.time()?) } else { None };
    members.weak = has(WEAK);
    members.rotated = if has(ROTATED) { Some(read_rotated(from)?) } else { None };
    members.minted = if has(MINTED) { Some(read_minted(from)?) } else { None };
    members.authenticated_at = if has(AUTHENTICATED) { Some(from.time()?) } else { None };
    members.status_index =
        if has(PLACE) { Some(u32::try_from(from.number()?).ok()?) } else { None };
    let revoked = if has(REVOKED) { Some(read_revocation(from)?) } else { None };
    members.removed = if has(REMOVED) { Some(read_removed(from)?) } else { None };
    Some(Credential {
        id,
        realm,
        public_id,
        label,
        digest,
        expires_at,
        revoked,
        created_at: if has(CREATED) { from.time()? } else { made(id.as_u128()) },
        detail: members.detail(kind).ok()?,
    })
}

fn read_rotated(from: &mut Reader<'_>) -> Option<Rotated> {
    Some(Rotated { generation: u32::try_from(from.number()?).ok()?, at: from.time()? })
}

fn read_minted(from: &mut Reader<'_>) -> Option<Minted> {
    let (origin, token_id) = (from.bits()?, from.bits()?);
    Some(Minted { from: Id::from_u128(origin), token_id: Id::from_u128(token_id) })
}

fn read_removed(from: &mut Reader<'_>) -> Option<RemovedUntil> {
    let until = if from.byte()? == 1 { Some(from.time()?) } else { None };
    Some(RemovedUntil { until })
}

/// As [`read`], of a credential of the realm of this number; `Some(None)` for one of another.
pub(super) fn dependencies(
    codec: &Codec,
    (id, realm): (u128, Option<u32>),
    from: &mut Reader<'_>,
) -> Option<Option<CredentialDependencies>> {
    let flags = u16::try_from(from.number()?).ok()?;
    let has = |flag| flags & flag != 0;
    let kind = *CredentialKind::ALL.get(usize::from(from.byte()?))?;
    if realm.map(u64::from) != Some(from.number()?) {
        return Some(None);
    }
    from.take(32)?;
    from.skip_text()?;
    if has(NAMED) {
        from.skip_text()?;
    }
    let grant = if has(GRANT) { Some(from.bits()?) } else { None };
    let client = if has(CLIENT) { Some(from.bits()?) } else { None };
    if has(SERVER) {
        codec.read_server::<()>(from)?;
    }
    let ids = [ORGANIZATION, USER].into_iter().filter(|flag| has(*flag)).count();
    from.take(ids * 16)?;
    if has(SCOPES) {
        Codec::skip_scopes(from)?;
    }
    // Those that are one number each, or two.
    let numbers = [EXPIRES, ROTATED, ROTATED].into_iter().filter(|flag| has(*flag)).count();
    for _ in 0..numbers {
        from.number()?;
    }
    if has(MINTED) {
        from.take(32)?;
    }
    if has(AUTHENTICATED) {
        from.number()?;
    }
    let status_index = if has(PLACE) { Some(u32::try_from(from.number()?).ok()?) } else { None };
    Some(Some(CredentialDependencies { id, kind, grant, client, status_index }))
}
