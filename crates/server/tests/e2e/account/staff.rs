//! What staff do for users and their apps, over the admin API and the command line.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::json;

use super::{App, Fixture, PASSWORD, app, text};
use crate::dialects::person::Person;
use crate::harness::postern;

fn may_sign_in(fixture: &Fixture, app: &App, password: &str) -> bool {
    let demo = json!({
        "base": fixture.base(), "user": {"email": "ada@example.com", "password": password},
    });
    let target = format!("/authn/verify/{}/{}", app.id, super::CHALLENGE);
    let mut browser = Person::of(&demo).denying();
    // A repeated page means a loop, which ends the traversal.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| browser.follow(&target))).is_ok()
}

#[test]
fn a_password_set_by_the_command_line_ends_all_sessions() {
    let fixture = Fixture::new();
    let app = fixture.app();
    let mut ada = fixture.sign_in("ada", &app);
    let set = |password: &str| {
        let mut command = postern();
        command.args(["user", "set-password", &ada.id, "--url", fixture.base()]);
        command.env("POSTERN_ADMIN_KEY", &fixture.admin.key);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let reported = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(reported).unwrap())
    };
    let (code, reported) = set("too short\n");
    assert_eq!(code, Some(1), "{reported}");
    let other = "another horse battery";
    let (code, reported) = set(&format!("{other}\n"));
    assert_eq!(code, Some(0), "{reported}");
    assert!(!reported.contains(other));
    assert_eq!(ada.call("GET", "/me", &json!(null)).status, 401, "signed out");
    assert!(may_sign_in(&fixture, &app, other));
    let events = fixture.admin.read("/events?limit=200").to_string();
    assert!(events.contains("account.password_set"));
    assert!(!events.contains(other) && !events.contains(PASSWORD) && !events.contains("argon2"));
    let log = fixture.server.log();
    assert!(log.contains("/admin/v1/users"), "the log tells what was asked");
    assert!(!log.contains(other) && !log.contains(PASSWORD) && !log.contains("argon2id"));
}

#[test]
fn a_password_is_in_no_answer_and_only_its_length_is_limited() {
    let fixture = Fixture::new();
    let user =
        |password: &str| json!({"email": "eve@example.com", "name": "Eve", "password": password});
    for bad in ["", "123456789", &"x".repeat(1_001)] {
        let refused = fixture.admin.call("POST", "/users", Some(&user(bad)));
        assert_eq!(refused.status, 400, "{} characters", bad.len());
        assert!(refused.text().contains("password"));
    }
    let made = fixture.admin.call("POST", "/users", Some(&user("aaaaaaaaaa"))).expect(201);
    assert!(!made.text().contains("aaaaaaaaaa") && !made.text().contains("argon2"));
    let path = format!("/users/{}/password", text(&made.json(), "id"));
    let set = json!({"password": "ёлочка зелёная"});
    let answer = fixture.admin.call("PUT", &path, Some(&set)).expect(200);
    assert!(!answer.text().contains("argon2"));
    let missing = fixture.admin.call("PUT", "/users/nobody/password", Some(&set));
    assert_eq!(missing.status, 404);
}

#[test]
fn staff_register_an_app_by_the_command_line_and_see_its_connections() {
    let fixture = Fixture::new();
    let mut command = postern();
    command.args(["client", "create", "Viewer", "--app", "--json", "--url", fixture.base()]);
    command.args(["--redirect-uri", super::CALLBACK, "--scope", "profile:read"]);
    let output = command.env("POSTERN_ADMIN_KEY", &fixture.admin.key).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let viewer = app(&serde_json::from_slice(&output.stdout).unwrap());
    let mut ada = fixture.sign_in("ada", &viewer);
    let tokens = fixture.connect(&mut ada, &viewer);
    let grants = fixture.admin.read(&format!("/grants?client={}&user={}", viewer.id, ada.id));
    let grant = &grants["data"][0];
    assert_eq!((&grant["user"], &grant["dropped"]), (&json!(ada.id), &json!(false)));
    fixture.admin.act(&format!("/grants/{}/revoke", text(grant, "id")));
    assert!(!fixture.is_good(text(&tokens, "token")));
    let again = fixture.connect(&mut ada, &viewer);
    fixture.admin.act(&format!("/clients/{}/drop-connections", viewer.id));
    assert!(!fixture.is_good(text(&again, "token")));
    let grants = fixture.admin.read(&format!("/grants?client={}", viewer.id));
    let dropped = grants["data"].as_array().unwrap().iter().all(|it| it["dropped"] == true);
    assert!(dropped, "{grants}");
}
