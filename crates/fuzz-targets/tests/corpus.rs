//! The corpus of every fuzz target, replayed: each of its inputs was of interest once, or is a real one.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};

use fuzz_targets::TARGETS;

/// What all inputs may take together, in bytes: they are part of every clone.
const LARGEST: u64 = 200_000;
/// The fewest inputs of a target.
const FEWEST: usize = 4;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn stems(folder: &Path) -> Vec<String> {
    let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    entries(folder).into_iter().map(stem).collect()
}

#[test]
fn every_input_of_the_corpus_still_holds() {
    let mut broken = Vec::new();
    for target in TARGETS {
        let inputs = entries(&fuzz().join("corpus").join(target.name));
        assert!(inputs.len() >= FEWEST, "{}: {} inputs", target.name, inputs.len());
        for input in inputs {
            let data = fs::read(&input).unwrap();
            if std::panic::catch_unwind(|| (target.run)(&data)).is_err() {
                broken.push(input);
            }
        }
    }
    assert!(broken.is_empty(), "{broken:?}");
}

#[test]
fn every_target_has_a_program_and_a_corpus_and_nothing_else_has() {
    let names: Vec<_> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(stems(&fuzz().join("fuzz_targets")), names);
    assert_eq!(stems(&fuzz().join("corpus")), names);
    let manifest: String = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for name in names {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
}

#[test]
fn the_corpus_stays_small() {
    let folders = entries(&fuzz().join("corpus"));
    let inputs = folders.iter().flat_map(|folder| entries(folder));
    let bytes: u64 = inputs.map(|input| input.metadata().unwrap().len()).sum();
    assert!(bytes < LARGEST, "{bytes} bytes");
}
