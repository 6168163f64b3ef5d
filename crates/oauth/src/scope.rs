//! Scopes (RFC 6749 §3.3).

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The length limit of a scope token, in bytes.
pub const MAX_SCOPE_LENGTH: usize = 128;
/// The largest number of scope tokens in one set.
pub const MAX_SCOPES: usize = 128;

/// One scope token: printable ASCII without space, quote and backslash (RFC 6749 §3.3).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(transparent)]
pub struct Scope(Box<str>);

/// The text is not a scope, or not a set of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a scope is printable ASCII without spaces, quotes and backslashes, at most 128 long")]
pub struct ParseScopeError;

impl Scope {
    /// The token.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Scope {
    type Err = ParseScopeError;

    fn from_str(text: &str) -> Result<Self, ParseScopeError> {
        let allowed = |b: u8| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        if text.is_empty() || text.len() > MAX_SCOPE_LENGTH || !text.bytes().all(allowed) {
            return Err(ParseScopeError);
        }
        Ok(Self(text.into()))
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl std::borrow::Borrow<str> for Scope {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A set of scopes; written as a list separated by single spaces, in alphabetical order.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct ScopeSet(BTreeSet<Scope>);

impl ScopeSet {
    /// The empty set.
    pub const fn new() -> Self {
        Self(BTreeSet::new())
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many scopes it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether `scope` is in it.
    pub fn contains(&self, scope: &str) -> bool {
        self.0.contains(scope)
    }

    /// Whether every scope of `self` is in `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// The scopes that both have.
    pub fn intersection(&self, other: &Self) -> Self {
        self.0.intersection(&other.0).cloned().collect()
    }

    /// The first scope that `other` lacks.
    pub fn first_not_in<'a>(&'a self, other: &'a Self) -> Option<&'a Scope> {
        self.0.difference(&other.0).next()
    }

    /// The scopes, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    /// Adds a scope.
    pub fn insert(&mut self, scope: Scope) {
        self.0.insert(scope);
    }
}

impl FromStr for ScopeSet {
    type Err = ParseScopeError;

    /// Reads a space-separated list. Repeated spaces and repeated scopes are accepted.
    fn from_str(text: &str) -> Result<Self, ParseScopeError> {
        let scopes: BTreeSet<Scope> = text
            .split(' ')
            .filter(|part| !part.is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        if scopes.len() > MAX_SCOPES { Err(ParseScopeError) } else { Ok(Self(scopes)) }
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

impl Serialize for ScopeSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter())
    }
}

impl<'de> Deserialize<'de> for ScopeSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let scopes = BTreeSet::<Scope>::deserialize(deserializer)?;
        if scopes.len() > MAX_SCOPES {
            return Err(serde::de::Error::custom("too many scopes"));
        }
        Ok(Self(scopes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6749_3_3_scope_tokens() {
        assert!("contacts.read".parse::<Scope>().is_ok());
        for bad in ["", "a b", "a\"b", "a\\b", "é", "a\n"] {
            assert_eq!(bad.parse::<Scope>(), Err(ParseScopeError), "{bad:?}");
        }
        let set: ScopeSet = "b a  b".parse().unwrap();
        assert_eq!(set.to_string(), "a b");
    }
}
