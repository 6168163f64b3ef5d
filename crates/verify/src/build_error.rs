//! Why a configuration is invalid.

use jose::KeyError;

/// Why a configuration is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The mode checks offline, but there are neither keys nor a URL for them.
    #[error("offline checks need keys: name a JWK Set, its URL or a shared secret")]
    NoKeys,
    /// The mode asks the issuer, but there is no way to ask.
    #[error("asking the issuer needs an introspection endpoint")]
    NoIntrospection,
    /// Offline checks need the issuer.
    #[error("offline checks need the issuer")]
    NoIssuer,
    /// Tokens for any API would be accepted, and this was not requested explicitly.
    #[error("name the audience of this API, or accept any by name")]
    NoAudience,
    /// HS256 is accepted, but there is no secret.
    #[error("HS256 needs a shared secret")]
    NoSharedSecret,
    /// The leeway is over 5 minutes.
    #[error("the leeway may be 5 minutes at most")]
    Leeway,
    /// The shared secret is not usable.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The feed publishes revocations of JWTs, in messages that the issuer signs with its own keys.
    #[error("following the feed needs offline checks and keys that the issuer publishes")]
    Follow,
    /// The limit on staleness is under a second or over an hour.
    #[error("what is known may be stale after 1 second to 1 hour")]
    StaleAfter,
    /// The URL is not http or https.
    #[error("not an http or https URL")]
    Url,
    /// The HTTP client could not be created.
    #[error("the HTTP client could not be made: are the system's CA certificates installed?")]
    HttpClient,
}
