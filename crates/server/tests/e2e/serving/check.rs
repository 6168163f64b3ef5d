//! `postern check` through the command line: text and exit codes.

use super::Site;

#[test]
fn weaknesses_are_told_and_fail_only_where_strict() {
    let site = Site::new("speculo", "");
    let lax = site.run(&["check"]);
    let told = String::from_utf8(lax.stdout).unwrap();
    assert_eq!(lax.status.code(), Some(0), "{told}");
    for part in ["weak   shared_key: realm main", "weak   token_never_expires", "0 wrong, "] {
        assert!(told.contains(part), "{part:?} is not in\n{told}");
    }
    assert_eq!(site.run(&["check", "--strict"]).status.code(), Some(1));
    assert!(!site.folder.path().join("postern.db").exists(), "a check makes nothing");
}

#[test]
fn what_is_wrong_fails() {
    let site = Site::new("rfc", "trusted_proxies = [\"::/0\"]");
    let output = site.run(&["check"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("wrong  everybody_is_trusted: "), "{told}");
}
