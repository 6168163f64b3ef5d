//! Commands that build, install or measure take minutes: their words are checked in place of running
//! them.

use std::fs;

use super::blocks::of;
use super::rust;
use crate::clients::root;
use crate::harness::run;

/// Commands that are not even checked, and why.
const NOT_CHECKED: [(&str, &str); 1] =
    [("sudo apt-get install ", "it installs packages of the distribution")];

#[test]
fn commands_of_the_workspace_name_what_is_there() {
    let mut count = 0;
    for (page, language) in
        [("README.md", "console"), ("CONTRIBUTING.md", "sh"), ("docs/performance.md", "sh")]
    {
        for block in of(page, language) {
            for line in block.text.lines() {
                let line = line.trim_start_matches("$ ").split(" #").next().unwrap().trim();
                if !NOT_CHECKED.iter().any(|(start, _)| line.starts_with(start)) {
                    check(line);
                    count += 1;
                }
            }
        }
    }
    assert!(count >= 15, "{count}");
}

fn check(line: &str) {
    if let Some(words) = line.strip_prefix("cargo xtask ") {
        return task(words);
    }
    if let Some(words) = line.strip_prefix("cargo run --release -- ") {
        let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
        assert!(manifest.contains("default-members = [\"crates/server\"]"), "{line}");
        return program(words);
    }
    if let Some(words) = line.strip_prefix("postern ") {
        return program(words);
    }
    let path = line.strip_prefix("cargo install --locked --path ");
    let path = path.unwrap_or_else(|| panic!("what does this do? {line}"));
    let manifest = fs::read_to_string(root().join(path).join("Cargo.toml")).unwrap();
    assert!(manifest.contains("[[bin]]\nname = \"postern\"\n"), "{line}");
}

/// The command is there: it has a help text. Its options are read before that is printed.
fn program(words: &str) {
    let words: Vec<&str> = words.split(' ').chain(["--help"]).collect();
    let output = run(&words);
    assert!(output.status.success(), "{words:?}: {output:?}");
}

fn task(words: &str) {
    let (task, options) = words.split_once(' ').unwrap_or((words, ""));
    let tasks = fs::read_to_string(root().join("xtask/src/main.rs")).unwrap();
    assert!(tasks.contains(&format!("        \"{task}\" => ")), "no task {task}");
    match task {
        "bench" => bench(words, options),
        "fuzz" => fuzz(words, options),
        _ => assert_eq!(options, "", "{words}"),
    }
}

/// Targets of the corpus, and the one option.
fn fuzz(words: &str, options: &str) {
    let mut rest = options;
    while let Some((word, after)) = next(rest) {
        rest = after;
        if word == "--seconds" {
            let (seconds, after) = next(rest).unwrap();
            assert!(seconds.parse::<u64>().is_ok(), "{words}");
            rest = after;
        } else {
            let corpus = root().join("fuzz/corpus").join(word);
            assert!(corpus.is_dir(), "{words}: no target is called {word}");
        }
    }
    let source = fs::read_to_string(root().join("xtask/src/fuzz.rs")).unwrap();
    assert!(source.contains("\"--seconds\" => "), "{words}");
}

fn bench(words: &str, options: &str) {
    let sources = rust(&root().join("bench/src"));
    let arguments = fs::read_to_string(root().join("bench/src/arguments.rs")).unwrap();
    let mut rest = options;
    while let Some((option, after)) = next(rest) {
        assert!(arguments.contains(&format!("\"{option}\" => ")), "{words}: no {option}");
        rest = after;
        if ["--only", "--seconds", "--rounds", "--plot"].contains(&option) {
            let (value, after) = next(rest).unwrap();
            let named =
                |text: &str| text.split('"').skip(1).step_by(2).any(|it| it.contains(value));
            let is_work = option != "--only" || sources.lines().any(named);
            assert!(is_work, "{words}: no work is called {value}");
            rest = after;
        }
    }
}

/// The next word, which may be quoted, and what follows.
fn next(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    if let Some(quoted) = text.strip_prefix('"') {
        return quoted.split_once('"');
    }
    (!text.is_empty()).then(|| text.split_once(' ').unwrap_or((text, "")))
}
