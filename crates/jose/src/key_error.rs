//! The error of a key that cannot be read or made.

/// The shortest HS256 secret, in bytes (RFC 7518 §3.2).
pub const MIN_SECRET: usize = 32;

/// Why bytes are not a usable key. Never carries the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The library could not make a key.
    #[error("the key could not be generated")]
    Generation,
    /// Not a key of this algorithm, damaged, or too weak (RSA below 2048 bits).
    #[error("the bytes are not a fit key of this algorithm")]
    Unfit,
    /// HS256 keys are secrets, not PKCS#8 documents.
    #[error("HS256 takes a shared secret, not a PKCS#8 document")]
    Symmetric,
    /// An HS256 secret below [`MIN_SECRET`] bytes. Holds the length found.
    #[error("an HS256 secret needs {MIN_SECRET} bytes or more, and this has {0}")]
    ShortSecret(usize),
    /// A private JWK with a member missing, malformed or of an unsupported kind.
    #[error("the private JWK's `{0}` is missing, malformed or not supported")]
    Member(&'static str),
    /// Not JSON of the shape of a JWK.
    #[error("the text is not a JSON Web Key")]
    NotAJwk,
}
