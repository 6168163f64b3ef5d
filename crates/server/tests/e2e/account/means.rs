//! How a user authenticates, and what each way allows.

use serde_json::{Value, json};

use super::{Fixture, text};
use crate::harness::http::get;

#[test]
fn a_token_is_limited_to_its_scopes_and_never_reads_sessions_or_the_log() {
    let fixture = Fixture::new();
    let ada = fixture.person("ada");
    let reads = [
        ("/me", "profile:read"),
        ("/tokens", "tokens:read"),
        ("/apps", "apps:read"),
        ("/authorized-apps", "apps:read"),
    ];
    for (path, scope) in reads {
        let (_, with) = fixture.pat(&ada, &[scope]);
        fixture.with(&with, "GET", path, &Value::Null).expect(200);
        let (_, without) = fixture.pat(&ada, &["streams:read"]);
        let refused = fixture.with(&without, "GET", path, &Value::Null).expect(403);
        assert_eq!(refused.json()["error"], "insufficient_scope", "{path}");
        let challenge = refused.header("www-authenticate").unwrap();
        assert!(challenge.contains(&format!("scope=\"{scope}\"")), "{challenge}");
    }
    let (_, reader) = fixture.pat(&ada, &["tokens:read", "apps:read"]);
    let writes = [
        ("POST", "/tokens"),
        ("POST", "/tokens/x/revoke"),
        ("POST", "/apps"),
        ("DELETE", "/apps/x"),
        ("POST", "/apps/x/secrets"),
        ("POST", "/authorized-apps/x/revoke"),
    ];
    for (method, path) in writes {
        assert_eq!(fixture.with(&reader, method, path, &json!({})).status, 403, "{method} {path}");
    }
    let (_, all) = fixture.pat(&ada, &super::SCOPES);
    for (method, path) in [
        ("GET", "/sessions"),
        ("DELETE", "/sessions/x"),
        ("GET", "/access-log"),
        ("GET", "/uses"),
        ("POST", "/sessions/end-others"),
    ] {
        let refused = fixture.with(&all, method, path, &json!({})).expect(403);
        assert!(refused.text().contains("sign in"), "{path}: {}", refused.text());
    }
}

#[test]
fn anonymous_callers_and_other_credentials_are_401() {
    let fixture = Fixture::new();
    let app = fixture.app();
    let mut ada = fixture.sign_in("ada", &app);
    let connected = fixture.connect(&mut ada, &app);
    let me = || get(fixture.base(), "/account/v1/me");
    let nobody = me().send().expect(401);
    assert_eq!(nobody.header("www-authenticate"), Some("Bearer realm=\"account\""));
    assert_eq!(nobody.json()["error"], "invalid_token");
    for (what, token) in [
        ("an app's token", text(&connected, "token")),
        ("a refresh token", text(&connected, "refreshToken")),
        ("an admin key", fixture.admin.key.as_str()),
        ("noise", "0123456789abcdefghij0123456789abcdefghij01"),
        ("", ""),
    ] {
        assert_eq!(me().bearer(token).send().status, 401, "{what}");
    }
    assert_eq!(ada.send(me().bearer("noise")).status, 401, "a good cookie lies beside it");
    ada.send(me()).expect(200);
    for cookie in ["postern_session_own=", "postern_session_own=sn_x", "postern_session_other=x"] {
        assert_eq!(me().header("Cookie", cookie).send().status, 401, "{cookie}");
    }
}

#[test]
fn a_session_is_ended_from_another_browser_and_by_staff() {
    let fixture = Fixture::new();
    let app = fixture.app();
    let mut first = fixture.sign_in("ada", &app);
    let second = fixture.browser("ada", &app, "deny").0;
    let mut second = super::SignedIn { id: first.id.clone(), browser: second };
    let sessions = first.read("/sessions")["data"].as_array().unwrap().clone();
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions.iter().filter(|it| it["current"] == true).count(), 1);
    let other = sessions.iter().find(|it| it["current"] == false).unwrap();
    first.act("DELETE", &format!("/sessions/{}", text(other, "id")), json!({}));
    assert_eq!(second.call("GET", "/me", &Value::Null).status, 401);
    let third = fixture.browser("ada", &app, "deny").0;
    let mut third = super::SignedIn { id: first.id.clone(), browser: third };
    assert_eq!(first.act("POST", "/sessions/end-others", json!({}))["ended"], 1);
    assert_eq!(third.call("GET", "/me", &Value::Null).status, 401);
    first.read("/me");
    let path = format!("/users/{}/sessions", first.id);
    let listed = fixture.admin.read(&path);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    fixture.admin.call("DELETE", &path, None).expect(200);
    assert_eq!(first.call("GET", "/me", &Value::Null).status, 401);
}

#[test]
fn a_suspended_or_removed_user_manages_nothing() {
    let fixture = Fixture::new();
    let app = fixture.app();
    let mut ada = fixture.sign_in("ada", &app);
    let (_, pat) = fixture.pat(&ada.id, &["profile:read"]);
    fixture.admin.act(&format!("/users/{}/suspend", ada.id));
    assert_eq!(ada.call("GET", "/me", &Value::Null).status, 401);
    assert_eq!(fixture.with(&pat, "GET", "/me", &Value::Null).status, 401);
    fixture.admin.act(&format!("/users/{}/activate", ada.id));
    ada.read("/me");
    fixture.admin.call("DELETE", &format!("/users/{}", ada.id), None).expect(200);
    assert_eq!(ada.call("GET", "/me", &Value::Null).status, 401);
}
