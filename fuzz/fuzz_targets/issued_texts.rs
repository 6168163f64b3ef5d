//! `fuzz_targets::issued_texts` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::run("issued_texts", data));
