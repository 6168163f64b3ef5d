//! Characters that hide, break a line or turn the direction of writing: refused wherever text is
//! typed, and escaped wherever a text that was stored before is shown.

use std::fs;
use std::process::Output;

use serde_json::{Value, json};

use crate::harness::admin::Admin;
use crate::harness::realm::Realm;
use crate::harness::{Server, postern, run};

/// Of each kind of hidden character, one.
const HIDDEN: &[char] = &[
    '\0',
    '\t',
    '\u{1b}',
    '\u{85}',
    '\u{9b}',
    '\u{ad}',
    '\u{61c}',
    '\u{200b}',
    '\u{200d}',
    '\u{200e}',
    '\u{2028}',
    '\u{2029}',
    '\u{202e}',
    '\u{2060}',
    '\u{2066}',
    '\u{3164}',
    '\u{fe0f}',
    '\u{feff}',
    '\u{e0041}',
];

fn id(made: &Value) -> String {
    made["id"].as_str().unwrap().to_owned()
}

/// Sends `body` with a text in `field` (`a.0.b` leads into it), and returns the status and `detail`.
fn with(admin: &Admin, path: &str, (body, field): (&Value, &str), text: &str) -> (u16, String) {
    let mut body = body.clone();
    let pointer = format!("/{}", field.replace('.', "/"));
    match body.pointer_mut(&pointer) {
        Some(value) => *value = text.into(),
        None => body[field] = text.into(),
    }
    let method =
        if path.matches('/').count() == 2 && !path.contains("secrets") && !path.ends_with("revoke")
        {
            "PATCH"
        } else {
            "POST"
        };
    let answer = admin.call(method, path, Some(&body));
    (answer.status, answer.text().to_owned())
}

#[test]
fn staff_type_no_hidden_characters_into_any_text() {
    let realm = Realm::new("rfc");
    let admin = realm.admin();
    let _server = realm.serve();
    let api = id(&admin.api("https://api.example", &["read"]));
    let organization = id(&admin.create("/organizations", &json!({"name": "Acme"})));
    let user = id(&admin.create("/users", &json!({"name": "Ada", "email": "ada@example.com"})));
    let new = json!({"name": "Machine", "organization": organization});
    let client = id(&admin.create("/clients", &new));
    let grant = json!({"client": client, "audience": "https://api.example"});
    let grant = id(&admin.create("/grants", &grant));
    let key = json!({"label": "k", "organization": organization, "scopes": ["read"]});
    let pat = json!({"name": "t", "user": user, "scopes": ["read"]});
    let server = json!({"identifier": "https://b.example", "name": "B",
        "scopes": [{"scope": "b", "description": "B"}]});
    let person = json!({"name": "Bob", "email": "bob@example.com"});
    let app = json!({"name": "App", "kind": "app", "redirect_uris": ["https://app.example/cb"]});
    let none = json!({});
    let typed = [
        ("/organizations", &json!({"name": "A"}), "name"),
        (&*format!("/organizations/{organization}"), &none, "name"),
        ("/users", &person, "name"),
        ("/users", &person, "email"),
        ("/users", &person, "role"),
        ("/users", &person, "company"),
        ("/users", &person, "bio"),
        ("/users", &person, "avatar"),
        (&*format!("/users/{user}"), &none, "name"),
        (&*format!("/users/{user}"), &none, "email"),
        (&*format!("/users/{user}"), &none, "company"),
        ("/resource-servers", &server, "name"),
        ("/resource-servers", &server, "identifier"),
        ("/resource-servers", &server, "scopes.0.description"),
        (&*format!("/resource-servers/{api}"), &none, "name"),
        ("/clients", &app, "name"),
        ("/clients", &app, "description"),
        ("/clients", &app, "logo_uri"),
        (&*format!("/clients/{client}"), &none, "name"),
        (&*format!("/clients/{client}/secrets"), &none, "label"),
        (&*format!("/resource-servers/{api}/secrets"), &none, "label"),
        ("/api-keys", &key, "label"),
        ("/personal-access-tokens", &pat, "name"),
        ("/admin-keys", &json!({"label": "a", "scopes": ["users:read"]}), "label"),
        (&*format!("/grants/{grant}/revoke"), &none, "reason"),
    ];
    for (path, body, field) in typed {
        // A description may have several lines, and tabs.
        for hidden in HIDDEN.iter().filter(|c| field != "description" || **c != '\t') {
            let text = match field {
                "email" => format!("bob{hidden}x@example.com"),
                "identifier" | "avatar" | "logo_uri" => format!("https://b{hidden}x.example/"),
                _ => format!("Bob{hidden}x"),
            };
            let (status, answer) = with(&admin, path, (body, field), &text);
            assert_eq!(status, 400, "{path} {field} {hidden:?}: {answer}");
            assert!(answer.contains(field.rsplit('.').next().unwrap()), "{path} {field}: {answer}");
        }
    }
    for blank in
        ["", " ", "\u{3000}", "\u{2800}", "\u{3164}", "\u{301}", "\u{200b}\u{200b}", "\u{200d}"]
    {
        for (path, body) in [("/clients", &app), ("/organizations", &none), ("/users", &person)] {
            let (status, answer) = with(&admin, path, (body, "name"), blank);
            assert_eq!(status, 400, "{path} {blank:?}: {answer}");
        }
    }
    // What people do write is taken.
    for fine in ["Société Générale", "می\u{200c}خواهم", "Ops \u{2764}\u{fe0f}", "שלום"]
    {
        let (status, answer) = with(&admin, "/clients", (&app, "name"), fine);
        assert_eq!(status, 201, "{fine}: {answer}");
    }
    let rows = json!({"tokens": [
        {"id": "old-1", "secret": "q7Zk2VxN9sLwT4bRf8YpHc3JmD6gKuAe", "organization": organization,
         "label": "a\u{202e}b"},
    ]});
    let told = admin.call("POST", "/legacy-tokens/import", Some(&rows)).expect(200).json();
    assert_ne!(told["results"][0]["outcome"], "imported", "{told}");
    assert!(told.to_string().contains("U+202E"), "{told}");
}

fn cli(server: &Server, admin: &Admin, line: &[&str]) -> Output {
    let mut command = postern();
    command.args(line).args(["--url", &admin.base]).env("POSTERN_ADMIN_KEY", &admin.key);
    command.current_dir(server.folder()).output().unwrap()
}

/// Whether a terminal shows the text as it is: only line breaks control it.
fn is_harmless(text: &str) -> bool {
    domain::text::escaped_lines(text) == text
}

#[test]
fn stored_hidden_characters_are_escaped_in_terminals() {
    let realm = Realm::new("rfc");
    let (admin, base) = (realm.admin(), realm.base.clone());
    let server = realm.serve();
    let made = admin.create("/clients", &json!({"name": "PLAIN"}));
    let client = id(&made);
    // As an earlier version stored it. The process ends first: it alone writes the database.
    let folder = server.end();
    let database = rusqlite::Connection::open(folder.path().join("data.db")).unwrap();
    let evil = "a\u{202e}b\u{2028}c\u{200b}d\u{9b}31me";
    let sql = "UPDATE client SET body = replace(body, 'PLAIN', ?1) WHERE instr(body, 'PLAIN')";
    assert_eq!(database.execute(sql, [evil]).unwrap(), 1);
    drop(database);
    let server = Server::serve(folder, &base);
    let shown = "a\\u{202e}b\\u{2028}c\\u{200b}d\\u{9b}31me";
    for line in [&["client", "list"][..], &["client", "show", &client]] {
        let printed = cli(&server, &admin, line);
        let text = String::from_utf8(printed.stdout).unwrap();
        assert!(text.contains(shown) && is_harmless(&text), "{line:?}: {text:?}");
        let json = cli(&server, &admin, &[line, &["--json"]].concat());
        let text = String::from_utf8(json.stdout).unwrap();
        assert!(is_harmless(&text), "{line:?}: {text:?}");
        let read: Value = serde_json::from_str(&text).unwrap();
        assert!(read.to_string().contains(evil), "the same name: {text}");
    }
    let found = cli(&server, &admin, &["check", "--live", "--config", "postern.toml"]);
    let text = String::from_utf8(found.stdout).unwrap();
    let line = text
        .lines()
        .find(|line| line.contains("hidden_characters"))
        .unwrap_or_else(|| panic!("{text}"));
    assert!(line.starts_with("weak ") && line.contains(&client), "{text}");
    assert!(is_harmless(&text), "{text:?}");
}

#[test]
fn what_a_file_or_a_token_says_is_escaped() {
    let realm = Realm::new("rfc");
    let admin = realm.admin();
    let server = realm.serve();
    admin.api("https://api.example", &["read"]);
    let rows = "{\"id\":\"a\u{9b}2J\u{202e}b\",\"secret\":\"s\",\"organization\":\"nobody\"}\n\
                {\"id\":\"ok\",\"secret\":\"s\",\"organization\":\"n\u{2028}o\u{1b}\",\"x\u{200b}\":1}\n\
                {\"id\":\"ok\",\"secret\":\"s\",\"organization\":\"n\u{2028}o\"}\n";
    fs::write(server.folder().join("rows.jsonl"), rows).unwrap();
    let printed = cli(&server, &admin, &["token", "import", "rows.jsonl"]);
    let text = String::from_utf8(printed.stderr).unwrap();
    assert!(text.contains("rows.jsonl:1: a\\u{9b}2J\\u{202e}b: "), "{text:?}");
    assert!(text.contains("3 refused") && is_harmless(&text), "{text:?}");

    let part = base::encoding::base64url;
    let header = part("{\"alg\":\"ES256\",\"typ\":\"a\u{202e}b\"}");
    let claims = part("{\"sub\":\"a\u{9b}2J\u{200b}\",\"\u{2028}\":1}");
    for token in [format!("{header}.{claims}.c2ln"), "x\u{1b}[2J\u{202e}".to_owned()] {
        let printed = run(&["token", "inspect", &token]);
        let text = String::from_utf8([printed.stdout, printed.stderr].concat()).unwrap();
        assert!(is_harmless(&text), "{text:?}");
    }
    let text =
        String::from_utf8(run(&["token", "inspect", &format!("{header}.{claims}.c2ln")]).stdout)
            .unwrap();
    assert!(text.contains("a\\u009b2J\\u200b") && text.contains("\"\\u2028\""), "{text}");
}
