//! Reads the `Authorization` header (RFC 9110 §11.6.2, RFC 6750 §2.1, RFC 7617 §2). Invariant: a
//! [`Presented`] is a single, complete credential, without white space from copying.

use base::Secret;
use base::encoding::parse_base64;
use http::header::{AUTHORIZATION, HeaderMap};
use oauth::{AccessToken, ClientSecret};
use percent_encoding::percent_decode_str;

use crate::header_error::{AuthorizationHeaderError, MAX_CREDENTIAL};
use crate::{Rejection, Scheme};

/// The credential in the `Authorization` header.
#[derive(Clone, Debug)]
pub enum Presented {
    /// A token (RFC 6750 §2.1), or one without a scheme where the API accepts that.
    Bearer(Secret<AccessToken>),
    /// An id and a secret (RFC 7617).
    Basic {
        /// The part before the first colon.
        id: String,
        /// The part after it.
        secret: Secret<ClientSecret>,
    },
}

impl Presented {
    /// The scheme of the credential.
    pub const fn scheme(&self) -> Scheme {
        match self {
            Self::Bearer(_) => Scheme::Bearer,
            Self::Basic { .. } => Scheme::Basic,
        }
    }
}

/// The encoding of the parts of Basic credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BasicEncoding {
    /// Not encoded (RFC 7617 §2).
    Plain,
    /// Form-urlencoded, as OAuth requires for client credentials (RFC 6749 §2.3.1).
    Form,
}

/// The schemes that an API accepts. Bearer is always accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Schemes {
    /// Whether and how Basic is accepted.
    pub basic: Option<BasicEncoding>,
    /// Whether a token without a scheme is accepted.
    pub bare: bool,
}

impl Schemes {
    /// The credential of a request; `None` when it sent none.
    ///
    /// # Errors
    /// [`Rejection::RepeatedHeader`], [`Rejection::UnsupportedScheme`] and
    /// [`Rejection::MalformedHeader`].
    pub fn read(&self, headers: &HeaderMap) -> Result<Option<Presented>, Rejection> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else { return Ok(None) };
        if values.next().is_some() {
            return Err(Rejection::RepeatedHeader);
        }
        let text = value.to_str().map_err(|_| fault(AuthorizationHeaderError::NotAscii))?;
        if text.len() > MAX_CREDENTIAL {
            return Err(fault(AuthorizationHeaderError::TooLong));
        }
        self.read_value(text).map(Some)
    }

    fn read_value(&self, text: &str) -> Result<Presented, Rejection> {
        let (scheme, rest) = match text.split_once(' ') {
            Some((scheme, rest)) => (scheme, Some(rest.trim_start_matches(' '))),
            None => (text, None),
        };
        if scheme.eq_ignore_ascii_case("Bearer") {
            return bearer(rest.unwrap_or_default());
        }
        match self.basic {
            Some(encoding) if scheme.eq_ignore_ascii_case("Basic") => {
                return basic(rest.unwrap_or_default(), encoding);
            }
            _ => {}
        }
        match rest {
            None if self.bare => bearer(text),
            None if !is_scheme(scheme) => Err(fault(AuthorizationHeaderError::NoScheme)),
            _ => Err(Rejection::UnsupportedScheme),
        }
    }
}

/// Whether a single word looks like the name of a scheme rather than a token without one.
fn is_scheme(word: &str) -> bool {
    word.len() <= 16 && word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-')
}

fn bearer(token: &str) -> Result<Presented, Rejection> {
    if token.is_empty() {
        return Err(fault(AuthorizationHeaderError::Empty));
    }
    if token.bytes().any(|byte| byte.is_ascii_whitespace()) {
        return Err(fault(AuthorizationHeaderError::WhiteSpace));
    }
    let b64token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if !token.bytes().all(b64token) {
        return Err(fault(AuthorizationHeaderError::NotAToken));
    }
    Ok(Presented::Bearer(Secret::new(token)))
}

fn basic(encoded: &str, encoding: BasicEncoding) -> Result<Presented, Rejection> {
    if encoded.is_empty() {
        return Err(fault(AuthorizationHeaderError::Empty));
    }
    let bytes = parse_base64(encoded).ok_or(fault(AuthorizationHeaderError::NotBase64))?;
    // Wrapped at once, so that the text is wiped when it is dropped.
    let text: Secret<ClientSecret> = Secret::new(
        String::from_utf8(bytes).map_err(|_| fault(AuthorizationHeaderError::NotUtf8))?,
    );
    let (id, secret) =
        text.expose().split_once(':').ok_or(fault(AuthorizationHeaderError::NoColon))?;
    let (id, secret) = (decode(id, encoding)?, Secret::new(decode(secret, encoding)?));
    if id.is_empty() {
        return Err(fault(AuthorizationHeaderError::Empty));
    }
    let clean = |part: &str| part.trim() == part;
    if !clean(&id) || !clean(secret.expose()) {
        return Err(fault(AuthorizationHeaderError::WhiteSpace));
    }
    Ok(Presented::Basic { id, secret })
}

fn decode(part: &str, encoding: BasicEncoding) -> Result<String, Rejection> {
    match encoding {
        BasicEncoding::Plain => Ok(part.to_owned()),
        BasicEncoding::Form => {
            let spaced = part.replace('+', " ");
            let decoded = percent_decode_str(&spaced).decode_utf8();
            decoded.map(String::from).map_err(|_| fault(AuthorizationHeaderError::NotUtf8))
        }
    }
}

const fn fault(fault: AuthorizationHeaderError) -> Rejection {
    Rejection::MalformedHeader(fault)
}

#[cfg(test)]
#[path = "presented_tests.rs"]
mod tests;
