//! `fuzz_targets::redirect_uri` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::run("redirect_uri", data));
