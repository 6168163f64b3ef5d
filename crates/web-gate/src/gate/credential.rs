//! Reads the credential that the caller presents, from the headers that the dialect names.
//!
//! Invariant: a request has one credential or none. Two credentials, in one header or in two, are refused (RFC 6750
//! §2): the proxy, the gate and the API might each read a different one.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use dialect::{BasicEncoding, Presentation};
use engine::GateReason;
use engine::present::Presented;
use zeroize::Zeroizing;

/// The longest value of a header that is read, in bytes.
const LONGEST: usize = 24 * 1024;

/// Reads credentials in the forms that one dialect takes.
#[derive(Debug)]
pub(super) struct Reader {
    presentation: Presentation,
    headers: Vec<HeaderName>,
}

/// A credential as it was sent. It may be secret, so it has no `Debug`.
pub(super) enum Carried<'a> {
    Token(&'a str),
    Pair { id: Zeroizing<String>, secret: Zeroizing<String> },
}

impl Carried<'_> {
    pub(super) fn presented(&self) -> Presented<'_> {
        match self {
            Self::Token(token) => Presented::Token(token),
            Self::Pair { id, secret } => Presented::Basic { id, secret },
        }
    }
}

impl Reader {
    pub(super) fn new(presentation: &Presentation) -> Self {
        let names = presentation.headers.iter();
        let headers = names.filter_map(|name| name.parse().ok()).collect();
        Self { presentation: presentation.clone(), headers }
    }

    /// The credential of a request; `None` where there is none.
    ///
    /// # Errors
    /// [`GateReason::SeveralCredentials`], or [`GateReason::CredentialMalformed`] naming the header.
    pub(super) fn read<'a>(
        &self,
        headers: &'a HeaderMap,
    ) -> Result<Option<Carried<'a>>, GateReason> {
        let mut found = None;
        for name in std::iter::once(&header::AUTHORIZATION).chain(&self.headers) {
            for value in headers.get_all(name) {
                if value.is_empty() {
                    continue;
                }
                if found.replace((name, value)).is_some() {
                    return Err(GateReason::SeveralCredentials);
                }
            }
        }
        match found {
            None => Ok(None),
            Some((name, value)) if *name == header::AUTHORIZATION => {
                let malformed = GateReason::CredentialMalformed("Authorization");
                text(value).and_then(|text| self.authorization(text)).ok_or(malformed).map(Some)
            }
            Some((_, value)) => {
                let malformed = GateReason::CredentialMalformed("key");
                text(value).map(|text| Some(Carried::Token(text))).ok_or(malformed)
            }
        }
    }

    /// Reads `Authorization`: a scheme, spaces, and the credential (RFC 9110 §11.4).
    fn authorization<'a>(&self, text: &'a str) -> Option<Carried<'a>> {
        let Presentation { schemes, basic, bare, .. } = &self.presentation;
        let Some((scheme, rest)) = text.split_once(' ') else {
            let word = schemes.iter().any(|it| it.eq_ignore_ascii_case(text));
            return (*bare && !word).then_some(Carried::Token(text));
        };
        if schemes.iter().any(|it| it.eq_ignore_ascii_case(scheme)) {
            return Some(Carried::Token(rest.trim_start_matches(' ')));
        }
        let encoding = (*basic).filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        pair(rest.trim_matches(' '), encoding)
    }
}

/// The value as text; `None` where it is too long, or has other characters than visible ASCII and spaces.
fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok().filter(|text| text.len() <= LONGEST)
}

/// Decodes Basic credentials: base64 of user-id, colon and password (RFC 7617 §2).
fn pair(encoded: &str, encoding: BasicEncoding) -> Option<Carried<'static>> {
    let bytes = base::encoding::parse_base64(encoded)?;
    let text = String::from_utf8(bytes).map(Zeroizing::new).ok()?;
    let (id, secret) = text.split_once(':')?;
    let half = |half: &str| match encoding {
        BasicEncoding::Plain => Some(Zeroizing::new(half.to_owned())),
        BasicEncoding::Form => form(half).map(Zeroizing::new),
    };
    Some(Carried::Pair { id: half(id)?, secret: half(secret)? })
}

/// Decodes one half of a Basic pair that is form-url-encoded (RFC 6749 §2.3.1).
fn form(half: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(half.len());
    let mut rest = half.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let (byte, after) = match first {
            b'+' => (b' ', after),
            b'%' => {
                let (digits, after) = after.split_first_chunk::<2>()?;
                let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
                (u8::try_from(high? * 16 + low?).ok()?, after)
            }
            other => (*other, after),
        };
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
#[path = "credential_tests.rs"]
mod tests;
