//! `fuzz_targets::status_lists` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::run("status_lists", data));
