//! Each weakness is found in its own setting only.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::finding::Severity;
use super::findings;
use crate::config::load;

/// The findings of a sound configuration in `folder`, with `changes` made to its text.
fn codes(folder: &Path, changes: &[(&str, &str)]) -> Vec<(&'static str, Severity)> {
    codes_of(folder, DIALECT, changes)
}

/// The same with a custom dialect.
fn codes_of(
    folder: &Path,
    dialect: &str,
    changes: &[(&str, &str)],
) -> Vec<(&'static str, Severity)> {
    let key = folder.join("master.key");
    if !key.exists() {
        std::fs::write(&key, format!("{}\n", "A".repeat(43))).unwrap();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    std::fs::write(folder.join("own.toml"), dialect).unwrap();
    let mut text = SOUND.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let file = folder.join("postern.toml");
    std::fs::write(&file, text).unwrap();
    let config = load(&file).unwrap();
    // Notes depend on whether there is a database: the end-to-end tests have them.
    let found = findings(&config).into_iter().filter(|it| it.severity != Severity::Note);
    found.map(|finding| (finding.code, finding.severity)).collect()
}

/// The base dialect, with keys that expire.
const DIALECT: &str = r#"
name = "own"
description = "The words of the RFCs."

[lifetimes]
api_key = "365d"
personal_access_token = "365d"
"#;

const SOUND: &str = r#"
database = "sqlite:postern.db"
master_key = { file = "master.key" }
trusted_proxies = ["127.0.0.1"]

[[realms]]
name = "main"
issuer = "https://api.example.com"
dialect = "own.toml"

[[listeners]]
address = "127.0.0.1:8443"

[metrics]
address = "127.0.0.1:9464"
"#;

fn only(changes: &[(&str, &str)]) -> Vec<(&'static str, Severity)> {
    codes(tempfile::tempdir().unwrap().path(), changes)
}

#[test]
fn a_sound_configuration_has_no_findings() {
    assert_eq!(only(&[]), []);
}

#[test]
fn what_leaves_the_machine_must_be_encrypted() {
    let open = ("127.0.0.1:8443", "0.0.0.0:8443");
    assert_eq!(only(&[open]), [("listener_without_tls", Severity::Weak)]);
    let http = ("https://", "http://");
    assert_eq!(only(&[http]), [("issuer_not_https", Severity::Wrong)]);
    let metrics = ("127.0.0.1:9464", "10.0.0.1:9464");
    assert_eq!(only(&[metrics]), [("metrics_public", Severity::Weak)]);
}

#[test]
fn trusted_proxies_must_be_named() {
    let nobody = (r#"["127.0.0.1"]"#, "[]");
    assert_eq!(only(&[nobody]), [("no_trusted_proxies", Severity::Weak)]);
    let everybody = (r#"["127.0.0.1"]"#, r#"["0.0.0.0/0"]"#);
    assert_eq!(only(&[everybody]), [("everybody_is_trusted", Severity::Wrong)]);
}

#[test]
fn shared_keys_and_tokens_without_expiry_are_weak() {
    let found = only(&[("own.toml", "speculo")]);
    for code in ["shared_key", "token_never_expires"] {
        assert!(found.contains(&(code, Severity::Weak)), "{code} is not in {found:?}");
    }
}

#[test]
fn keys_without_expiry_are_weak() {
    let found = only(&[("own.toml", "rfc")]);
    let weak = Severity::Weak;
    assert_eq!(found, [("api_key_lives_long", weak), ("pat_lives_long", weak)]);
}

#[test]
fn weak_app_rules_and_lost_responses_are_found() {
    let weak = Severity::Weak;
    let own = |more: &'static str| {
        let folder = tempfile::tempdir().unwrap();
        codes_of(folder.path(), &format!("{DIALECT}{more}"), &[])
    };
    assert_eq!(own("[pkce]\nmethods = [\"S256\", \"plain\"]"), [("plain_challenge", weak)]);
    let machines = "[pkce]\nmethods = [\"plain\"]";
    let machines = format!("grant_types = [\"client_credentials\"]\n{DIALECT}{machines}");
    assert_eq!(codes_of(tempfile::tempdir().unwrap().path(), &machines, &[]), []);
    assert_eq!(own("[refresh]\nrotation = \"rotating\""), []);
    let off = "[refresh]\nrotation = \"rotating\"\nretry_window = \"off\"";
    assert_eq!(own(off), [("retry_window_off", weak)]);
    let by_default = "[refresh]\nretry_window = \"off\"";
    assert_eq!(own(by_default), [("retry_window_off", weak)], "refresh tokens rotate");
    let reusable = "[refresh]\nrotation = \"reusable\"\nretry_window = \"off\"";
    assert_eq!(own(reusable), []);
}

#[test]
fn a_realm_without_listener_is_wrong() {
    let other = "[[realms]]\nname = \"other\"\nissuer = \"https://b.example\"\n\
                 dialect = \"own.toml\"\n\n[[listeners]]";
    let found = only(&[
        ("[[listeners]]", other),
        (r#"address = "127.0.0.1:8443""#, "address = \"127.0.0.1:8443\"\nrealms = [\"main\"]"),
    ]);
    assert_eq!(found, [("realm_not_served", Severity::Wrong)]);
}

#[test]
fn secrets_on_disk_must_be_readable_by_their_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(codes(folder.path(), &[]), []);
    let key = folder.path().join("master.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(codes(folder.path(), &[]), [("master_key_readable", Severity::Weak)]);
    std::fs::write(&key, "short").unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(codes(folder.path(), &[]), [("master_key", Severity::Wrong)]);
}

const MAIL: &str = "[mail]\nfrom = \"API <api@example.com>\"\nhost = \"smtp.example.com\"\n";

/// The sound configuration with a realm that accepts access requests, and this mail table.
fn with_mail(mail: &str) -> Vec<(&'static str, Severity)> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mail.password"), "secret\n").unwrap();
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(folder.path().join("mail.password"), private).unwrap();
    let asks = format!("{DIALECT}\n[authorization]\naccess_requests = true\n");
    codes_of(folder.path(), &asks, &[("[metrics]", &format!("{mail}\n[metrics]"))])
}

#[test]
fn access_requests_need_mail_and_mail_needs_tls_and_its_password() {
    assert_eq!(with_mail(""), [("no_mail", Severity::Weak)]);
    assert_eq!(with_mail(MAIL), []);
    let plain = format!("{MAIL}encryption = \"none\"\n");
    assert_eq!(with_mail(&plain), [("mail_without_tls", Severity::Weak)]);
    for here in ["localhost", "127.0.0.1", "::1"] {
        assert_eq!(with_mail(&plain.replace("smtp.example.com", here)), [], "{here}");
    }
    let login = |file: &str| {
        with_mail(&format!("{MAIL}username = \"a\"\npassword = {{ file = \"{file}\" }}\n"))
    };
    assert_eq!(login("mail.password"), []);
    assert_eq!(login("nothing"), [("mail_password", Severity::Wrong)]);
}

/// The sound configuration with a gate: `head` is in its table, `route` in its one route.
fn with_gate(head: &str, route: &str) -> Vec<(&'static str, Severity)> {
    let gate = format!("[realms.gate]\n{head}\n[[realms.gate.routes]]\n{route}\n[[listeners]]");
    only(&[("[[listeners]]", &gate)])
}

#[test]
fn a_gate_that_allows_too_much_is_weak() {
    let weak = |code| vec![(code, Severity::Weak)];
    let sound = "path = \"/{*rest}\"\naudience = \"https://api.example.com\"";
    assert_eq!(with_gate("", sound), []);
    assert_eq!(with_gate("stale_after = \"1m\"", sound), []);
    assert_eq!(with_gate("stale_after = \"2m\"", sound), weak("gate_believes_long"));
    assert_eq!(with_gate("", "path = \"/{*rest}\"\npublic = true"), weak("gate_all_public"));
    assert_eq!(with_gate("", "path = \"/status\"\npublic = true"), []);

    let open = format!("{sound}\nwhen_unsure = \"open\"");
    assert_eq!(with_gate("", &open), weak("gate_open_to_writes"));
    assert_eq!(with_gate("", &format!("{open}\nmethods = [\"GET\", \"HEAD\"]")), []);
    let writes = format!("{open}\nmethods = [\"GET\", \"DELETE\"]");
    assert_eq!(with_gate("", &writes), weak("gate_open_to_writes"));

    let plain = sound.replace("https://api.example.com", "contacts");
    assert_eq!(with_gate("", &plain), weak("gate_audience_no_url"));
    assert_eq!(with_gate("", &sound.replace("https://api.example.com", "urn:a:b")), []);
}

#[test]
fn a_gate_knows_its_proxy() {
    let route = "[realms.gate]\n[[realms.gate.routes]]\npath = \"/\"\npublic = true\n[[listeners]]";
    let found = only(&[("[[listeners]]", route), (r#"["127.0.0.1"]"#, "[]")]);
    for code in ["no_trusted_proxies", "gate_without_proxies"] {
        assert!(found.contains(&(code, Severity::Weak)), "{code} is not in {found:?}");
    }
}
