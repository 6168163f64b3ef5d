//! Why a configuration cannot work.

use jose::KeyError;

/// Why a configuration cannot work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The mode checks offline, and neither keys nor their URL are given.
    #[error("offline checks need keys: name a JWK Set, its URL or a shared secret")]
    NoKeys,
    /// The mode asks the issuer, and no way to ask is given.
    #[error("asking the issuer needs an introspection endpoint")]
    NoIntrospection,
    /// Offline checks need to know the issuer.
    #[error("offline checks need the issuer")]
    NoIssuer,
    /// A token for any API would be accepted, and nobody asked for that.
    #[error("name the audience of this API, or accept any by name")]
    NoAudience,
    /// HS256 without a secret.
    #[error("HS256 needs a shared secret")]
    NoSharedSecret,
    /// A leeway over 5 minutes.
    #[error("the leeway may be 5 minutes at most")]
    Leeway,
    /// The shared secret is unfit.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The feed says what became of JWTs, by messages that the issuer signs with keys of its own.
    #[error("following the feed needs offline checks and keys that the issuer publishes")]
    Follow,
    /// A limit on staleness under a second or over an hour.
    #[error("what is known may be stale after 1 second to 1 hour")]
    StaleAfter,
    /// Not an http or https URL.
    #[error("not an http or https URL")]
    Url,
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be made: are the system's CA certificates installed?")]
    HttpClient,
}
