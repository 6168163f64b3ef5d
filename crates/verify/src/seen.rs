//! A bounded cache of tokens whose signature was verified, so that each signature is checked once.
//! Invariant: a token is found only by all of its bytes, and only with the keys that are trusted
//! now. Times and revocation are never cached; they are checked every time.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use base::Secret;
use oauth::AccessToken;
use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};

use crate::Principal;
use crate::claims::Times;
use crate::dependencies::Dependencies;

/// The approximate memory of a token beside its text, in bytes: its claims twice, its marks.
const TOKEN_OVERHEAD: usize = 768;

/// A token that was verified.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) principal: Principal,
    pub(crate) times: Times,
    #[cfg_attr(not(feature = "http-client"), allow(dead_code, reason = "only a feed asks"))]
    pub(crate) dependencies: Dependencies,
    /// The generation of the keys that it was verified with.
    pub(crate) generation: u64,
}

/// The cache.
pub(crate) struct SeenTokens(Cache<TokenKey, Arc<Seen>, ByWeight>);

impl SeenTokens {
    /// A cache of about this size, in bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        let tokens = bytes / (2 * TOKEN_OVERHEAD);
        Self(Cache::with_weighter(tokens, bytes as u64, ByWeight))
    }

    pub(crate) fn find(&self, token: &str, generation: u64) -> Option<Arc<Seen>> {
        let seen = self.0.get(&LookupKey(token))?;
        (seen.generation == generation).then_some(seen)
    }

    pub(crate) fn keep(&self, token: &str, seen: Arc<Seen>) {
        self.0.insert(TokenKey(Secret::new(token)), seen);
    }
}

impl fmt::Debug for SeenTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeenTokens").field("tokens", &self.0.len()).finish_non_exhaustive()
    }
}

/// A complete token, as a key of the cache.
struct TokenKey(Secret<AccessToken>);

/// The token to look up.
struct LookupKey<'a>(&'a str);

/// Hashes the end of a token, which is the end of its signature. Only tokens with a valid signature
/// are kept, so only the issuer chooses what is hashed. The hash has a random key, too.
fn hash(token: &str, state: &mut impl Hasher) {
    let bytes = token.as_bytes();
    bytes.last_chunk::<32>().map_or(bytes, |end| end.as_slice()).hash(state);
}

impl Hash for TokenKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(self.0.expose(), state);
    }
}

impl PartialEq for TokenKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose() == other.0.expose()
    }
}
impl Eq for TokenKey {}

impl Hash for LookupKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(self.0, state);
    }
}

impl Equivalent<TokenKey> for LookupKey<'_> {
    fn equivalent(&self, key: &TokenKey) -> bool {
        self.0 == key.0.expose()
    }
}

#[derive(Clone)]
struct ByWeight;

impl Weighter<TokenKey, Arc<Seen>> for ByWeight {
    fn weight(&self, token: &TokenKey, _: &Arc<Seen>) -> u64 {
        (token.0.expose().len() * 2 + TOKEN_OVERHEAD) as u64
    }
}

#[cfg(test)]
#[path = "seen_tests.rs"]
mod tests;
