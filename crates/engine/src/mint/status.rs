//! The `status` claim of a token.

use base::{Id, Timestamp};
use domain::{Credential, CredentialKind};
use status::{Mark, TokenStatus};

use crate::marks::{by_status_index_or_id, of_grant};
use crate::{Chain, Issuer};

/// The credential that a token was minted from, as far as the token shows it.
#[derive(Clone, Copy, Debug)]
pub struct ParentCredential {
    /// Its identifier.
    pub id: Id<Credential>,
    /// Its kind.
    pub kind: CredentialKind,
    /// Its status index in the realm's status lists.
    pub status_index: Option<u32>,
    /// Whether it belongs to the grant: a client secret does not.
    pub of_grant: bool,
    /// When it expires; `None`: never.
    pub ends: Option<Timestamp>,
}

impl ParentCredential {
    /// The part of `credential` that a token minted from it shows.
    pub const fn of(credential: &Credential) -> Self {
        Self {
            id: credential.id,
            kind: credential.kind(),
            status_index: credential.status_index(),
            of_grant: credential.grant().is_some(),
            ends: credential.expires_at,
        }
    }
}

/// The status of a token that is minted from `parent` under `chain`: its status index and its
/// marks.
pub fn status_of(chain: &Chain, parent: &ParentCredential) -> TokenStatus {
    let grant = &chain.grant;
    let client = chain.client.as_ref();
    let owner = client.and_then(|client| client.organization);
    let organization = grant.organization.filter(|it| owner != Some(*it));
    let membership = grant.user.zip(grant.organization);
    let connections = client.filter(|_| grant.user.is_some());
    let mut marks = Vec::with_capacity(8);
    marks.push(by_status_index_or_id(parent.status_index, parent.id.as_u128(), parent.kind));
    marks.push(of_grant(grant));
    marks.extend(client.map(|it| Mark::id(it.id.as_u128())));
    marks.extend(owner.map(|it| Mark::id(it.as_u128())));
    marks.extend(organization.map(|it| Mark::id(it.as_u128())));
    marks.extend(grant.user.map(|it| Mark::id(it.as_u128())));
    marks.extend(membership.map(|(it, of)| Mark::membership(it.as_u128(), of.as_u128())));
    marks.extend(connections.map(|it| Mark::connections(it.id.as_u128(), grant.epoch)));
    // The bit of a credential that belongs to the grant also covers the grant.
    let status_index = if parent.of_grant {
        parent.status_index.or(grant.status_index)
    } else {
        grant.status_index
    };
    TokenStatus { status_index, marks }
}

/// Appends the `status` claim to claims that are a JSON object.
pub(super) fn write_claim(issuer: &Issuer, status: &TokenStatus, claims: &mut String) {
    if claims.pop() != Some('}') {
        return;
    }
    claims.push_str(if claims.ends_with('{') { "\"status\":" } else { ",\"status\":" });
    status.write(issuer.status_lists(), claims);
    claims.push('}');
}
