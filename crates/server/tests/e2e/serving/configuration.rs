//! An invalid configuration is refused with position, finding and expectation.

use super::{Site, one_line};

const REALM: &str =
    "[[realms]]\nname = \"main\"\nissuer = \"http://127.0.0.1:1\"\ndialect = \"rfc\"\n";
const LISTENER: &str = "[[listeners]]\naddress = \"127.0.0.1:0\"\n";

/// The message about a configuration with `text` from its third line on.
fn refusal(text: &str) -> String {
    let site = Site::new("rfc", "");
    site.write(text);
    one_line(&site.run(&["serve"]))
}

#[test]
fn each_mistake_is_reported_with_its_position() {
    for (text, wanted) in [
        (format!("colour = 1\n{REALM}{LISTENER}"), ["postern.toml:3:1: ", "colour"]),
        (format!("{REALM}{LISTENER}tls = 3\n"), ["postern.toml:9:7: ", "expected"]),
        (
            format!("{}{LISTENER}", REALM.replace("http://127.0.0.1:1", "ftp://x")),
            ["postern.toml:5:10: ", "expected an issuer URL"],
        ),
        (
            format!("{}{LISTENER}", REALM.replace("\"rfc\"", "\"klingon\"")),
            ["postern.toml:6:11: ", "expected one of rfc, "],
        ),
        (
            format!("{}{LISTENER}", REALM.replace("\"main\"", "\"Main Realm\"")),
            ["postern.toml:4:8: ", "lower-case letters"],
        ),
        (
            format!("{REALM}display_name = \"Acme\\nCloud\"\n{LISTENER}"),
            ["postern.toml:7:16: ", "1 to 60 characters in one line"],
        ),
        (format!("{REALM}{REALM}{LISTENER}"), ["postern.toml:8:8: ", "already"]),
        (
            format!("{REALM}{LISTENER}realms = [\"other\"]\n"),
            ["postern.toml:9:11: ", "expected one of main"],
        ),
        (
            format!("trusted_proxies = [\"10.0.0.0/99\"]\n{REALM}{LISTENER}"),
            ["postern.toml:3:20: ", "10.0.0.0/8"],
        ),
        (
            format!("{REALM}{LISTENER}[limits]\nconnections = 0\n"),
            ["postern.toml:10:15: ", "from 1 to 1000000"],
        ),
        (
            format!("shutdown_grace = \"soon\"\n{REALM}{LISTENER}"),
            ["postern.toml:3:18: ", "\"20s\""],
        ),
        (
            format!("{REALM}{LISTENER}[mail]\nhost = \"a\"\nfrom = \"nobody\"\n"),
            ["postern.toml:11:8: ", "an e-mail address"],
        ),
        (
            format!("{REALM}{LISTENER}[mail]\nhost = \"a\"\nfrom = \"a@b.c\"\nusername = \"a\"\n"),
            ["postern.toml:9:1: ", "expected both or none"],
        ),
        (LISTENER.to_owned(), ["postern.toml:", "realms"]),
        (format!("{REALM}[[listeners]\n"), ["postern.toml:7:", "postern.toml"]),
    ] {
        let reported = refusal(&text);
        for part in wanted {
            assert!(reported.contains(part), "{part:?} is not in {reported:?} for\n{text}");
        }
    }
}

#[test]
fn a_dialect_file_is_read_beside_the_configuration_and_its_mistakes_have_a_position() {
    let site = Site::new("rfc", "");
    let own = site.folder.path().join("own.toml");
    site.write(&format!("{}{LISTENER}", REALM.replace("\"rfc\"", "\"own.toml\"")));
    let missing = one_line(&site.run(&["serve"]));
    assert!(missing.contains("postern.toml:6:11: ") && missing.contains("own.toml"), "{missing}");
    std::fs::write(&own, "name = \"own\"\nnonsense = 1\n").unwrap();
    let wrong = one_line(&site.run(&["serve"]));
    assert!(wrong.contains("own.toml:2:1: "), "{wrong}");
}

#[test]
fn a_missing_configuration_is_one_line_and_a_wrong_call_is_code_2() {
    let site = Site::new("rfc", "");
    std::fs::remove_file(site.folder.path().join("postern.toml")).unwrap();
    assert!(one_line(&site.run(&["serve"])).contains("postern.toml: cannot be read"));
    let wrong = crate::harness::run(&["serve", "--colour"]);
    assert_eq!(wrong.status.code(), Some(2));
    let help = crate::harness::run(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
}

#[test]
fn a_missing_or_damaged_master_key_is_one_line_and_never_shown() {
    let site = Site::new("rfc", "");
    let key = site.folder.path().join("master.key");
    std::fs::write(&key, "not-a-key-but-secret-all-the-same").unwrap();
    let damaged = one_line(&site.run(&["serve"]));
    assert!(damaged.contains("master.key is damaged"), "{damaged}");
    assert!(!damaged.contains("secret-all-the-same"), "{damaged}");
    std::fs::remove_file(&key).unwrap();
    assert!(one_line(&site.run(&["serve"])).contains("master.key is missing"));
    assert!(!site.folder.path().join("postern.db").exists(), "nothing was made");
}

#[test]
fn migrate_opens_the_database_and_says_so() {
    let site = Site::new("rfc", "");
    let output = site.run(&["migrate"]);
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("up to date"));
    assert!(site.folder.path().join("postern.db").exists());
}
