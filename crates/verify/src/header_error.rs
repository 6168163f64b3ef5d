//! What can be wrong with an `Authorization` header.

/// The longest credential that is looked at, in bytes.
pub const MAX_CREDENTIAL: usize = 16 * 1024;

/// What is wrong with an `Authorization` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationHeaderError {
    /// Bytes outside visible ASCII.
    #[error("it has bytes that are not visible ASCII")]
    NotAscii,
    /// Over [`MAX_CREDENTIAL`].
    #[error("it is longer than {MAX_CREDENTIAL} bytes")]
    TooLong,
    /// A scheme and nothing behind it, or Basic without an id.
    #[error("there is no credential behind the scheme")]
    Empty,
    /// A token with no scheme in front.
    #[error("there is no scheme such as `Bearer` before the token")]
    NoScheme,
    /// White space or a line end in or around the credential: a copy-and-paste accident.
    #[error("the credential contains white space, perhaps a line end that was copied along")]
    WhiteSpace,
    /// Characters that no token has (RFC 6750 §2.1), such as quotes.
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
