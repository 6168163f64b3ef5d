//! Apps of users, from registration to deletion, and what users granted them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{App, CALLBACK, Fixture, app, new_app, text};
use crate::dialects::person::parameter;
use crate::harness::http::post;

#[test]
fn people_type_no_hidden_characters() {
    let fixture = Fixture::new();
    let mut ada = fixture.sign_in("ada", &fixture.app());
    let own = app(&ada.make("/apps", new_app(&["profile:read"])));
    let one = format!("/apps/{}", own.id);
    for hidden in
        ["", " ", "\u{200b}", "a\u{202e}b", "a\u{2028}b", "a\u{ad}b", "a\u{9b}b", "\u{feff}a"]
    {
        let mut app = new_app(&["profile:read"]);
        app["name"] = hidden.into();
        let token = json!({"name": hidden, "scopes": ["profile:read"]});
        for (method, path, body) in [
            ("POST", "/apps", &app),
            ("PATCH", &*one, &json!({"name": hidden})),
            ("POST", "/tokens", &token),
        ] {
            let refused = ada.call(method, path, body).expect(400);
            assert!(refused.text().contains("name"), "{method} {path}: {}", refused.text());
        }
    }
    let body = json!({"description": "a\u{202e}b"});
    assert!(ada.call("PATCH", &one, &body).expect(400).text().contains("U+202E"));
}

#[test]
fn an_app_is_registered_read_changed_and_connected() {
    let fixture = Fixture::new();
    let mut ada = fixture.sign_in("ada", &fixture.app());
    let made = ada.make(
        "/apps",
        json!({
            "name": "Mine", "redirect_uris": [CALLBACK], "scopes": ["profile:read"],
            "description": "Does things", "logo_uri": "https://mine.example/logo.png",
        }),
    );
    assert_eq!(made["scopes"], json!(["profile:read"]));
    let one = format!("/apps/{}", text(&made, "id"));
    let read = ada.read(&one);
    assert_eq!((&read["name"], &read["description"]), (&json!("Mine"), &json!("Does things")));
    assert_eq!(read.get("secret"), None, "it was shown once");
    let changed = ada.act("PATCH", &one, json!({"name": "Ours", "description": ""}));
    assert_eq!((&changed["name"], &changed["description"]), (&json!("Ours"), &Value::Null));
    let tokens = fixture.connect(&mut ada, &app(&made));
    assert!(fixture.is_good(text(&tokens, "token")));
    let authorized = ada.read("/authorized-apps");
    assert_eq!(authorized["data"][0]["app"]["name"], "Ours", "{authorized}");
    assert_eq!(authorized["data"][0]["scopes"], json!(["profile:read"]));
}

#[test]
fn invalid_fields_are_refused_by_name() {
    let fixture = Fixture::new();
    let mut ada = fixture.sign_in("ada", &fixture.app());
    let with = |member: &str, value: Value| {
        let mut body = new_app(&["profile:read"]);
        body[member] = value;
        body
    };
    let many: Vec<String> = (0..21).map(|n| format!("https://a.example/{n}")).collect();
    for (member, value) in [
        ("redirect_uris", json!([])),
        ("redirect_uris", json!(["javascript:alert(1)"])),
        ("redirect_uris", json!(["https://a.example/cb#x"])),
        ("redirect_uris", json!(["https://user@a.example/cb"])),
        ("redirect_uris", json!(["https://a.example/../cb"])),
        ("redirect_uris", json!(["com.example.app:/cb"])),
        ("redirect_uris", json!(many)),
        ("scopes", json!(["everything"])),
        ("logo_uri", json!("http://a.example/logo")),
        ("client_uri", json!("javascript:alert(1)")),
        ("name", json!("")),
        ("app_type", json!("toaster")),
    ] {
        let refused = ada.call("POST", "/apps", &with(member, value.clone()));
        assert_eq!(refused.status, 400, "{member} {value}: {}", refused.text());
        let reported = refused.json()["error_description"].to_string();
        assert!(reported.contains(member), "{member} {value}: {reported}");
    }
    for (member, value) in [("redirect_domain", json!("a.example")), ("status", json!("active"))] {
        assert_eq!(ada.call("POST", "/apps", &with(member, value)).status, 400, "{member}");
    }
    assert_eq!(ada.read("/apps")["data"], json!([]));
    let mut native = with("redirect_uris", json!(["com.example.app:/cb"]));
    native["app_type"] = json!("native");
    ada.make("/apps", native);
}

#[test]
fn a_scope_change_drops_authorisations_at_once_and_people_are_asked_again() {
    let fixture = Fixture::new();
    let mut ada = fixture.sign_in("ada", &fixture.app());
    let made = ada.make("/apps", new_app(&["profile:read"]));
    let (own, one) = (app(&made), format!("/apps/{}", text(&made, "id")));
    let tokens = fixture.connect(&mut ada, &own);
    ada.act("PATCH", &one, json!({"name": "Another name", "scopes": ["profile:read"]}));
    assert!(fixture.is_good(text(&tokens, "token")), "the same scopes change nothing");
    ada.act("PATCH", &one, json!({"scopes": ["profile:read", "streams:read"]}));
    assert!(!fixture.is_good(text(&tokens, "token")), "on the next request");
    assert_eq!(fixture.refresh(&own, &tokens).status, 401);
    assert_eq!(ada.read("/authorized-apps")["data"], json!([]));
    let seen = ada.browser.seen.len();
    let again = fixture.connect(&mut ada, &own);
    assert_eq!(ada.browser.seen[seen..], ["consent"], "asked anew");
    assert!(fixture.is_good(text(&again, "token")));
    assert_eq!(fixture.refresh(&own, &again).status, 200);
    assert!(!fixture.is_good(text(&tokens, "token")), "what was dropped stays so");
    let authorized = ada.read("/authorized-apps");
    assert_eq!(authorized["data"][0]["scopes"], json!(["profile:read", "streams:read"]));
    assert_eq!(authorized["data"].as_array().unwrap().len(), 1);
}

/// Whether a secret is valid: a wrong one is refused before the code is checked.
fn proves(fixture: &Fixture, own: &App, secret: &str, tokens: &Value) -> bool {
    let own = App { secret: secret.to_owned(), ..own.clone() };
    fixture.refresh(&own, tokens).status == 200
}

#[test]
fn a_rotated_secret_lives_on_for_the_overlap_and_ends_by_itself() {
    let fixture = Fixture::new();
    let mut ada = fixture.sign_in("ada", &fixture.app());
    let made = ada.make("/apps", new_app(&["profile:read"]));
    let (own, one) = (app(&made), format!("/apps/{}/secrets", text(&made, "id")));
    let tokens = fixture.connect(&mut ada, &own);
    let rotated = ada.make(&one, json!({"overlap": 4, "label": "second"}));
    let since = Instant::now();
    let second = text(&rotated, "secret");
    assert_ne!(second, own.secret);
    assert!(proves(&fixture, &own, second, &tokens), "the new one at once");
    assert!(proves(&fixture, &own, &own.secret, &tokens), "the old one, too");
    let listed = ada.read(&one);
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains(second), "shown once");
    let log = fixture.server.log();
    assert!(!log.contains(&second[10..]) && !log.contains(&own.secret[10..]));
    std::thread::sleep(Duration::from_secs(5).saturating_sub(since.elapsed()));
    assert!(!proves(&fixture, &own, &own.secret, &tokens), "its time is over");
    assert!(proves(&fixture, &own, second, &tokens));
    let third = ada.make(&one, json!({"overlap": 0}));
    assert!(!proves(&fixture, &own, second, &tokens), "without an overlap, at once");
    assert!(proves(&fixture, &own, text(&third, "secret"), &tokens));
    assert_eq!(ada.call("POST", &one, &json!({"overlap": 2_592_001})).status, 400);
    let day = ada.make(&one, json!({}));
    assert!(
        proves(&fixture, &own, text(&third, "secret"), &tokens),
        "a day, where nothing is said"
    );
    assert!(proves(&fixture, &own, text(&day, "secret"), &tokens));
}

#[test]
fn dropping_connections_and_deleting_the_app_revoke_all_grants() {
    let fixture = Fixture::new();
    let staffs = fixture.app();
    let (mut ada, mut bob) = (fixture.sign_in("ada", &staffs), fixture.sign_in("bob", &staffs));
    let made = ada.make("/apps", new_app(&["profile:read"]));
    let (own, one) = (app(&made), format!("/apps/{}", text(&made, "id")));
    let of_bob = fixture.connect(&mut bob, &own);
    ada.act("POST", &format!("{one}/drop-connections"), json!({}));
    assert!(!fixture.is_good(text(&of_bob, "token")));
    let of_bob = fixture.connect(&mut bob, &own);
    assert!(fixture.is_good(text(&of_bob, "token")));
    ada.act("DELETE", &one, json!({}));
    assert!(!fixture.is_good(text(&of_bob, "token")));
    assert_eq!(fixture.refresh(&own, &of_bob).status, 401);
    assert_eq!(bob.read("/authorized-apps")["data"], json!([]));
    assert_eq!(ada.call("GET", &one, &Value::Null).status, 404);
    assert_eq!(ada.read("/apps")["data"], json!([]));
    let page = bob.browser.open(&format!("/authn/verify/{}/{}", own.id, super::CHALLENGE));
    assert_eq!((page.status, page.header("location")), (400, None), "nobody is asked any more");
    let kept = fixture.admin.read(&format!("/clients/{}", own.id));
    assert_eq!((&kept["status"], &kept["creator"]), (&json!("suspended"), &Value::Null));
}

#[test]
fn a_user_revokes_a_grant_and_may_grant_it_again() {
    let fixture = Fixture::new();
    let app = fixture.app();
    let (mut ada, mut bob) = (fixture.sign_in("ada", &app), fixture.sign_in("bob", &app));
    let (of_ada, of_bob) = (fixture.connect(&mut ada, &app), fixture.connect(&mut bob, &app));
    let listed = ada.read("/authorized-apps");
    let id = text(&listed["data"][0], "id").to_owned();
    assert_eq!(listed["data"][0]["app"]["id"], app.id.as_str());
    ada.act("POST", &format!("/authorized-apps/{id}/revoke"), json!({}));
    assert!(!fixture.is_good(text(&of_ada, "token")));
    assert!(fixture.is_good(text(&of_bob, "token")), "another's stays");
    let twice = ada.call("POST", &format!("/authorized-apps/{id}/revoke"), &json!({}));
    assert_eq!(twice.status, 404, "it is gone");
    let again = fixture.connect(&mut ada, &app);
    assert!(fixture.is_good(text(&again, "token")) && !fixture.is_good(text(&of_ada, "token")));
    let uses = ada.read("/uses");
    assert!(uses["data"].as_array().unwrap().iter().any(|it| it["app"]["id"] == app.id.as_str()));
}

#[test]
fn a_confidential_app_may_omit_its_secret_only_with_a_code_verifier() {
    let fixture = Fixture::new();
    let mut ada = fixture.sign_in("ada", &fixture.app());
    let own = app(&ada.make("/apps", new_app(&["profile:read"])));
    let tokens = fixture.connect(&mut ada, &own);
    let ask = |path: &str, body: &Value| post(fixture.base(), path).json(body).send();
    let refresh = json!({"appId": own.id, "refreshToken": tokens["refreshToken"]});
    assert_eq!(ask("/auth/token", &refresh).status, 401);
    let mut code = |challenge: &str| {
        let back = ada.browser.follow(&format!("/authn/verify/{}/{challenge}", own.id));
        parameter(&back, "access_code").unwrap()
    };
    let plain = json!({"appId": own.id, "accessCode": code(super::CHALLENGE),
        "challenge": super::CHALLENGE});
    assert_eq!(ask("/auth/token", &plain).status, 401, "the challenge was in the address");
    let verifier = "a-verifier-of-at-least-forty-three-characters-1";
    let hashed = json!({"appId": own.id, "accessCode": code(&oauth::pkce::s256(verifier)),
        "codeVerifier": verifier});
    let exchanged = ask("/oauth/token", &hashed).expect(200).json();
    assert!(fixture.is_good(text(&exchanged, "token")));
}
