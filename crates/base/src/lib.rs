//! The lowest layer: identifiers, secrets, digests, time, randomness and encodings.
//!
//! The ambient clock lives in [`clock`] and the ambient randomness in [`rng`]. All other crates
//! receive them as parameters.

pub mod clock;
pub mod digest;
pub mod encoding;
pub mod id;
pub mod issued;
pub mod master;
pub mod rng;
pub mod sealer;
pub mod secret;

pub use clock::{Clock, FixedClock, SystemClock, Timestamp};
pub use digest::{Digest, DigestKey};
pub use id::Id;
pub use master::MasterKey;
pub use rng::{Rng, SystemRng};
pub use sealer::Sealer;
pub use secret::Secret;
