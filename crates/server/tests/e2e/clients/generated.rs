//! Clients of the admin and the account API that published generators make of their OpenAPI documents.

use serde_json::{Value, json};

use super::{package, python, script};
use crate::harness::Server;

/// Checks what a generated client read. `typed` tells the names of the types, where the language keeps
/// them.
fn check(seen: &Value, server: &Server) {
    let names = seen["organizations"].as_array().unwrap();
    assert!(names.contains(&json!("Analytical Engines")), "{seen}");
    assert!(names.len() > 1, "several pages: {seen}");
    assert_eq!(seen["changed"], "Difference Engines");
    assert_eq!(seen["refused"][0], 400, "{seen}");
    assert_eq!(seen["declined"][0], 404, "{seen}");
    let demo = &server.demo()["realms"]["speckle"];
    assert!(seen["me"].to_string().contains(demo["user"]["email"].as_str().unwrap()), "{seen}");
}

#[test]
fn generated_python_clients_use_the_admin_and_the_account_api() {
    let server = Server::dev();
    let folder = tempfile::tempdir().unwrap();
    let seen =
        script(&python(), "python/generated.py", &server, &[folder.path().to_str().unwrap()]);
    check(&seen, &server);
    assert_eq!(seen["created"], json!([201, "Organization", "Analytical Engines"]));
    assert_eq!(seen["refused"][1], "Error");
    assert_eq!(seen["me"][0], "Me");
    assert_eq!(seen["tokens"], json!([200, "TokenList"]));
}

#[test]
fn generated_typescript_clients_use_the_admin_and_the_account_api() {
    package("POSTERN_TEST_NODE_MODULES");
    let server = Server::dev();
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("clients");
    let rest = [at.to_str().unwrap()];
    let seen = script("node".as_ref(), "node/generated/generate.mjs", &server, &rest);
    check(&seen, &server);
    assert_eq!(seen["created"], json!([201, "Analytical Engines"]));
    assert_eq!(seen["tokens"], 200);
}
