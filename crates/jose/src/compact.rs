//! Reading the compact serialization (RFC 7515 §7.1). Owns the size limit. Invariant: a
//! [`Compact`] is well formed, and nothing in it has been verified yet.

use std::fmt;

use base::encoding::parse_base64url;

use crate::header::{Header, HeaderError};

/// The length limit of a token, in bytes.
pub const MAX_LENGTH: usize = 16 * 1024;

/// A well-formed token whose signature is not verified yet (see [`crate::KeySet::verify`]).
#[derive(Clone)]
pub struct Compact<'a> {
    signed: &'a str,
    header: Header,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> Compact<'a> {
    /// Reads `header.payload.signature`.
    ///
    /// # Errors
    /// [`TokenError`] with the first thing that is wrong.
    pub fn parse(token: &'a str) -> Result<Self, TokenError> {
        Self::parse_within(token, MAX_LENGTH)
    }

    /// As [`Compact::parse`], with a limit of `limit` bytes: for signed documents that are not
    /// credentials.
    ///
    /// # Errors
    /// As for [`Compact::parse`].
    pub fn parse_within(token: &'a str, limit: usize) -> Result<Self, TokenError> {
        if token.len() > limit {
            return Err(TokenError::TooLong(token.len()));
        }
        // Without an early return, the compiler checks many bytes with one instruction.
        if token.bytes().fold(false, |found, byte| found | byte.is_ascii_whitespace()) {
            return Err(TokenError::WhiteSpace);
        }
        let (signed, header, payload, signature) = split(token)?;
        Ok(Self {
            signed,
            header: Header::parse(&decode(header, Part::Header)?)?,
            payload: decode(payload, Part::Payload)?,
            signature: decode(signature, Part::Signature)?,
        })
    }

    /// The decoded header.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The text that was signed: everything before the second dot.
    pub const fn signed(&self) -> &'a str {
        self.signed
    }

    /// The decoded signature.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The decoded payload, **not verified**: for diagnosis, never for a decision.
    pub fn unverified_payload(&self) -> &[u8] {
        &self.payload
    }

    pub(crate) fn payload(&self) -> &[u8] {
        &self.payload
    }
}

impl fmt::Debug for Compact<'_> {
    /// Shows the header only: the rest is a credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compact").field("header", &self.header).finish_non_exhaustive()
    }
}

fn split(token: &str) -> Result<(&str, &str, &str, &str), TokenError> {
    let wrong_count = || TokenError::NotThreeParts(token.split('.').count());
    let (signed, signature) = token.rsplit_once('.').ok_or_else(wrong_count)?;
    let (header, payload) = signed.split_once('.').ok_or_else(wrong_count)?;
    if payload.contains('.') {
        return Err(wrong_count());
    }
    Ok((signed, header, payload, signature))
}

fn decode(text: &str, part: Part) -> Result<Vec<u8>, TokenError> {
    parse_base64url(text).ok_or(TokenError::NotBase64url(part))
}

/// A part of the compact serialization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The header, the first part.
    Header,
    /// The payload, the second part.
    Payload,
    /// The signature, the third part.
    Signature,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
        })
    }
}

/// Why a text is not a compact JWS. Never carries the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Longer than the limit, which is [`MAX_LENGTH`] for a credential. Holds the length found, in
    /// bytes.
    #[error("the token has {0} bytes, which is too long")]
    TooLong(usize),
    /// White space inside or around it, usually from copy and paste.
    #[error("the token contains white space")]
    WhiteSpace,
    /// The number of parts is not three. Five parts would be an encrypted token (RFC 7516).
    #[error("the token has {0} dot-separated parts, and a signed token has 3")]
    NotThreeParts(usize),
    /// A part is not base64url without padding (RFC 7515 §2).
    #[error("the token's {0} is not base64url without padding")]
    NotBase64url(Part),
    /// The header is refused.
    #[error(transparent)]
    Header(#[from] HeaderError),
}

#[cfg(test)]
mod tests {
    use super::*;

    // {"alg":"ES256"}
    const HEADER: &str = "eyJhbGciOiJFUzI1NiJ9";

    fn refusal(token: &str) -> TokenError {
        Compact::parse(token).unwrap_err()
    }

    #[test]
    fn rfc7515_7_1_exactly_three_parts() {
        assert_eq!(refusal(""), TokenError::NotThreeParts(1));
        assert_eq!(refusal("a.b"), TokenError::NotThreeParts(2));
        assert_eq!(refusal("a.b.c.d"), TokenError::NotThreeParts(4));
        assert_eq!(refusal("a.b.c.d.e"), TokenError::NotThreeParts(5));
    }

    #[test]
    fn rfc7515_2_padding_other_alphabets_and_stray_bits_are_refused_by_part() {
        for bad in ["e30=", "+/+/", "ä", "e31"] {
            let wrong = |part| TokenError::NotBase64url(part);
            assert_eq!(refusal(&format!("{bad}.e30.e30")), wrong(Part::Header), "{bad}");
            assert_eq!(refusal(&format!("{HEADER}.{bad}.e30")), wrong(Part::Payload), "{bad}");
            assert_eq!(refusal(&format!("{HEADER}.e30.{bad}")), wrong(Part::Signature), "{bad}");
        }
    }

    #[test]
    fn white_space_has_its_own_error() {
        assert_eq!(refusal(&format!("{HEADER}.e30.AA\n")), TokenError::WhiteSpace);
        assert_eq!(refusal(&format!(" {HEADER}.e30.AA")), TokenError::WhiteSpace);
    }

    #[test]
    fn over_the_limit_is_refused_before_it_is_decoded() {
        assert_eq!(refusal(&"x".repeat(MAX_LENGTH + 1)), TokenError::TooLong(MAX_LENGTH + 1));
        assert_eq!(refusal(&"x".repeat(MAX_LENGTH)), TokenError::NotThreeParts(1));
    }

    #[test]
    fn neither_debug_nor_errors_show_the_token() {
        let token = format!("{HEADER}.c2VjcmV0.c2VjcmV0");
        let shown = format!("{:?}", Compact::parse(&token).unwrap());
        assert!(!shown.contains("c2VjcmV0") && !shown.contains("secret"), "{shown}");
        assert!(shown.contains("ES256"));
    }
}
