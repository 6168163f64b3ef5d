//! How long sealing and opening take: `cargo run --release -p postern-base --example seal`.

use std::time::Instant;

use postern_base::{MasterKey, SystemRng};

/// Repetitions of each measurement.
const COUNT: u32 = 300_000;
/// About the length of a token's content, in bytes.
const LENGTH: usize = 90;

#[allow(clippy::print_stdout, reason = "it is what this program is for")]
fn main() {
    let sealer = MasterKey::generate(&SystemRng).sealer("opaque access tokens of realm main");
    let plain = [7; LENGTH];
    for _ in 0..3 {
        let started = Instant::now();
        let mut sealed = Vec::new();
        for _ in 0..COUNT {
            sealed = sealer.seal(&SystemRng, b"access token", &plain);
        }
        let seal = started.elapsed() / COUNT;
        let started = Instant::now();
        for _ in 0..COUNT {
            assert!(sealer.open(b"access token", &sealed).is_some());
        }
        println!("seal {seal:?}, open {:?}", started.elapsed() / COUNT);
    }
}
