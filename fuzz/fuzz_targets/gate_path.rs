//! `fuzz_targets::gate_path` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::run("gate_path", data));
