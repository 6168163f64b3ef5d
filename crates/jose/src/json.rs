//! Strict JSON objects. Invariant: every member name of a returned object occurred once (RFC 7515
//! §4, RFC 7519 §4), so two readers cannot see two different values.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

/// Reads one JSON object with distinct member names.
///
/// # Errors
/// [`ObjectError`] for anything else.
pub fn parse_object(json: &[u8]) -> Result<Map<String, Value>, ObjectError> {
    let mut twice = false;
    let mut reader = serde_json::Deserializer::from_slice(json);
    let object = Distinct { twice: &mut twice }.deserialize(&mut reader);
    match object.and_then(|object| reader.end().map(|()| object)) {
        Ok(object) => Ok(object),
        Err(_) if twice => Err(ObjectError::Duplicate),
        Err(_) => Err(ObjectError::NotAnObject),
    }
}

/// Why bytes are not a strict JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// Not JSON, or JSON of another kind.
    #[error("it is not a JSON object")]
    NotAnObject,
    /// A member name occurs twice.
    #[error("a member occurs twice")]
    Duplicate,
}

struct Distinct<'a> {
    twice: &'a mut bool,
}

impl<'de> DeserializeSeed<'de> for Distinct<'_> {
    type Value = Map<String, Value>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Distinct<'_> {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, value)) = members.next_entry::<String, Value>()? {
            if object.insert(name, value).is_some() {
                *self.twice = true;
                return Err(A::Error::custom("a member occurs twice"));
            }
        }
        Ok(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7519_4_duplicate_names_are_refused() {
        assert_eq!(parse_object(br#"{"sub":"a","sub":"b"}"#), Err(ObjectError::Duplicate));
        assert_eq!(parse_object(br#"{"a":1,"\u0061":2}"#), Err(ObjectError::Duplicate));
    }

    #[test]
    fn only_one_whole_object_is_accepted() {
        for text in ["", "[]", "1", "{", "{}{}", "{} x", "\"{}\"", "{\"a\":\u{7}}"] {
            assert_eq!(parse_object(text.as_bytes()), Err(ObjectError::NotAnObject), "{text}");
        }
        assert_eq!(parse_object(b" {\"a\":[1]} ").unwrap().len(), 1);
        assert_eq!(parse_object(b"{\"a\":\"\xff\"}"), Err(ObjectError::NotAnObject));
    }
}
