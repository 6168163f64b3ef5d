//! The stored body of a credential: one flat object, with the same members in the same order for every
//! kind. It is what every version has written, so that versions can read each other's rows.

use base::{Digest, Id, Timestamp};
use oauth::ScopeSet;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::kind::CredentialKind;
use super::members::{CredentialMemberError, CredentialMembers, RemovedUntil};
use super::record::{AnySecret, Credential, Minted, Rotated};
use crate::{Client, Grant, Organization, PublicId, RealmName, ResourceServer, Revocation, User};

#[derive(Serialize, Deserialize)]
struct CredentialBody {
    id: Id<Credential>,
    realm: RealmName,
    kind: CredentialKind,
    public_id: PublicId,
    grant: Option<Id<Grant>>,
    client: Option<Id<Client>>,
    resource_server: Option<Id<ResourceServer>>,
    organization: Option<Id<Organization>>,
    user: Option<Id<User>>,
    label: String,
    digest: Digest<AnySecret>,
    scopes: Option<ScopeSet>,
    expires_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rotated: Option<Rotated>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    minted: Option<Minted>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    authenticated_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    weak: bool,
    #[serde(rename = "place", default, skip_serializing_if = "Option::is_none")]
    status_index: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    removed: Option<RemovedUntil>,
    revoked: Option<Revocation>,
    created_at: Timestamp,
}

/// A stored body that is no credential.
#[derive(Debug, thiserror::Error)]
#[error("credential {id}: {problem}")]
struct CredentialBodyError {
    id: Id<Credential>,
    problem: CredentialMemberError,
}

impl Serialize for Credential {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        CredentialBody::from(self.clone()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Credential {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let body = CredentialBody::deserialize(deserializer)?;
        Self::try_from(body).map_err(D::Error::custom)
    }
}

impl From<Credential> for CredentialBody {
    fn from(it: Credential) -> Self {
        let members = it.detail.members();
        Self {
            id: it.id,
            kind: it.detail.kind(),
            grant: members.grant,
            client: members.client,
            resource_server: members.resource_server,
            organization: members.organization,
            user: members.user,
            scopes: members.scopes.cloned(),
            rotated: members.rotated,
            minted: members.minted,
            authenticated_at: members.authenticated_at,
            weak: members.weak,
            status_index: members.status_index,
            removed: members.removed,
            realm: it.realm,
            public_id: it.public_id,
            label: it.label,
            digest: it.digest,
            expires_at: it.expires_at,
            revoked: it.revoked,
            created_at: it.created_at,
        }
    }
}

impl TryFrom<CredentialBody> for Credential {
    type Error = CredentialBodyError;

    fn try_from(body: CredentialBody) -> Result<Self, CredentialBodyError> {
        let members = CredentialMembers {
            grant: body.grant,
            client: body.client,
            resource_server: body.resource_server,
            organization: body.organization,
            user: body.user,
            scopes: body.scopes,
            rotated: body.rotated,
            minted: body.minted,
            authenticated_at: body.authenticated_at,
            weak: body.weak,
            status_index: body.status_index,
            removed: body.removed,
        };
        let detail = members.detail(body.kind);
        Ok(Self {
            id: body.id,
            realm: body.realm,
            public_id: body.public_id,
            label: body.label,
            digest: body.digest,
            expires_at: body.expires_at,
            revoked: body.revoked,
            created_at: body.created_at,
            detail: detail.map_err(|problem| CredentialBodyError { id: body.id, problem })?,
        })
    }
}
