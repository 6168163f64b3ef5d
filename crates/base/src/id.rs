//! Typed identifiers.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::encoding::{BASE62_U128, parse_base62, push_base62};
use crate::{Rng, Timestamp};

/// Identifies one `T`. 128 bits: 48 bits of milliseconds, then randomness (UUID version 7, RFC 9562
/// §5.7), so that new ones append to an index. Written as 22 base62 digits, in the same order.
pub struct Id<T>(u128, PhantomData<fn() -> T>);

impl<T> Id<T> {
    /// A new identifier made at `now`.
    pub fn new(now: Timestamp, rng: &dyn Rng) -> Self {
        const RANDOM: u128 = (1 << 80) - 1;
        let millis = u128::from(now.millis().unsigned_abs()) & ((1 << 48) - 1);
        let random = rng.u128() & RANDOM & !(0xF << 76) & !(0b11 << 62);
        Self::from_u128((millis << 80) | (0x7 << 76) | (0b10 << 62) | random)
    }

    /// The identifier with these bits.
    pub const fn from_u128(bits: u128) -> Self {
        Self(bits, PhantomData)
    }

    /// The bits.
    pub const fn as_u128(self) -> u128 {
        self.0
    }

    /// The bits, big-endian: sorts as the number does.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// From big-endian bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self::from_u128(u128::from_be_bytes(bytes))
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(BASE62_U128);
        push_base62(&mut text, self.0, BASE62_U128);
        f.write_str(&text)
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an identifier of 22 letters and digits")]
pub struct ParseIdError;

impl<T> FromStr for Id<T> {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        if text.len() != BASE62_U128 {
            return Err(ParseIdError);
        }
        parse_base62(text).map(Self::from_u128).ok_or(ParseIdError)
    }
}

impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.to_bytes().serialize(serializer)
        }
    }
}

impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
            text.parse().map_err(serde::de::Error::custom)
        } else {
            <[u8; 16]>::deserialize(deserializer).map(Self::from_bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SequenceRng;

    #[test]
    fn later_identifiers_sort_later_and_round_trip() {
        let rng = SequenceRng::new(7);
        let early = Id::<()>::new(Timestamp::from_millis(1_000), &rng);
        let late = Id::<()>::new(Timestamp::from_millis(1_001), &rng);
        assert!(early < late && early.to_string() < late.to_string());
        assert_eq!(early.to_string().parse(), Ok(early));
        assert_eq!("short".parse::<Id<()>>(), Err(ParseIdError));
    }
}
