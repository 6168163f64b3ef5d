//! A bounded memory of JWTs whose signature is valid.
//!
//! To verify an ES256 signature costs more than to make one. The process keeps a keyed 128-bit
//! fingerprint of each token that it minted or verified, and recognises the same token by it later.
//! The fingerprint covers *all* bytes, with the signature: a token with one changed bit is another
//! token. Only the signature check is skipped; expiry, revocation and everything else are checked
//! each time.
//!
//! Invariant: only tokens that a key of the ring signed or verified are noted. A token that was
//! noted for one set of keys is not recognised for another, because a request may verify a token
//! before a key is revoked and note it after. The key of the fingerprint is random, and only this
//! process has it.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use base::{DigestKey, Rng};

/// How many tokens are remembered. They take 1 MiB.
const SLOTS: usize = 1 << 16;

/// The fingerprints of tokens with a valid signature.
pub(crate) struct Seen {
    key: DigestKey,
    slots: Box<[[AtomicU64; 2]]>,
}

impl Seen {
    /// Makes an empty memory with a random key.
    pub(crate) fn new(rng: &dyn Rng) -> Self {
        let mut key = [0; 32];
        rng.fill(&mut key);
        let slots = (0..SLOTS).map(|_| [AtomicU64::new(0), AtomicU64::new(0)]).collect();
        Self { key: DigestKey::new(&key), slots }
    }

    /// The fingerprint of a token.
    pub(crate) fn fingerprint(&self, token: &str) -> Fingerprint {
        let mac = self.key.mac(token.as_bytes());
        let word = |at: usize| mac.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
        Fingerprint([word(0).map_or(1, u64::from_le_bytes), word(8).map_or(1, u64::from_le_bytes)])
    }

    /// Notes a token whose signature is valid under the key set number `keys`. It may replace
    /// another token.
    pub(crate) fn note(&self, fingerprint: Fingerprint, keys: u64) {
        let [high, low] = fingerprint.with_keys(keys);
        if let Some([high_slot, low_slot]) = self.slot(high) {
            high_slot.store(high, Relaxed);
            low_slot.store(low, Relaxed);
        }
    }

    /// Whether exactly this token was noted for exactly these keys. A read may get the halves of
    /// two different tokens. It then matches only a token with both halves, which is as unlikely as
    /// to guess the fingerprint.
    pub(crate) fn contains(&self, fingerprint: Fingerprint, keys: u64) -> bool {
        let [high, low] = fingerprint.with_keys(keys);
        self.slot(high).is_some_and(|[high_slot, low_slot]| {
            high_slot.load(Relaxed) == high && low_slot.load(Relaxed) == low
        })
    }

    fn slot(&self, high: u64) -> Option<&[AtomicU64; 2]> {
        self.slots.get((high >> 32) as usize % SLOTS)
    }
}

/// A token's fingerprint.
#[derive(Clone, Copy)]
pub(crate) struct Fingerprint([u64; 2]);

impl Fingerprint {
    fn with_keys(self, keys: u64) -> [u64; 2] {
        let Self([high, low]) = self;
        // Zero marks an empty slot, so no fingerprint is zero.
        [high | 1, low ^ keys]
    }
}

impl std::fmt::Debug for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seen")
    }
}

#[cfg(test)]
mod tests {
    use base::SystemRng;

    use super::*;

    #[test]
    fn only_the_very_same_bytes_are_recognised() {
        let seen = Seen::new(&SystemRng);
        seen.note(seen.fingerprint("header.payload.signature"), 1);
        assert!(seen.contains(seen.fingerprint("header.payload.signature"), 1));
        assert!(!seen.contains(seen.fingerprint("header.payload.signaturf"), 1));
        assert!(!seen.contains(seen.fingerprint(""), 1));
    }

    #[test]
    fn what_was_good_by_other_keys_is_not_recognised_even_where_it_is_noted_late() {
        let seen = Seen::new(&SystemRng);
        let now_revoked = 1;
        assert!(!seen.contains(seen.fingerprint("header.payload.signature"), 2));
        seen.note(seen.fingerprint("header.payload.signature"), now_revoked);
        assert!(!seen.contains(seen.fingerprint("header.payload.signature"), 2));
    }
}
