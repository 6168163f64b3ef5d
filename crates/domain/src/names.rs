//! Names that appear on the wire: of realms, and of every entity that a customer can see.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The text is not a valid name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct ParseNameError(&'static str);

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ParseNameError;

            fn from_str(text: &str) -> Result<Self, ParseNameError> {
                let allowed: fn(&str) -> bool = $allowed;
                if allowed(text) { Ok(Self(text.into())) } else { Err(ParseNameError($expected)) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

name! {
    /// The name of a realm: 1 to 32 of `a-z`, `0-9` and `-`.
    RealmName, "a realm name of 1 to 32 lower-case letters, digits and hyphens",
    |text| (1..=32).contains(&text.len())
        && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

name! {
    /// The public id of an entity: `client_…`, `org_…`, or the provider's own identifier where the
    /// entity was imported. Unique among its kind in a realm. 1 to 128 printable ASCII characters
    /// without space, quote, backslash, slash and colon (a colon would end the user part of HTTP
    /// Basic, RFC 7617 §2).
    PublicId, "an identifier of 1 to 128 printable characters without spaces, quotes, slashes and colons",
    |text| (1..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\\' | b':' | b'/' | b'%' | b'?' | b'#'))
}
