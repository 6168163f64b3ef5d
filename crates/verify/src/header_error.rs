//! The errors of an `Authorization` header.

/// The length limit of a credential, in bytes.
pub const MAX_CREDENTIAL: usize = 16 * 1024;

/// What is wrong with an `Authorization` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationHeaderError {
    /// Bytes outside visible ASCII.
    #[error("it has bytes that are not visible ASCII")]
    NotAscii,
    /// Longer than [`MAX_CREDENTIAL`].
    #[error("it is longer than {MAX_CREDENTIAL} bytes")]
    TooLong,
    /// A scheme without a credential, or Basic without an id.
    #[error("there is no credential behind the scheme")]
    Empty,
    /// A token without a scheme.
    #[error("there is no scheme such as `Bearer` before the token")]
    NoScheme,
    /// White space or a line end in or around the credential, usually from copy and paste.
    #[error("the credential contains white space, perhaps a line end that was copied along")]
    WhiteSpace,
    /// Characters that a token cannot have (RFC 6750 §2.1), such as quotes.
    #[error("the token has characters that no token has, perhaps quotes or angle brackets")]
    NotAToken,
    /// Basic credentials that are not base64 (RFC 7617 §2).
    #[error("the Basic credentials are not base64")]
    NotBase64,
    /// Basic credentials that are not UTF-8.
    #[error("the Basic credentials are not UTF-8")]
    NotUtf8,
    /// Basic credentials without a colon between id and secret.
    #[error("the Basic credentials have no colon between id and secret")]
    NoColon,
}
