//! The scope or the audience of a request (RFC 6749 §3.3, RFC 8707 §2).

use super::text::PublicText::Fixed;
use crate::redact::name;

/// Why a scope or an audience is not given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopeReason {
    /// The `scope` has characters that no scope has (RFC 6749 §3.3).
    #[error("the scope is malformed")]
    Malformed,
    /// The scope is unknown, or more than was granted.
    #[error("the scope {} is not granted", name(.0))]
    NotGranted(String),
    /// The request names no audience, and the client has no default.
    #[error("no audience was named and the client has no default")]
    AudienceMissing,
    /// The realm has no resource server with this identifier.
    #[error("there is no resource server {:?}", name(.0))]
    AudienceUnknown(String),
    /// The request names several resource servers that the client may use, and a token is for one.
    #[error("the request names several resource servers")]
    AudiencesSeveral,
    /// The client has no grant for this resource server.
    #[error("the client has no grant for the resource server {:?}", name(.0))]
    AudienceNotGranted(String),
}

rows! { ScopeReason {
    Malformed => "scope_malformed", Info, Request, InvalidScope, Fixed("The scope is malformed."),
        "The caller must send the names in `scope` with single spaces between them, without quotes or backslashes.";
    NotGranted => "scope_not_granted", Info, Request, InvalidScope,
        Fixed("The scope is unknown or not granted to the client."),
        "Ask for fewer scopes, or allow more: `postern grant scopes` for a machine, `postern client update ID --scope \
         SCOPE` for an app.";
    AudienceMissing => "audience_missing", Info, Request, AudienceMissing, Fixed("An audience must be named."),
        "The caller must send `audience` or `resource`; or give the client a default with `postern client update ID \
         --default-audience AUDIENCE`.";
    AudienceUnknown => "audience_unknown", Info, Request, AudienceUnknown, Fixed("The audience is not known."),
        "Compare the audience that was sent with the identifiers in `postern api list`: `audience` is compared \
         character by character, `resource` as a URI.";
    AudiencesSeveral => "audiences_several", Info, Request, AudienceNotGranted,
        Fixed("A token is for one audience: name one of them."),
        "The caller must send one `resource` in each token request, and ask for a token for each API.";
    AudienceNotGranted => "audience_not_granted", Info, Request, AudienceNotGranted,
        Fixed("The client is not granted this audience."),
        "Grant the client that API with `postern grant create CLIENT --audience AUDIENCE`.";
}}
