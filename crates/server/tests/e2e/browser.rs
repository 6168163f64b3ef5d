//! The pages in Chromium: each flow as users see it, the partner's app, and the rules for every
//! page. The scripts are in `tests/browser/`; `cargo xtask test` installs what they need.
//!
//! If `POSTERN_TEST_PICTURES` names a folder, screenshots are stored there.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::clients::{package, root};
use crate::harness::Server;

/// The folder of the screenshots.
#[allow(clippy::disallowed_methods, reason = "whoever runs the tests says where to leave pictures")]
fn pictures(server: &Server) -> PathBuf {
    let named = std::env::var_os("POSTERN_TEST_PICTURES").map(PathBuf::from);
    named.unwrap_or_else(|| server.folder().join("pictures"))
}

#[test]
fn people_get_through_every_flow_in_a_browser_and_every_page_is_sound() {
    let modules = package("POSTERN_TEST_BROWSER_MODULES");
    assert!(modules.join("playwright-core").exists(), "run `cargo xtask test`");
    let server = Server::dev();
    let output = Command::new("node")
        .arg(root().join("tests/browser/main.mjs"))
        .arg(server.folder().join("data/demo.json"))
        .arg(pictures(&server))
        // The browser's own data is removed with the test.
        .env("HOME", server.folder())
        .env("TMPDIR", server.folder())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let reported = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}\n{reported}");
    assert!(printed.contains("# pass") && printed.contains("# fail 0"), "{printed}");
    println!("{printed}");
}
