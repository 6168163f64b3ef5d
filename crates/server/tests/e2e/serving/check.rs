//! `postern check` through the command line: text and exit codes.

use super::Site;

#[test]
fn weaknesses_are_reported_and_fail_only_with_strict() {
    let site = Site::new("speculo", "");
    let lax = site.run(&["check"]);
    let reported = String::from_utf8(lax.stdout).unwrap();
    assert_eq!(lax.status.code(), Some(0), "{reported}");
    for part in ["weak   shared_key: realm main", "weak   token_never_expires", "0 wrong, "] {
        assert!(reported.contains(part), "{part:?} is not in\n{reported}");
    }
    assert_eq!(site.run(&["check", "--strict"]).status.code(), Some(1));
    assert!(!site.folder.path().join("postern.db").exists(), "a check makes nothing");
}

#[test]
fn what_is_wrong_fails() {
    let site = Site::new("rfc", "trusted_proxies = [\"::/0\"]");
    let output = site.run(&["check"]);
    let reported = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{reported}");
    assert!(reported.contains("wrong  everybody_is_trusted: "), "{reported}");
}
