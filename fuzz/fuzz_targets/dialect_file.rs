//! `fuzz_targets::dialect_file` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::run("dialect_file", data));
