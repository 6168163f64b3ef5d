//! `fuzz_targets::jwk_set` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::run("jwk_set", data));
