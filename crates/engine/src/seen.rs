//! A bounded memory of JWTs whose signature was good.
//!
//! Checking one's own ES256 signature costs more than making it. Whoever minted or checked a token
//! can recognise the very same bytes again by a keyed 128-bit fingerprint over *all* of them,
//! signature included: one changed bit is another token. Only the signature check is skipped;
//! expiry, revocation and everything else is looked at each time.
//!
//! Invariant: nothing is noted that was not signed by a key of the ring or verified with one. The
//! key of the fingerprint is random, per process, and never leaves it.

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

    /// Notes a token whose signature is good. It may displace another.
    pub(crate) fn note(&self, token: &str) {
        let [high, low] = self.fingerprint(token);
        if let Some([high_slot, low_slot]) = self.slot(high) {
            high_slot.store(high, Relaxed);
            low_slot.store(low, Relaxed);
        }
    }

    /// Whether exactly this token was noted. A torn read of two tokens' halves matches a third
    /// only if both halves are its own: as unlikely as guessing the fingerprint.
    pub(crate) fn contains(&self, token: &str) -> bool {
        let [high, low] = self.fingerprint(token);
        self.slot(high).is_some_and(|[high_slot, low_slot]| {
            high_slot.load(Relaxed) == high && low_slot.load(Relaxed) == low
        })
    }

    /// Forgets everything: after the ring of keys changed.
    pub(crate) fn clear(&self) {
        for slot in self.slots.iter().flatten() {
            slot.store(0, Relaxed);
        }
    }

    fn slot(&self, high: u64) -> Option<&[AtomicU64; 2]> {
        self.slots.get((high >> 32) as usize % SLOTS)
    }

    fn fingerprint(&self, token: &str) -> [u64; 2] {
        let mac = self.key.mac(token.as_bytes());
        let word = |at: usize| mac.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
        // Zero marks an empty slot, so no fingerprint is zero.
        [word(0).map_or(1, u64::from_le_bytes) | 1, word(8).map_or(1, u64::from_le_bytes)]
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
        seen.note("header.payload.signature");
        assert!(seen.contains("header.payload.signature"));
        assert!(!seen.contains("header.payload.signaturf"));
        assert!(!seen.contains(""));
        seen.clear();
        assert!(!seen.contains("header.payload.signature"));
    }
}
