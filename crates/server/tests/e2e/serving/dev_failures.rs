//! If `postern dev` cannot start, it prints one line, exits with code 1, and overwrites nothing.

use std::net::TcpListener;
use std::path::Path;
use std::process::Output;

use base::{MasterKey, SystemRng};
use tempfile::TempDir;

use super::one_line;
use crate::harness::http::get;
use crate::harness::{Server, ports, postern};

fn dev(data: &Path, port: u16) -> Output {
    let mut command = postern();
    command.arg("dev").arg("--port").arg(port.to_string()).arg("--data").arg(data);
    command.output().unwrap()
}

/// A folder in which `dev` ran once, and ended.
fn used() -> TempDir {
    Server::dev().end()
}

/// Every file of the data folder.
fn contents(data: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.to_string_lossy().ends_with("-shm"))
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

/// Starts in a folder that was changed.
fn refusal(data: &Path) -> String {
    let before = contents(data);
    let reported = one_line(&dev(data, ports::seven()));
    let after = contents(data);
    for (file, bytes) in &before {
        // SQLite may restore the log of a database that it opened; the database must stay.
        let kept = after.iter().any(|(name, now)| name == file && now == bytes);
        assert!(kept || file.ends_with("-wal"), "{file} was changed: {reported}");
    }
    reported
}

#[test]
fn a_port_in_use_is_named_and_nothing_is_made() {
    let port = ports::seven();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    // The port of a realm, and that of the partner's app.
    for port_taken in [port + 3, port + 6] {
        let _taken = TcpListener::bind(("127.0.0.1", port_taken)).unwrap();
        let reported = one_line(&dev(&data, port));
        assert!(reported.contains(&format!("port {port_taken} is in use")), "{reported}");
        assert!(!data.exists());
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error() {
    let reported = one_line(&dev(Path::new("/proc/postern"), ports::seven()));
    assert!(reported.contains("/proc/postern cannot be written"), "{reported}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "mine").unwrap();
    assert!(one_line(&dev(&file, ports::seven())).contains("is not a folder"));
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
}

#[test]
fn a_damaged_database_is_an_error_and_stays_unchanged() {
    let folder = used();
    let data = folder.path().join("data");
    let file = data.join("postern.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0xFF);
    std::fs::write(&file, &bytes).unwrap();
    assert!(refusal(&data).contains("damaged"));
    std::fs::write(&file, b"these are my notes, and no database at all").unwrap();
    assert!(refusal(&data).contains("damaged or not ours"));
}

#[test]
fn a_newer_database_is_an_error_and_stays_unchanged() {
    let folder = used();
    let data = folder.path().join("data");
    let database = rusqlite::Connection::open(data.join("postern.db")).unwrap();
    database.pragma_update(None, "user_version", 999).unwrap();
    drop(database);
    let reported = refusal(&data);
    assert!(reported.contains("999") && reported.contains("newer program"), "{reported}");
}

#[test]
fn another_missing_or_damaged_master_key_is_an_error() {
    let folder = used();
    let data = folder.path().join("data");
    let key = data.join("master.key");
    let right = std::fs::read(&key).unwrap();
    std::fs::write(&key, MasterKey::generate(&SystemRng).to_text().as_bytes()).unwrap();
    assert!(refusal(&data).contains("belongs to another master key"));
    std::fs::write(&key, &right[..20]).unwrap();
    let reported = refusal(&data);
    assert!(reported.contains("master.key is damaged"), "{reported}");
    assert!(!reported.contains(std::str::from_utf8(&right[..20]).unwrap()), "{reported}");
    std::fs::remove_file(&key).unwrap();
    assert!(refusal(&data).contains("master.key is missing"));
    std::fs::write(&key, right).unwrap();
    Server::dev_in(folder).end();
}

#[test]
fn a_folder_that_another_process_uses_is_an_error() {
    let server = Server::dev();
    let data = server.folder().join("data");
    assert!(one_line(&dev(&data, ports::seven())).contains("in use by another process"));
    server.end();
}

#[test]
fn a_second_start_keeps_everything_and_is_quick() {
    let folder = used();
    let data = folder.path().join("data");
    let demo = std::fs::read_to_string(data.join("demo.json")).unwrap();
    let server = Server::dev_in(folder);
    let again = server.demo();
    let before: serde_json::Value = serde_json::from_str(&demo).unwrap();
    for (realm, member) in [("speculo", "refresh_token"), ("fyma", "client_secret")] {
        assert_eq!(before["realms"][realm][member], again["realms"][realm][member]);
    }
    assert_eq!(again["portal"], server.base, "the addresses are those of this start");
    // A second is promised, but tests run in parallel and without optimization.
    assert!(server.took.as_secs() < 5, "{:?}", server.took);
}

/// A folder from before the demo had users lacks these files.
#[test]
fn an_old_folder_is_completed_with_users_and_keeps_its_data() {
    let folder = used();
    let data = folder.path().join("data");
    std::fs::remove_file(data.join("partner.json")).unwrap();
    let before: serde_json::Value =
        serde_json::from_slice(&std::fs::read(data.join("demo.json")).unwrap()).unwrap();
    let server = Server::dev_in(folder);
    let demo = server.demo();
    for realm in ["spendesk", "spiko", "speckle"] {
        for member in ["app", "user", "admin_key"] {
            assert_eq!(before["realms"][realm][member], demo["realms"][realm][member]);
        }
    }
    let partner: serde_json::Value =
        serde_json::from_slice(&std::fs::read(data_of(&server)).unwrap()).unwrap();
    assert_eq!(partner["registrations"].as_array().unwrap().len(), 3);
    // A start on other ports moves the app with them.
    let server = Server::dev_in(server.end());
    let moved: serde_json::Value =
        serde_json::from_slice(&std::fs::read(data_of(&server)).unwrap()).unwrap();
    assert_ne!(partner["base"], moved["base"]);
    for at in 0..3 {
        let secret = |file: &serde_json::Value| file["registrations"][at]["client_secret"].clone();
        assert_eq!(secret(&partner), secret(&moved));
    }
}

fn data_of(server: &Server) -> std::path::PathBuf {
    server.folder().join("data/partner.json")
}

#[test]
fn secret_files_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = used();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let data = folder.path().join("data");
    assert_eq!(mode(&data), 0o700);
    for file in ["master.key", "demo.json", "partner.json", "postern.db"] {
        assert_eq!(mode(&data.join(file)), 0o600, "{file}");
    }
}

#[test]
fn a_first_start_that_was_cut_short_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let aside = folder.path().join("data/first-start");
    std::fs::create_dir_all(&aside).unwrap();
    std::fs::write(aside.join("postern.db"), b"half of something").unwrap();
    let server = Server::dev_in(folder);
    assert!(server.demo()["realms"]["speculo"]["refresh_token"].is_string());
    assert!(!server.folder().join("data/first-start").exists());
}

/// DNS rebinding: the name of another site resolves to this machine, so that its pages are of the same origin.
#[test]
fn the_demo_answers_no_other_host() {
    let server = Server::dev();
    let demo = server.demo();
    let portal = demo["portal"].as_str().unwrap();
    let realms = demo["realms"].as_object().unwrap();
    let bases = realms.values().map(|realm| realm["base"].as_str().unwrap());
    let port = portal.rsplit_once(':').unwrap().1.parse::<u16>().unwrap();
    let partner = format!("http://127.0.0.1:{}", port + 6);
    for base in bases.chain([portal, &partner]) {
        for path in ["/", "/mail", "/oauth2/token", "/.well-known/oauth-authorization-server"] {
            for host in [
                "evil.example",
                "evil.example:8080",
                "127.0.0.1.evil.example",
                "localhost.evil.example",
            ] {
                let answer = get(base, path).header("host", host).send();
                assert_eq!(answer.status, 421, "{base}{path} for {host}: {}", answer.text());
            }
            for host in ["localhost", "LocalHost:1", "127.0.0.1:80", "[::1]:8080", "demo.localhost"]
            {
                let answer = get(base, path).header("host", host).send();
                assert_ne!(answer.status, 421, "{base}{path} for {host}");
            }
        }
    }
    let mail = get(portal, "/mail").header("host", "localhost").send();
    assert_eq!(mail.status, 200);
}
