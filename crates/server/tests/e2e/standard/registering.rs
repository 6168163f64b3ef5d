//! What is refused when an app or a key is made: redirect URIs without TLS, keys that outlive their maker.

use serde_json::{Value, json};

use super::{API, Fixture, REDIRECT};
use crate::harness::Server;
use crate::harness::admin::Admin;
use crate::harness::http::ask;
use crate::harness::realm::Realm;

const PLAIN: &str = "http://app.example/cb";
const CHALLENGE: [(&str, &str); 2] = [
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ("code_challenge_method", "S256"),
];

fn new_app(redirect: &str) -> Value {
    json!({
        "name": "Loom",
        "kind": "app",
        "redirect_uris": [redirect],
        "default_audience": API,
        "scopes": ["read"],
    })
}

/// The line of `postern check --live` about redirect URIs.
fn checked(server: &Server, admin: &Admin) -> Option<String> {
    let mut command = crate::harness::postern();
    command.args(["check", "--live", "--config"]).arg(server.folder().join("postern.toml"));
    command.args(["--url", &admin.base]).env("POSTERN_ADMIN_KEY", &admin.key);
    let printed = String::from_utf8(command.output().unwrap().stdout).unwrap();
    printed.lines().find(|line| line.contains("redirect_without_tls")).map(str::to_owned)
}

#[test]
fn rfc9700_2_6_redirect_uris_of_http_are_on_this_machine() {
    let fixture = Fixture::new();
    let staff = |new: &Value| fixture.admin.call("POST", "/clients", Some(new));
    for plain in
        [PLAIN, "HTTP://app.example/cb", "http://192.168.1.7/cb", "http://localhost.example/cb"]
    {
        let refused = staff(&new_app(plain)).expect(400).text().to_owned();
        assert!(refused.contains("redirect_uris") && refused.contains("https"), "{refused}");
        let mut after = new_app(REDIRECT);
        after["post_logout_redirect_uris"] = json!([plain]);
        let refused = staff(&after).expect(400).text().to_owned();
        assert!(refused.contains("post_logout_redirect_uris"), "{refused}");
    }
    for local in ["http://localhost:3000/cb", "http://127.0.0.1/cb", "http://[::1]:8080/cb"] {
        staff(&new_app(local)).expect(201);
    }

    // A person's own app, and the command line.
    let mut ada = fixture.person();
    let app = fixture.app(json!({}));
    ada.decision = "deny";
    ada.follow(&fixture.asks(&app, &CHALLENGE));
    let mut own = new_app(PLAIN);
    own.as_object_mut().unwrap().retain(|name, _| name != "kind" && name != "default_audience");
    let asked = ask(&fixture.base, "POST", "/account/v1/apps").header("Origin", &fixture.base);
    let refused = ada.ask(asked.json(&own)).expect(400).text().to_owned();
    assert!(refused.contains("https"), "{refused}");
    let mut command = crate::harness::postern();
    command.args(["client", "create", "Loom", "--app", "--redirect-uri", PLAIN]);
    command.args(["--url", &fixture.base]).env("POSTERN_ADMIN_KEY", &fixture.admin.key);
    assert!(!command.output().unwrap().status.success());

    assert_eq!(checked(&fixture.server, &fixture.admin), None);
}

#[test]
fn redirect_uris_of_http_that_exist_are_kept_and_named_by_a_check() {
    let fixture = Fixture::new();
    let app = fixture.app(json!({}));
    let Fixture { server, admin, base } = fixture;
    let folder = server.end();
    let database = rusqlite::Connection::open(folder.path().join("data.db")).unwrap();
    let sql = "UPDATE client SET body = replace(body, 'https://app.example/cb', ?)";
    assert_eq!(database.execute(sql, [PLAIN]).unwrap(), 1);
    drop(database);
    let server = Server::serve(folder, &base);
    let line = checked(&server, &admin).unwrap();
    assert!(line.starts_with("weak") && line.contains(PLAIN) && line.contains(&app.id), "{line}");
    let one = format!("/clients/{}", app.id);
    admin.call("PATCH", &one, Some(&json!({"name": "Loom 2"}))).expect(200);
    let more = json!({"redirect_uris": [PLAIN, "http://app.example/other"]});
    admin.call("PATCH", &one, Some(&more)).expect(400);
    admin.call("PATCH", &one, Some(&json!({"redirect_uris": [PLAIN, REDIRECT]}))).expect(200);
}

#[test]
fn a_dialect_may_allow_redirect_uris_of_http() {
    let realm = Realm::new("own.toml");
    let own = "name = \"own\"\ndescription = \"Ours\"\n[redirect]\nallow_http = true\n";
    std::fs::write(realm.folder.path().join("own.toml"), own).unwrap();
    let admin = realm.admin();
    let fixture = Fixture::serve(realm, admin);
    fixture.admin.create("/clients", &new_app(PLAIN));
    assert!(checked(&fixture.server, &fixture.admin).is_some(), "it is weak all the same");
}

#[test]
fn no_admin_key_outlives_the_key_that_made_it() {
    let fixture = Fixture::new();
    let create = |by: &Admin, expires_at: Value| {
        let new = json!({"label": "x", "scopes": ["*"], "expires_at": expires_at});
        by.call("POST", "/admin-keys", Some(&new))
    };
    let ends = "2099-01-31T12:00:00Z";
    let made = create(&fixture.admin, json!(ends)).expect(201).json();
    let short = Admin::new(&fixture.base, made["secret"].as_str().unwrap());
    let next = create(&short, Value::Null).expect(201).json();
    assert_eq!(next["expires_at"], ends, "it ends with its maker");
    let refused = create(&short, json!("2099-01-31T12:00:01Z")).expect(400).text().to_owned();
    assert!(refused.contains("expires_at") && refused.contains(ends), "{refused}");
    let sooner = create(&short, json!("2098-01-01T00:00:00Z")).expect(201).json();
    assert_eq!(sooner["expires_at"], "2098-01-01T00:00:00Z");
    // Nor does one that such a key makes.
    let sooner = Admin::new(&fixture.base, sooner["secret"].as_str().unwrap());
    create(&sooner, json!(ends)).expect(400);
    assert_eq!(create(&fixture.admin, Value::Null).expect(201).json()["expires_at"], Value::Null);
}
