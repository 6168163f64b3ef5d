//! Queries and forms, `application/x-www-form-urlencoded` (RFC 6749 appendix B), read by one rule
//! everywhere (RFC 6749 §3.1, §3.2):
//!
//! - a parameter without a value counts as omitted;
//! - a parameter that the reader does not ask for is ignored, whatever its bytes;
//! - a parameter that came more than once, or is no text, has no value, and the request is invalid.
//!
//! Pairs are decoded only when they are asked for, so that the escapes of one parameter never
//! decide about another.

use std::borrow::Cow;

use crate::percent::{Plus, decode};
use crate::{ErrorResponse, Problem};

/// Why a parameter that was sent has no value. It names the parameter as it is on the wire.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// It must not be repeated (RFC 6749 §3.1).
    #[error("The parameter {0} came more than once.")]
    Repeated(String),
    /// It may be repeated (RFC 8707 §2), but not so often.
    #[error("The parameter {0} came too often.")]
    TooOften(String),
    /// It is longer than any value may be.
    #[error("The parameter {0} is too long.")]
    TooLong(String),
    /// Its escapes are broken, or it is not UTF-8.
    #[error("The parameter {0} is not percent-encoded UTF-8.")]
    NotText(String),
    /// It is a JSON value of this kind, not a string.
    #[error("The parameter {0} must be a string, not {1}.")]
    NotString(String, &'static str),
}

impl From<ParameterError> for ErrorResponse {
    fn from(error: ParameterError) -> Self {
        Self::new(Problem::InvalidRequest, error.to_string())
    }
}

/// One pair, not decoded.
#[derive(Clone, Copy)]
pub struct Pair<'a> {
    whole: &'a [u8],
    name: &'a [u8],
    value: &'a [u8],
}

impl<'a> Pair<'a> {
    /// The name; `None` where it is not percent-encoded UTF-8.
    pub fn name(&self) -> Option<Cow<'a, str>> {
        decode(self.name, Plus::Space)
    }

    /// The value; `None` where it is not percent-encoded UTF-8.
    pub fn value(&self) -> Option<Cow<'a, str>> {
        decode(self.value, Plus::Space)
    }

    /// The pair as it was sent.
    pub const fn as_sent(&self) -> &'a [u8] {
        self.whole
    }

    /// Whether it has no value, and so counts as omitted.
    pub const fn is_omitted(&self) -> bool {
        self.value.is_empty()
    }
}

// Not derived: a value may be secret.
impl std::fmt::Debug for Pair<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pair").field("name", &self.name()).finish_non_exhaustive()
    }
}

/// The pairs of a query or form, in order.
pub fn pairs(form: &[u8]) -> impl Iterator<Item = Pair<'_>> {
    form.split(|b| *b == b'&').filter(|whole| !whole.is_empty()).map(|whole| {
        let cut = whole.iter().position(|b| *b == b'=').unwrap_or(whole.len());
        let (name, value) = whole.split_at(cut);
        Pair { whole, name, value: value.strip_prefix(b"=").unwrap_or(value) }
    })
}

/// The value of the parameter `name`; `None` where it is omitted.
///
/// # Errors
/// [`ParameterError::Repeated`], [`ParameterError::NotText`].
pub fn value<'a>(form: &'a [u8], name: &str) -> Result<Option<Cow<'a, str>>, ParameterError> {
    let named = |pair: &Pair<'_>| pair.name().is_some_and(|it| it == name);
    let mut sent = pairs(form).filter(named).filter(|pair| !pair.is_omitted());
    match (sent.next(), sent.next()) {
        (None, _) => Ok(None),
        (Some(_), Some(_)) => Err(ParameterError::Repeated(name.to_owned())),
        (Some(pair), None) => {
            pair.value().map(Some).ok_or_else(|| ParameterError::NotText(name.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6749_3_1_one_rule_for_every_reader() {
        let read = |form: &'static [u8]| value(form, "a").map(|it| it.map(Cow::into_owned));
        let some = |text: &str| Ok(Some(text.to_owned()));
        for omitted in [&b""[..], b"&&", b"a", b"a=", b"a=&a", b"b=a", b"A=1"] {
            assert_eq!(read(omitted), Ok(None), "{omitted:?}");
        }
        assert_eq!(read(b"a=1"), some("1"));
        assert_eq!(read(b"a=&%61=x+%C3%A9&a="), some("x é"));
        for ignored in [&b"a=1&b=50%off"[..], b"%e4=1&a=1", b"foo=%e4&a=1", b"b=1&b=2&\xff=%&a=1"] {
            assert_eq!(read(ignored), some("1"), "{ignored:?}");
        }
        assert_eq!(read(b"a=1&a=1"), Err(ParameterError::Repeated("a".into())));
        assert_eq!(read(b"a=1&%61=2"), Err(ParameterError::Repeated("a".into())));
        for broken in [&b"a=%"[..], b"a=%4", b"a=%zz", b"a=%e4", b"a=\xff"] {
            assert_eq!(read(broken), Err(ParameterError::NotText("a".into())), "{broken:?}");
        }
    }

    #[test]
    fn debug_of_a_pair_shows_no_value() {
        let pair = pairs(b"code=hunter2").next().unwrap();
        assert!(!format!("{pair:?}").contains("hunter2"), "{pair:?}");
    }
}
