//! The `postern …` commands of the pages, run as they are printed.
//!
//! Words in capital letters stand for what a reader has: they are replaced by what is there.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::blocks::{Block, of};
use crate::access_requests;
use crate::harness::admin::Admin;
use crate::harness::http::post;
use crate::harness::realm::Realm;
use crate::harness::{Server, run};

const ADMIN_API: &str = "docs/admin-api.md";
const OPERATIONS: &str = "docs/operations.md";

/// Runs a line in a shell where `postern` is the program.
fn shell(folder: &Path, line: &str, settings: &[(&str, &str)]) -> Output {
    let programs = Path::new(env!("CARGO_BIN_EXE_postern")).parent().unwrap();
    let mut bash = Command::new("bash");
    let line = format!("PATH={}:$PATH\n{line}", programs.display());
    bash.args(["-euo", "pipefail", "-c", &line]).current_dir(folder).stdin(Stdio::null());
    bash.env("HOME", folder).env_remove("POSTERN_MASTER_KEY").env_remove("POSTERN_LOG");
    bash.envs(settings.iter().copied()).output().unwrap()
}

fn succeeds(folder: &Path, line: &str, settings: &[(&str, &str)]) -> String {
    let output = shell(folder, line, settings);
    assert!(output.status.success(), "{line}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A realm called `name` that is not running, in a folder of its own.
fn realm(name: &str) -> Realm {
    let realm = Realm::new("rfc");
    let text = fs::read_to_string(realm.configuration()).unwrap();
    fs::write(realm.configuration(), text.replace("\"own\"", &format!("\"{name}\""))).unwrap();
    realm
}

fn blocks_of_two(page: &str) -> [Block; 2] {
    of(page, "sh").try_into().unwrap()
}

/// The public id of the newest of these.
fn newest(server: &Server, realm: &str, path: &str, member: &str) -> String {
    let list = server.admin(realm).read(&format!("{path}?limit=200"));
    let last: &Value = list["data"].as_array().unwrap().last().unwrap();
    last[member].as_str().unwrap_or_else(|| panic!("no {member} in {last}")).to_owned()
}

#[test]
fn the_commands_of_the_admin_api_page_work_as_printed() {
    let [first_key, all] = blocks_of_two(ADMIN_API);
    let own = realm("main");
    let made = succeeds(own.folder.path(), &first_key.text.replace("NAME", "main"), &[]);
    assert!(!made.trim().is_empty());

    let server = Server::dev();
    let folder = server.folder();
    std::os::unix::fs::symlink(folder.join("data"), folder.join(".postern")).unwrap();
    fs::write(folder.join("password.txt"), "correct horse battery staple").unwrap();
    let demo = server.demo();
    access_requests::ask(demo["realms"]["fyma"]["base"].as_str().unwrap());
    let organization = newest(&server, "fyma", "/organizations", "id");
    let row = format!("id,secret,organization\nold-1,s3cret-of-the-old-system,{organization}\n");
    fs::write(folder.join("tokens.csv"), row).unwrap();
    for line in all.text.lines() {
        let of = line.rsplit_once("--demo ").unwrap().1.split(' ').next().unwrap();
        let word = |word: &str| match word {
            "ORG" => newest(&server, of, "/organizations", "id"),
            "AUDIENCE" => newest(&server, of, "/resource-servers", "identifier"),
            "USER" => newest(&server, of, "/users", "id"),
            "CLIENT" | "REQUEST-OR-CREDENTIAL" => newest(&server, of, "/clients", "id"),
            "REQUEST" => newest(&server, of, "/access-requests", "id"),
            other => other.to_owned(),
        };
        let line: Vec<String> = line.split(' ').map(word).collect();
        succeeds(folder, &line.join(" "), &[]);
    }
}

#[test]
fn the_commands_of_the_operations_page_work_as_printed() {
    let [start, leaked, why]: [Block; 3] = of(OPERATIONS, "sh").try_into().unwrap();
    let lines: Vec<&str> = start.text.lines().collect();
    let [check, admin_key, serve] = lines[..] else { panic!("{start:?}") };
    let realm = realm("main");
    let folder = realm.folder.path();
    assert!(succeeds(folder, check, &[]).contains("0 wrong, "));
    let key = succeeds(folder, admin_key, &[]).trim().to_owned();
    // The harness runs exactly this, and waits until it answers.
    assert_eq!(serve, "postern serve --config postern.toml");
    let server = realm.serve();

    let form = [("grant_type", "client_credentials")];
    let refused =
        post(&server.base, "/token").basic("nobody", "wrong").form(&form).send().expect(401);
    let id = refused.request_id().to_owned();
    let (command, printed) = why.text.trim_end().rsplit_once(' ').unwrap();
    let is_digit = |c: char| c.is_ascii_alphanumeric();
    assert!(printed.len() == id.len() && printed.chars().all(is_digit), "{printed}, {id}");
    let settings = [("POSTERN_URL", server.base.as_str()), ("POSTERN_ADMIN_KEY", key.as_str())];
    let reason = succeeds(server.folder(), &format!("{command} {id}"), &settings);
    assert!(reason.contains(&id), "{reason}");

    let admin = Admin::new(&server.base, &key);
    let state = |kid: &str| admin.read(&format!("/signing-keys/{kid}"))["state"].clone();
    let keys = admin.read("/signing-keys")["data"].clone();
    let signs = |key: &&Value| key["state"] == "active" && key["algorithm"] == "ES256";
    let old = keys.as_array().unwrap().iter().find(signs).unwrap()["id"].as_str().unwrap();
    for line in leaked.text.lines() {
        succeeds(server.folder(), &line.replace("KID", old), &settings);
    }
    assert_eq!(state(old), "revoked");
}

#[test]
fn the_unit_of_the_operations_page_starts_the_program() {
    let unit = of(OPERATIONS, "ini").remove(0).text;
    let value = |key: &str| {
        let lines = unit.lines().filter_map(|line| line.strip_prefix(&format!("{key}=")));
        let values: Vec<&str> = lines.collect();
        assert_eq!(values.len(), 1, "{key} in\n{unit}");
        values[0].to_owned()
    };
    let command = value("ExecStart");
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    assert!(command.starts_with("/usr/local/bin/postern "), "{command}");
    // It reads the configuration that the unit names, and finds none.
    let output = run(&words);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(errors.contains("/etc/postern/postern.toml"), "{errors}");
    // Above `[limits] connections`, and longer than `shutdown_grace`, as they are by default.
    assert!(value("LimitNOFILE").parse::<u32>().unwrap() > 10_000);
    assert!(value("TimeoutStopSec").parse::<u32>().unwrap() > 20);
}
