//! E-mail addresses that an earlier version stored in another Unicode normal form than NFC.

use std::path::Path;

use serde_json::{Value, json};

use crate::harness::Server;
use crate::harness::admin::Admin;
use crate::harness::http::{get, post};
use crate::harness::realm::Realm;

const NFC: &str = "jos\u{e9}@example.com";
const NFD: &str = "jose\u{301}@example.com";
const ALONE: &str = "zoe\u{308}@example.com";

/// Adds a user whose password is their own name, twice.
fn add(admin: &Admin, email: &str, name: &str) -> String {
    let new = json!({"email": email, "name": name, "password": format!("{name}{name}")});
    admin.create("/users", &new)["id"].as_str().unwrap().to_owned()
}

/// The id of the user who signs in with this address and password.
fn signed_in(base: &str, email: &str, password: &str) -> Option<Value> {
    let page = get(base, "/sign-in").send().expect(200);
    let cookie = page.header("set-cookie").unwrap().split(';').next().unwrap();
    let csrf = page.text().split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next();
    let fields = [("csrf", csrf.unwrap()), ("email", email), ("password", password)];
    let answer = post(base, "/sign-in").header("Cookie", cookie).form(&fields).send();
    if answer.status != 303 {
        return None;
    }
    let set =
        answer.headers.iter().find(|(_, value)| value.starts_with("postern_session")).unwrap();
    let session = set.1.split(';').next().unwrap();
    Some(
        get(base, "/account/v1/me").header("Cookie", session).send().expect(200).json()["id"]
            .clone(),
    )
}

/// As an earlier version stored it: the address as it was typed.
fn spell(folder: &Path, was: &str, is: &str) {
    let database = rusqlite::Connection::open(folder.join("data.db")).unwrap();
    let sql = "UPDATE user SET handle = ?2, body = replace(body, ?1, ?2) WHERE handle = ?1";
    assert_eq!(database.execute(sql, [was, is]).unwrap(), 1);
}

#[test]
fn addresses_of_an_earlier_version_keep_working_and_a_check_names_those_that_collide() {
    let realm = Realm::new("rfc");
    let (admin, base) = (realm.admin(), realm.base.clone());
    let server = realm.serve();
    let first = add(&admin, NFC, "first");
    let second = add(&admin, "second@example.com", "second");
    let third = add(&admin, "third@example.com", "third");
    // The process ends first: it alone writes the database.
    let folder = server.end();
    spell(folder.path(), "second@example.com", NFD);
    spell(folder.path(), "third@example.com", ALONE);
    let server = Server::serve(folder, &base);

    assert_eq!(signed_in(&base, NFC, "firstfirst").unwrap(), first.as_str());
    assert_eq!(signed_in(&base, NFD, "secondsecond").unwrap(), second.as_str());
    assert_eq!(signed_in(&base, NFD, "firstfirst"), None);
    for typed in [ALONE, "zo\u{eb}@example.com", "ZO\u{cb}@example.com"] {
        assert_eq!(signed_in(&base, typed, "thirdthird").unwrap(), third.as_str(), "{typed}");
    }
    let again = json!({"email": "zo\u{eb}@example.com", "name": "another"});
    admin.call("POST", "/users", Some(&again)).expect(409);

    let mut command = crate::harness::postern();
    command.args(["check", "--live", "--config"]).arg(server.folder().join("postern.toml"));
    command.args(["--url", &base]).env("POSTERN_ADMIN_KEY", &admin.key);
    let printed = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let line = printed.lines().find(|line| line.contains("addresses_alike"));
    let line = line.unwrap_or_else(|| panic!("{printed}"));
    assert!(line.contains(&first) && line.contains(&second) && !line.contains(&third), "{line}");
}
