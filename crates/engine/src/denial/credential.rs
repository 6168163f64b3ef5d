//! The presented secret, key or token has a row, or should have one, and is not active.

use base::Timestamp;
use domain::{CredentialKind, Revocation};

use super::client::CLIENT;
use super::text::PublicText::Fixed;
use super::text::reason_of;

/// Why a presented credential is denied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialReason {
    /// The string has white space or control characters in it.
    #[error("the {0} has white space or control characters in it: most likely copied with them")]
    WhiteSpace(&'static str),
    /// The prefix is one of this realm, and the checksum does not fit.
    #[error("the {} was mistyped or cut: its checksum does not fit", .0.as_str())]
    Damaged(CredentialKind),
    /// The string has another prefix than this kind of credential has in this realm.
    #[error("the presented string is not a {} of this realm: its prefix differs", .0.as_str())]
    OtherPrefix(CredentialKind),
    /// The string is intact, and no credential has its id.
    #[error("there is no such {}", .0.as_str())]
    Unknown(CredentialKind),
    /// There is a credential with this id, and its secret is another one.
    #[error("the {} is wrong: its digest differs", .0.as_str())]
    Mismatch(CredentialKind),
    /// Too many wrong secrets came for the credential or from the network, so this one was not compared. The next one
    /// is, in so many seconds.
    #[error(
        "too many wrong secrets came for this id or from this network: nothing is compared for {0} seconds"
    )]
    TooManyGuesses(u64),
    /// The credential belongs to another client, key holder or resource server than the one that presents it.
    #[error("the {} belongs to another client or resource server", .0.as_str())]
    OfAnotherOwner(CredentialKind),
    /// The credential was revoked.
    #[error("the {} was revoked at {} by {}{}", .kind.as_str(), .revocation.at, .revocation.by, reason_of(.revocation))]
    Revoked {
        /// The kind of the credential.
        kind: CredentialKind,
        /// When it was revoked, by whom and why.
        revocation: Revocation,
    },
    /// The credential expired at this time.
    #[error("the {} expired at {at}", .kind.as_str())]
    Expired {
        /// The kind of the credential.
        kind: CredentialKind,
        /// The time at which it expired.
        at: Timestamp,
    },
}

rows! { CredentialReason {
    WhiteSpace => "credential_has_white_space", Info, Credential, InvalidClient, CLIENT,
        "Copy it again, without spaces and line ends around it: a file made with `echo` ends in a line end, `printf %s` \
         leaves that out.";
    Damaged => "secret_damaged", Info, Credential, InvalidClient, CLIENT,
        "The string was mistyped or cut: copy all of it again, and look at it with `postern token inspect -`.";
    OtherPrefix => "secret_foreign", Info, Credential, InvalidClient, CLIENT,
        "The string is of another realm, environment or kind: compare its prefix with `[secrets]` of the realm's \
         dialect.";
    Unknown => "secret_unknown", Info, Credential, InvalidClient, CLIENT,
        "No credential with that id was issued by this database: look for it with `postern secret list`, and compare \
         the realm's URL with the one where it was made.";
    Mismatch => "secret_mismatch", Warn, Credential, InvalidClient, CLIENT,
        "The id is known and the secret is another one: it was replaced, or somebody guesses. Look at the addresses in \
         `postern refusal list`, and make a new one with `postern secret create`.";
    TooManyGuesses => "too_many_guesses", Warn, Request, RateLimited,
        Fixed("Too many attempts with a wrong secret. Wait, then try again."),
        "Somebody guesses at an imported token, or an old secret is still in use: look at the addresses in `postern \
         refusal list`. Give the owner an API key with `postern key create`, then revoke the token.";
    OfAnotherOwner => "secret_of_another", Warn, Credential, InvalidClient, CLIENT,
        "The id and the secret belong to two different clients: compare `client_id` with the owner that `postern secret \
         show` names.";
    Revoked => "credential_revoked", Info, Credential, InvalidClient, CLIENT,
        "The explanation says who revoked it. A revocation is final: issue a new credential, such as with `postern key \
         create` or `postern token pat create`.";
    Expired => "credential_expired", Info, Credential, InvalidClient, CLIENT,
        "Issue a new credential with a later `expires_at`; the longest time allowed is in `[lifetimes]` of the \
         dialect.";
}}
