//! The marks of an entity, and whether each is revoked.

use domain::{Client, Credential, CredentialKind, Entity, Grant, Status, User, UserStatus};
use status::Mark;

/// How many of a client's dropped epochs are published. Offline checks cannot follow an app that
/// drops all its connections more often than this within the lifetime of one access token.
const MAX_PUBLISHED_EPOCHS: u32 = 4_096;

/// The marks of `entity`, each with whether it is revoked. Active marks are returned, too, because
/// they may have been revoked before.
pub fn marks_of(entity: &Entity) -> Vec<(Mark, bool)> {
    match entity {
        Entity::Grant(grant) => vec![(of_grant(grant), grant.revoked.is_some())],
        Entity::Credential(it) if is_marked(it.kind()) => {
            vec![(of_credential(it), it.revoked.is_some())]
        }
        Entity::Client(client) => of_client(client),
        Entity::Organization(it) => vec![(Mark::id(it.id.as_u128()), is_suspended(it.status))],
        Entity::User(user) => of_user(user),
        Entity::ResourceServer(it) => {
            vec![(Mark::audience(&it.identifier), is_suspended(it.status))]
        }
        _ => Vec::new(),
    }
}

/// Whether access tokens are minted from credentials of this kind.
pub(crate) const fn is_marked(kind: CredentialKind) -> bool {
    match kind {
        CredentialKind::ClientSecret
        | CredentialKind::ApiKey
        | CredentialKind::PersonalAccessToken
        | CredentialKind::RefreshToken
        | CredentialKind::LegacyToken
        | CredentialKind::Consent => true,
        CredentialKind::AdminKey
        | CredentialKind::ResourceServerSecret
        | CredentialKind::AccessToken => false,
    }
}

/// The mark of a grant: its status index if it has one, else its identifier.
pub(crate) fn of_grant(grant: &Grant) -> Mark {
    grant.status_index.map_or(Mark::id(grant.id.as_u128()), Mark::status_index)
}

pub(super) fn of_credential(credential: &Credential) -> Mark {
    by_status_index_or_id(credential.status_index(), credential.id.as_u128(), credential.kind())
}

/// The mark of a credential: its status index if it has one, else its identifier. A connection's
/// own credential has the identifier of its grant, so its mark uses the inverted bits: it must
/// differ from the mark of the grant.
pub(crate) fn by_status_index_or_id(
    status_index: Option<u32>,
    id: u128,
    kind: CredentialKind,
) -> Mark {
    match (status_index, kind) {
        (Some(status_index), _) => Mark::status_index(status_index),
        (None, CredentialKind::Consent) => Mark::id(!id),
        (None, _) => Mark::id(id),
    }
}

fn of_client(client: &Client) -> Vec<(Mark, bool)> {
    let id = client.id.as_u128();
    let present = client.connections_epoch;
    let dropped = present.saturating_sub(MAX_PUBLISHED_EPOCHS)..present;
    let itself = (Mark::id(id), is_suspended(client.status));
    let dropped = dropped.map(|epoch| (Mark::connections(id, epoch), true));
    std::iter::once(itself).chain(dropped).collect()
}

fn of_user(user: &User) -> Vec<(Mark, bool)> {
    let id = user.id.as_u128();
    let of = |organization: base::Id<_>| Mark::membership(id, organization.as_u128());
    let itself = (Mark::id(id), user.status != UserStatus::Active);
    let former = user.former_memberships.iter().map(|it| (of(*it), true));
    let present = user.memberships.iter().map(|it| (of(it.organization), false));
    // Present memberships come last: the later entry wins where a membership is both former and
    // present.
    std::iter::once(itself).chain(former).chain(present).collect()
}

fn is_suspended(status: Status) -> bool {
    status == Status::Suspended
}
