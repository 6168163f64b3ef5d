//! Every TOML block: a configuration, a part of one, a dialect, or the dependency on a crate.

use std::fs;
use std::path::Path;
use std::process::Command;

use base::{MasterKey, SystemRng};
use rcgen::{CertifiedKey, generate_simple_self_signed};

use super::blocks::{Block, all, of};
use crate::clients::root;
use crate::harness::postern;

/// Where the pages keep files: all of these are one folder here.
const FOLDERS: [&str; 2] = ["/etc/postern", "/var/lib/postern"];

#[test]
fn every_toml_block_is_accepted() {
    let blocks: Vec<Block> = all().into_iter().filter(|block| block.language == "toml").collect();
    assert!(blocks.len() >= 10, "{blocks:?}");
    for block in blocks {
        if block.text.starts_with("[dependencies]\n") {
            dependency(&block);
        } else if block.text.starts_with("name = ") {
            let file = format!("{}:{}.toml", block.page.replace('/', "_"), block.line);
            check(&block, &whole(&format!("[[realms]]\n{}dialect = \"{file}\"\n", REALM)), &file);
        } else {
            check(&block, &whole(&block.text), "");
        }
    }
}

const REALM: &str = "name = \"main\"\nissuer = \"https://auth.example.com\"\n";

/// A part of a configuration with the least that makes it a whole.
fn whole(part: &str) -> String {
    if part.contains("database = ") {
        return part.to_owned();
    }
    let mut text =
        "database = \"sqlite:postern.db\"\nmaster_key = { file = \"master.key\" }\n\n".to_owned();
    if !part.contains("[[realms]]") {
        text += &format!("[[realms]]\n{REALM}dialect = \"rfc\"\n\n");
    }
    text += part;
    if !part.contains("[[listeners]]") {
        text += "\n[[listeners]]\naddress = \"127.0.0.1:8444\"\n";
    }
    text
}

/// Runs `postern check` on a configuration, with the files there that it names.
fn check(block: &Block, configuration: &str, own_dialect: &str) {
    let place = format!("{}:{}", block.page, block.line);
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().display().to_string();
    let text = FOLDERS.iter().fold(configuration.to_owned(), |it, from| it.replace(from, &here));
    fs::write(folder.path().join("postern.toml"), &text).unwrap();
    let key = MasterKey::generate(&SystemRng).to_text().to_string();
    fs::write(folder.path().join("master.key"), key).unwrap();
    fs::write(folder.path().join("mail.password"), "a password").unwrap();
    certify(folder.path());
    let harbour = fs::read_to_string(root().join("crates/dialect/tests/harbour.toml")).unwrap();
    for file in named(&text).filter(|file| file.ends_with(".toml")) {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let dialect = if file == own_dialect { &block.text } else { &harbour };
        fs::write(path, dialect).unwrap();
    }
    let mut command = postern();
    let run = command.arg("check").arg("--config").arg(folder.path().join("postern.toml"));
    let output = run.output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{place}\n{text}\n{printed}\n{errors}");
    assert!(printed.contains("0 wrong, "), "{place}\n{printed}");
}

/// The dialects that a configuration names.
fn named(configuration: &str) -> impl Iterator<Item = &str> {
    let lines = configuration.lines().filter_map(|line| line.strip_prefix("dialect = \""));
    lines.filter_map(|rest| rest.split('"').next())
}

fn certify(folder: &Path) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["api.example.com".to_owned()]).unwrap();
    fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
    fs::write(folder.join("cert.pem"), cert.pem()).unwrap();
}

/// The crate is there, in this version and with these features.
fn dependency(block: &Block) {
    for line in block.text.lines().skip(1).filter(|line| !line.is_empty()) {
        let (name, rest) = line.split_once(" = ").unwrap();
        let folder = name.strip_prefix("postern-").unwrap();
        let manifest = root().join("crates").join(folder).join("Cargo.toml");
        let manifest = fs::read_to_string(manifest).unwrap();
        assert!(manifest.contains(&format!("name = \"{name}\"\n")), "{line}");
        assert!(manifest.contains("publish = true\n"), "{line}: it is not published");
        let texts: Vec<&str> = rest.split('"').skip(1).step_by(2).collect();
        let (version, features) = texts.split_first().unwrap();
        assert!(env!("CARGO_PKG_VERSION").starts_with(version), "{line}");
        for feature in features {
            assert!(manifest.contains(&format!("\n{feature} = [")), "{line}: no {feature}");
        }
    }
}

#[test]
fn a_master_key_made_as_printed_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let command = &of("docs/configuration.md", "sh")[0].text;
    let mut bash = Command::new("bash");
    let made = run_in(bash.args(["-euo", "pipefail", "-c", command]), folder.path());
    assert!(made.status.success(), "{made:?}");
    let key = fs::read_to_string(folder.path().join("master.key")).unwrap();
    assert_eq!(key.len(), 43, "{key}");
    fs::write(folder.path().join("postern.toml"), whole("")).unwrap();
    let checked = run_in(postern().arg("check"), folder.path());
    let printed = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success() && printed.contains("0 wrong, "), "{checked:?}");
    assert!(!printed.contains("master_key_readable"), "{printed}");
}

fn run_in(command: &mut Command, folder: &Path) -> std::process::Output {
    command.current_dir(folder).output().unwrap()
}
