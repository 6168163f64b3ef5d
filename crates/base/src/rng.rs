//! Randomness as a parameter. Owns the one ambient source of the workspace.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Fills buffers with random bytes.
pub trait Rng: Send + Sync + fmt::Debug {
    /// Overwrites `bytes` with random ones.
    fn fill(&self, bytes: &mut [u8]);

    /// A random 128-bit number.
    fn u128(&self) -> u128 {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        u128::from_be_bytes(bytes)
    }
}

/// The operating system's cryptographically secure source.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    #[allow(clippy::disallowed_methods, reason = "this file owns the ambient randomness")]
    #[allow(clippy::expect_used, reason = "a process without randomness must not go on")]
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the operating system's random source failed");
    }
}

/// A reproducible sequence for tests. **Never** use it for secrets outside a test.
#[derive(Debug)]
pub struct SequenceRng(AtomicU64);

impl SequenceRng {
    /// The sequence that belongs to `seed`.
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Rng for SequenceRng {
    fn fill(&self, bytes: &mut [u8]) {
        // SplitMix64 spreads enough to make distinct identifiers. Nothing more is promised.
        for chunk in bytes.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^= z >> 31;
            for (byte, random) in chunk.iter_mut().zip(z.to_le_bytes()) {
                *byte = random;
            }
        }
    }
}
