//! The bodies of the fuzz targets: what must hold for any input that reaches Postern from outside.
//!
//! A target is a function of bytes that panics where a property does not hold. `fuzz/` gives each to
//! libFuzzer; the test of this crate replays the corpus below `fuzz/corpus/` on every test run. Each
//! target asks for more than that nothing panics: what is read is written and read again as the same,
//! limits hold, and where another reader of the same format exists, both read the same.
#![allow(clippy::panic, clippy::expect_used, reason = "a target fails by a panic")]

mod cookies;
mod decode;
mod dialect_file;
mod dialects;
pub mod gate_path;
mod issued_texts;
mod jwk_set;
mod jws;
pub mod readers;
mod realm_cookies;
mod redirect_uri;
mod return_to;
mod status_lists;

/// A fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name: that of its program in `fuzz/fuzz_targets/` and of its folder in `fuzz/corpus/`.
    pub name: &'static str,
    /// What must not panic, whatever the bytes.
    pub run: fn(&[u8]),
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "cookies", run: cookies::run },
    Target { name: "decode", run: decode::run },
    Target { name: "dialect_file", run: dialect_file::run },
    Target { name: "gate_path", run: gate_path::run },
    Target { name: "issued_texts", run: issued_texts::run },
    Target { name: "jwk_set", run: jwk_set::run },
    Target { name: "jws", run: jws::run },
    Target { name: "redirect_uri", run: redirect_uri::run },
    Target { name: "return_to", run: return_to::run },
    Target { name: "status_lists", run: status_lists::run },
];

/// Runs the target called `name` over `data`.
///
/// # Panics
/// When a property does not hold, or no target has this name.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.expect("a target of the table").run)(data);
}
