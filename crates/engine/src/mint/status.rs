//! What a token says of its standing: its `status` claim.

use base::{Id, Timestamp};
use domain::{Credential, CredentialKind};
use status::{Mark, TokenStatus};

use crate::marks::{by_status_index_or_id, of_grant};
use crate::{Chain, Issuer};

/// The credential that a token is traced to, as far as that shows in the token.
#[derive(Clone, Copy, Debug)]
pub struct ParentCredential {
    /// Its identifier.
    pub id: Id<Credential>,
    /// What it is.
    pub kind: CredentialKind,
    /// Its place in the status lists.
    pub status_index: Option<u32>,
    /// Whether it hangs from the grant: a client's secret does not.
    pub of_grant: bool,
    /// When it stops by itself.
    pub ends: Option<Timestamp>,
}

impl ParentCredential {
    /// What a token minted from `credential` says of it.
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

/// The standing of a token that is minted from `root` under `chain`.
pub fn status_of(chain: &Chain, root: &ParentCredential) -> TokenStatus {
    let grant = &chain.grant;
    let client = chain.client.as_ref();
    let owner = client.and_then(|client| client.organization);
    let organization = grant.organization.filter(|it| owner != Some(*it));
    let membership = grant.user.zip(grant.organization);
    let connections = client.filter(|_| grant.user.is_some());
    let mut marks = Vec::with_capacity(8);
    marks.push(by_status_index_or_id(root.status_index, root.id.as_u128(), root.kind));
    marks.push(of_grant(grant));
    marks.extend(client.map(|it| Mark::id(it.id.as_u128())));
    marks.extend(owner.map(|it| Mark::id(it.as_u128())));
    marks.extend(organization.map(|it| Mark::id(it.as_u128())));
    marks.extend(grant.user.map(|it| Mark::id(it.as_u128())));
    marks.extend(membership.map(|(it, of)| Mark::membership(it.as_u128(), of.as_u128())));
    marks.extend(connections.map(|it| Mark::connections(it.id.as_u128(), grant.epoch)));
    // The bit of the credential tells of its grant, too, where it hangs from that.
    let status_index =
        if root.of_grant { root.status_index.or(grant.status_index) } else { grant.status_index };
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
