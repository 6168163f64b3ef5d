//! Values of the file, parsed into their types at their position.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

/// What a text is expected to be, for messages.
pub(super) trait Expected: FromStr {
    const EXPECTED: &'static str;
}

/// A text parsed by its `FromStr`. An error has its position.
#[derive(Clone, Debug)]
pub(super) struct Parsed<T>(pub(super) T);

impl<'de, T: Expected> Deserialize<'de> for Parsed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(OfText(PhantomData)).map(Self)
    }
}

struct OfText<T>(PhantomData<T>);

impl<T: Expected> Visitor<'_> for OfText<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }
}

impl Expected for web::Site {
    const EXPECTED: &'static str = "an issuer URL without query, fragment and trailing slash, \
                                    such as \"https://api.example.com\"";
}

impl Expected for web::Network {
    const EXPECTED: &'static str = "an address or a range, such as \"10.0.0.0/8\"";
}

impl Expected for std::net::SocketAddr {
    const EXPECTED: &'static str = "an address and a port, such as \"0.0.0.0:8443\"";
}

impl Expected for domain::RealmName {
    const EXPECTED: &'static str = "1 to 32 lower-case letters, digits and hyphens";
}

/// The name of a realm that users see: one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DisplayName(pub(super) String);

impl FromStr for DisplayName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let line = domain::VisibleText::line(text, 60).map_err(drop)?.into_string();
        if !line.is_empty() && line == text { Ok(Self(line)) } else { Err(()) }
    }
}

impl Expected for DisplayName {
    const EXPECTED: &'static str =
        "1 to 60 characters in one line, without a space at either end, such as \"Acme\"";
}

impl Expected for lettre::message::Mailbox {
    const EXPECTED: &'static str =
        "an e-mail address, such as \"api@example.com\" or \"API access <api@example.com>\"";
}

/// A duration: `"500ms"`, `"20s"`, `"5m"`; at most a day, at least a millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) Duration);

impl FromStr for Span {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (count, unit) = text.split_at(digits);
        let count: u64 = count.parse().map_err(|_| ())?;
        let millis = match unit {
            "ms" => Some(count),
            "s" => count.checked_mul(1_000),
            "m" => count.checked_mul(60_000),
            "h" => count.checked_mul(3_600_000),
            _ => None,
        };
        let in_range = millis.filter(|millis| (1..=86_400_000).contains(millis));
        in_range.map(|millis| Self(Duration::from_millis(millis))).ok_or(())
    }
}

impl Expected for Span {
    const EXPECTED: &'static str =
        "a time of at most a day, such as \"500ms\", \"20s\", \"5m\" or \"24h\"";
}

/// A whole number between two bounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Within<const LEAST: u64, const MOST: u64>(pub(super) usize);

impl<'de, const LEAST: u64, const MOST: u64> Deserialize<'de> for Within<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = i64::deserialize(deserializer)?;
        let fits = u64::try_from(number).ok().filter(|number| (LEAST..=MOST).contains(number));
        match fits.and_then(|number| usize::try_from(number).ok()) {
            Some(number) => Ok(Self(number)),
            None => {
                let expected = format!("a whole number from {LEAST} to {MOST}");
                Err(D::Error::invalid_value(Unexpected::Signed(number), &expected.as_str()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_name_is_one_line_of_text() {
        for good in ["A", "Acme & Söhne", &"é".repeat(60)] {
            assert_eq!(good.parse(), Ok(DisplayName(good.to_owned())), "{good}");
        }
        for bad in ["", " ", " Acme", "Acme\n", "Ac\nme", "A\u{7f}", "A\u{202e}B", &"a".repeat(61)]
        {
            assert_eq!(bad.parse::<DisplayName>(), Err(()), "{bad:?}");
        }
    }

    #[test]
    fn times_have_a_unit_and_a_bound() {
        assert_eq!("500ms".parse(), Ok(Span(Duration::from_millis(500))));
        assert_eq!("5m".parse(), Ok(Span(Duration::from_secs(300))));
        for bad in ["", "5", "s", "0s", "25h", "1d", "-1s", "1.5s", "99999999999999999999s"] {
            assert_eq!(bad.parse::<Span>(), Err(()), "{bad}");
        }
    }
}
