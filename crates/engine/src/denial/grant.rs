//! A link of the chain below a credential is not active: grant, user, membership or resource server.

use domain::{Kind, Revocation};

use super::at::GRANT;
use super::text::PublicText::Fixed;
use super::text::reason_of;

/// Why a grant allows nothing at present.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantReason {
    /// The grant was revoked.
    #[error("the grant was revoked at {} by {}{}", .0.at, .0.by, reason_of(.0))]
    Revoked(Revocation),
    /// All connections of the app were dropped after the user made this one.
    #[error("the app's connections were dropped: the user must connect it again")]
    ConnectionsDropped,
    /// The user is suspended or removed.
    #[error("the user is suspended or removed")]
    UserInactive,
    /// The user left the organization that the grant is for.
    #[error("the user no longer belongs to the organization")]
    MembershipEnded,
    /// The API that the grant is for is suspended.
    #[error("the resource server is suspended")]
    ResourceServerSuspended,
    /// A row refers to one that does not exist in this realm: the database was changed from outside.
    #[error("the {} that it refers to does not exist", .0.as_str())]
    Dangling(Kind),
}

rows! { GrantReason {
    Revoked => "grant_revoked", Info, Credential, InvalidGrant, GRANT,
        "The explanation says who revoked the grant. A revocation is final: make a new one with `postern grant \
         create`, or let the user connect the app again.";
    ConnectionsDropped => "connections_dropped", Info, Credential, InvalidGrant, GRANT,
        "Somebody ran `postern client drop-connections` for the app, or changed its scopes where the dialect has \
         `scope_change_revokes`: the user must connect it again.";
    UserInactive => "user_gone", Info, Credential, InvalidGrant, GRANT,
        "Look at the user with `postern user show`: one who is suspended comes back with `postern user activate`, one \
         who was removed does not.";
    MembershipEnded => "membership_ended", Info, Credential, InvalidGrant, GRANT,
        "The user left the organization: another member must connect the app, or `postern user join` makes them a \
         member again.";
    ResourceServerSuspended => "resource_server_suspended", Info, Credential, AudienceUnknown,
        Fixed("The audience is not available."),
        "Read in `postern event list` who suspended the API and why; then `postern api activate`.";
    Dangling => "dangling_reference", Error, Credential, InvalidGrant, GRANT,
        "The database was changed by other means than this program: restore it from a backup, or revoke what `postern \
         why ID` shows with a link that does not exist.";
}}
