//! Independent client libraries complete the machine flows (oauth4webapi, Authlib, specklepy and
//! the `oauth2` crate) and the flows with users ([`people`]).
//!
//! The scripts are in `tests/clients/`; `cargo xtask test` installs their packages.

mod generated;
mod oauth2_crate;
mod openidconnect_crate;
mod people;
mod shop;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::harness::Server;

/// The folder of the packages. Without them these tests fail, so that none is skipped silently.
#[allow(clippy::disallowed_methods, reason = "the runner of the tests says where its packages are")]
pub(crate) fn package(variable: &str) -> PathBuf {
    match std::env::var_os(variable) {
        Some(path) if Path::new(&path).exists() => path.into(),
        _ => {
            panic!("{variable} names nothing: run `cargo xtask test`, which installs the packages")
        }
    }
}

/// The interpreter of the environment with the Python packages.
pub(crate) fn python() -> PathBuf {
    package("POSTERN_TEST_PYTHON")
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs a script of `tests/clients/` on the demo file of `server`. Returns its output.
fn script(interpreter: &Path, name: &str, server: &Server, rest: &[&str]) -> Value {
    let output = Command::new(interpreter)
        .arg(root().join("tests/clients").join(name))
        .arg(server.folder().join("data/demo.json"))
        .args(rest)
        // The library's own data is removed with the test.
        .env("HOME", server.folder())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let reported = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {}\n{reported}\n{}", output.status, server.log());
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{name}: {error}\n{reported}"))
}

/// Checks the output of a machine flow, with each client authentication method in `methods`.
fn check_machine_flow(seen: &Value, methods: &[&str], audience: &str, lifetime: u64) {
    for method in methods {
        let flow = &seen[method];
        let token_type = flow["token_type"].as_str().unwrap();
        assert!(token_type.eq_ignore_ascii_case("Bearer"), "{flow}");
        assert_eq!(flow["expires_in"], lifetime, "{flow}");
        assert_eq!(flow["before"]["active"], true, "{flow}");
        assert_eq!(flow["before"]["aud"], audience, "{flow}");
        assert_eq!(flow["after"], json!({"active": false}), "{flow}");
    }
}

const BASIC: &str = "client_secret_basic";
const POST: &str = "client_secret_post";

/// The flows at the two realms that exchange a pair for a token.
fn machine_flows(interpreter: &Path, name: &str) {
    let server = Server::dev();
    let demo = &server.demo()["realms"];
    let fyma = script(interpreter, name, &server, &["fyma"]);
    check_machine_flow(&fyma, &[BASIC, POST], demo["fyma"]["audience"].as_str().unwrap(), 86_400);
    let base = demo["fyma"]["base"].as_str().unwrap();
    assert_eq!(fyma["issuer"], format!("{base}/"), "with a slash at its end");
    let spendesk = script(interpreter, name, &server, &["spendesk"]);
    check_machine_flow(&spendesk, &[BASIC], "https://public-api.spendesk.example", 3_600);
    assert_eq!(spendesk["issuer"], demo["spendesk"]["base"]);
}

#[test]
fn oauth4webapi_completes_client_credentials_introspection_and_revocation() {
    let modules = package("POSTERN_TEST_NODE_MODULES");
    assert!(modules.join("oauth4webapi").exists(), "run `cargo xtask test`");
    machine_flows(Path::new("node"), "node/machine_flow.mjs");
}

#[test]
fn authlib_completes_client_credentials_introspection_and_revocation() {
    machine_flows(&python(), "python/machine_flow.py");
}

#[test]
fn specklepy_reads_the_active_user_and_the_server_unmodified() {
    let server = Server::dev();
    let seen = script(&python(), "python/active_user.py", &server, &[]);
    let demo = &server.demo()["realms"]["speckle"];
    assert_eq!(seen["user"]["email"], demo["user"]["email"]);
    for member in ["id", "name", "company", "role"] {
        assert!(seen["user"][member].is_string(), "{member} in {seen}");
    }
    assert_eq!(seen["user"]["verified"], true);
    assert_eq!(seen["server"]["canonical_url"], demo["base"]);
    assert_eq!(seen["server"]["workspaces"]["workspaces_enabled"], false);
    assert!(seen["server"]["scopes"].as_array().unwrap().len() >= 15);
    assert_eq!(seen["version"].as_array().unwrap().len(), 3);
}
