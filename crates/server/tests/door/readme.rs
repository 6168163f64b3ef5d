//! The commands of the README, and those that `dev` prints, run as they stand.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::clients::{python, root};
use crate::harness::Server;

/// The fenced blocks of the README that are for a shell.
fn blocks() -> Vec<String> {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let fenced = text.split("```sh\n").skip(1);
    fenced.map(|rest| rest.split_once("```").unwrap().0.to_owned()).collect()
}

/// Runs commands where `.postern/` is the data of `server`; gives back what they printed. HTTPie is
/// the one of the tests' Python packages.
fn shell(server: &Server, commands: &str) -> String {
    let data = server.folder().join(".postern");
    if !data.exists() {
        std::os::unix::fs::symlink(server.folder().join("data"), &data).unwrap();
    }
    let packages = python().parent().map(Path::to_path_buf).unwrap();
    let output = Command::new("bash")
        .args(["-c", &format!("set -euo pipefail\nPATH={}:$PATH\n{commands}", packages.display())])
        .current_dir(server.folder())
        .env("HOME", server.folder())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{commands}\n{printed}\n{told}");
    assert!(told.is_empty(), "{commands}\n{told}");
    printed
}

/// What the output of each block holds, by something in the block that tells which it is.
const EXPECTED: [(&str, &[&str]); 6] = [
    ("speculo.base)/v1/contacts", &["\"contacts\":[{\"id\":\"contact_", "\"pageSize\":50"]),
    (
        "spendesk.base)/v1/settlements",
        &["\"name\":\"Atelier Nord SAS\"", "\"data\":[{\"id\":\"set_"],
    ),
    ("spiko.base)/v1/investors/", &["[{\"id\":", "\"type\":\"business\""]),
    ("fyma.base)/tracking-cameras", &["\"id\":\"cam_", "\"tracked_classes\""]),
    ("speckle.base)/graphql", &["{\"data\":{\"activeUser\":{\"id\":"]),
    ("/admin/v1/why/", &["white_space"]),
];

#[test]
fn every_block_of_the_readme_works_as_printed() {
    let server = Server::dev();
    let blocks = blocks();
    let (helpers, flows) = blocks.split_first().unwrap();
    assert_eq!(flows.len(), EXPECTED.len(), "each block of the README is expected here");
    for block in flows {
        let known = EXPECTED.iter().find(|(of, _)| block.contains(of));
        let (of, expected) = known.unwrap_or_else(|| panic!("what does this do?\n{block}"));
        // Twice: nothing is used up by trying.
        for _ in 0..2 {
            let printed = shell(&server, &format!("{helpers}\n{block}"));
            let dense: String = printed.replace(": ", ":").replace(", ", ",");
            for text in *expected {
                assert!(dense.contains(text), "{of}: no {text} in\n{printed}");
            }
        }
    }
}

#[test]
fn every_block_that_dev_prints_works_as_printed() {
    let server = Server::dev();
    let printed = server.printed();
    let expected = [
        ("speculo", "\"contacts\""),
        ("spendesk", "\"pagination\""),
        ("spiko", "\"type\""),
        ("fyma", "\"tracked_classes\""),
        ("speckle", "\"activeUser\""),
    ];
    for (realm, text) in expected {
        let (_, rest) = printed.split_once(&format!("\n# {realm}\n")).unwrap();
        let block = rest.split("\n\n").next().unwrap();
        let printed = shell(&server, block);
        assert!(printed.contains(text), "{block}\n{printed}");
        assert!(!printed.contains("\"error"), "{block}\n{printed}");
    }
}
