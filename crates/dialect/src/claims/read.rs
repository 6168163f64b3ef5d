//! Reads our own claims back, in one pass and mostly without copies.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{ClaimNames, Claims, ClaimsError};
use crate::template::Field;

impl ClaimNames {
    pub(crate) fn read<'a>(&self, payload: &'a [u8]) -> Result<Claims<'a>, ClaimsError> {
        let mut json = serde_json::Deserializer::from_slice(payload);
        let found = Reader(self).deserialize(&mut json).map_err(|_| ClaimsError::Malformed)?;
        json.end().map_err(|_| ClaimsError::Malformed)?;
        found.complete().ok_or(ClaimsError::Missing)
    }
}

#[derive(Default)]
struct Found<'a> {
    token_id: Option<u128>,
    grant: Option<u128>,
    credential: Option<u128>,
    issued_at: Option<i64>,
    expires_at: Option<i64>,
    audience: Option<Cow<'a, str>>,
    scope: Option<Cow<'a, str>>,
}

impl<'a> Found<'a> {
    fn complete(self) -> Option<Claims<'a>> {
        Some(Claims {
            token_id: self.token_id?,
            grant: self.grant?,
            credential: self.credential?,
            issued_at: self.issued_at?,
            expires_at: self.expires_at,
            audience: self.audience?,
            scope: self.scope.unwrap_or_default(),
        })
    }
}

struct Reader<'n>(&'n ClaimNames);

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Found<'de>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Found<'de>, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Found<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of claims")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found<'de>, A::Error> {
        let mut found = Found::default();
        while let Some(name) = map.next_key_seed(Text)? {
            match self.0.field(&name) {
                Some(Field::TokenId) => found.token_id = Some(map.next_value_seed(Id)?),
                Some(Field::Grant) => found.grant = Some(map.next_value_seed(Id)?),
                Some(Field::Credential) => found.credential = Some(map.next_value_seed(Id)?),
                Some(Field::IssuedAt) => found.issued_at = Some(map.next_value()?),
                Some(Field::ExpiresAt) => found.expires_at = Some(map.next_value()?),
                Some(Field::Audience) => found.audience = Some(map.next_value_seed(Text)?),
                Some(Field::Scope | Field::Scopes) => {
                    found.scope = Some(map.next_value_seed(Text)?);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

/// A string, borrowed where it has no escapes; a list of strings is joined by spaces.
struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a list of strings")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut joined = String::new();
        while let Some(word) = list.next_element_seed(Text)? {
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(&word);
        }
        Ok(Cow::Owned(joined))
    }
}

/// 22 base62 digits.
struct Id;

impl<'de> DeserializeSeed<'de> for Id {
    type Value = u128;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<u128, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Id {
    type Value = u128;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("22 base62 digits")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<u128, E> {
        base::encoding::parse_base62(text)
            .filter(|_| text.len() == base::encoding::BASE62_U128)
            .ok_or_else(|| E::custom("not 22 base62 digits"))
    }
}
