//! A bounded memory of JWTs whose signature was good.
//!
//! Checking one's own ES256 signature costs more than making it. Whoever minted or checked a token
//! can recognise the very same bytes again by a keyed 128-bit fingerprint over *all* of them,
//! signature included: one changed bit is another token. Only the signature check is skipped;
//! expiry, revocation and everything else is looked at each time.
//!
//! Invariant: nothing is noted that was not signed by a key of the ring or verified with one, and
//! what was noted for one set of keys is not recognised for another: whoever looked at a signature
//! before a key was revoked may note it after. The key of the fingerprint is random, per process,
//! and never leaves it.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use base::{DigestKey, Rng};

/// How many tokens are remembered: a mebibyte.
const SLOTS: usize = 1 << 16;

/// The fingerprints.
pub(crate) struct Seen {
    key: DigestKey,
    slots: Box<[[AtomicU64; 2]]>,
}

impl Seen {
    /// Remembers nothing yet.
    pub(crate) fn new(rng: &dyn Rng) -> Self {
        let mut key = [0; 32];
        rng.fill(&mut key);
        let slots = (0..SLOTS).map(|_| [AtomicU64::new(0), AtomicU64::new(0)]).collect();
        Self { key: DigestKey::new(&key), slots }
    }

    /// What a token is recognised by.
    pub(crate) fn print(&self, token: &str) -> Print {
        let mac = self.key.mac(token.as_bytes());
        let word = |at: usize| mac.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
        Print([word(0).map_or(1, u64::from_le_bytes), word(8).map_or(1, u64::from_le_bytes)])
    }

    /// Notes a token whose signature is good by the set of keys `keys`. It may displace another.
    pub(crate) fn note(&self, token: Print, keys: u64) {
        let [high, low] = token.under(keys);
        if let Some([high_slot, low_slot]) = self.slot(high) {
            high_slot.store(high, Relaxed);
            low_slot.store(low, Relaxed);
        }
    }

    /// Whether exactly this token was noted for exactly these keys. A torn read of two tokens' halves matches a third
    /// only if both halves are its own: as unlikely as guessing the fingerprint.
    pub(crate) fn contains(&self, token: Print, keys: u64) -> bool {
        let [high, low] = token.under(keys);
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
pub(crate) struct Print([u64; 2]);

impl Print {
    fn under(self, keys: u64) -> [u64; 2] {
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
        seen.note(seen.print("header.payload.signature"), 1);
        assert!(seen.contains(seen.print("header.payload.signature"), 1));
        assert!(!seen.contains(seen.print("header.payload.signaturf"), 1));
        assert!(!seen.contains(seen.print(""), 1));
    }

    #[test]
    fn what_was_good_by_other_keys_is_not_recognised_even_where_it_is_noted_late() {
        let seen = Seen::new(&SystemRng);
        let now_revoked = 1;
        assert!(!seen.contains(seen.print("header.payload.signature"), 2));
        seen.note(seen.print("header.payload.signature"), now_revoked);
        assert!(!seen.contains(seen.print("header.payload.signature"), 2));
    }
}
