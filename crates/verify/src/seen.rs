//! Tokens whose signature held before: a bounded memory, so that the signature of a token is
//! checked once. Invariant: a token is found only by all of its bytes, and only under the keys that
//! are trusted now. Times and revocation are nobody's memory: they are checked every time.

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

/// What a token takes beside its text, about, in bytes: its claims twice over, its marks.
const BESIDE: usize = 768;

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

/// The memory.
pub(crate) struct SeenTokens(Cache<Whole, Arc<Seen>, Weigh>);

impl SeenTokens {
    /// Of about so many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        let tokens = bytes / (2 * BESIDE);
        Self(Cache::with_weighter(tokens, bytes as u64, Weigh))
    }

    pub(crate) fn find(&self, token: &str, generation: u64) -> Option<Arc<Seen>> {
        let seen = self.0.get(&LookupKey(token))?;
        (seen.generation == generation).then_some(seen)
    }

    pub(crate) fn keep(&self, token: &str, seen: Arc<Seen>) {
        self.0.insert(Whole(Secret::new(token)), seen);
    }
}

impl fmt::Debug for SeenTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeenTokens").field("tokens", &self.0.len()).finish_non_exhaustive()
    }
}

/// A whole token.
struct Whole(Secret<AccessToken>);

/// The one that is asked for.
struct LookupKey<'a>(&'a str);

/// The end of a token is the end of its signature. Only tokens whose signature held are kept, so
/// nobody but the issuer chooses what is hashed, and the key of the hash is random besides.
fn hash(token: &str, state: &mut impl Hasher) {
    let bytes = token.as_bytes();
    bytes.last_chunk::<32>().map_or(bytes, |end| end.as_slice()).hash(state);
}

impl Hash for Whole {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(self.0.expose(), state);
    }
}

impl PartialEq for Whole {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose() == other.0.expose()
    }
}
impl Eq for Whole {}

impl Hash for LookupKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(self.0, state);
    }
}

impl Equivalent<Whole> for LookupKey<'_> {
    fn equivalent(&self, key: &Whole) -> bool {
        self.0 == key.0.expose()
    }
}

#[derive(Clone)]
struct Weigh;

impl Weighter<Whole, Arc<Seen>> for Weigh {
    fn weight(&self, token: &Whole, _: &Arc<Seen>) -> u64 {
        (token.0.expose().len() * 2 + BESIDE) as u64
    }
}

#[cfg(test)]
#[path = "seen_tests.rs"]
mod tests;
