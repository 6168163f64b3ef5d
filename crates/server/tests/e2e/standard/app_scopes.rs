//! An app's list of scopes is the most it is given for a person, identity scopes too.

use serde_json::json;

use super::{App, Fixture, text};
use crate::dialects::person::parameter;
use crate::harness::Server;
use crate::harness::http::get;

const PKCE: &str = "a-challenge";

/// The error that the app is sent for this scope.
fn error(fixture: &Fixture, app: &App, scope: &str) -> Option<String> {
    let challenge = oauth::pkce::s256(PKCE);
    let asked = [
        ("scope", scope),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    parameter(&fixture.goes(app, &asked), "error")
}

#[test]
fn an_app_without_identity_scopes_learns_nothing_about_who_the_person_is() {
    let fixture = Fixture::new();
    let app = fixture.app(json!({"scopes": ["read"]}));
    for scope in ["openid", "profile", "email", "offline", "offline_access"] {
        let asked = format!("read {scope}");
        assert_eq!(error(&fixture, &app, &asked).as_deref(), Some("invalid_scope"), "{scope}");
    }
    let tokens = fixture.connected(&app, &[("scope", "read")]);
    assert!(tokens["id_token"].is_null(), "{tokens}");
    let token = text(&tokens, "access_token");
    get(&fixture.base, "/userinfo").bearer(&token).send().expect(403);

    // What the list loses is in no new token of an old connection.
    let app = fixture.app(json!({"scopes": ["read", "openid", "email"]}));
    let tokens = fixture.connected(&app, &[("scope", "read openid email")]);
    let refreshed = fixture.refresh(&app, &text(&tokens, "refresh_token")).expect(200).json();
    assert_eq!(refreshed["scope"], "email openid read");
    let change = json!({"scopes": ["read", "write"]});
    fixture.admin.call("PATCH", &format!("/clients/{}", app.id), Some(&change)).expect(200);
    let later = fixture.refresh(&app, &text(&refreshed, "refresh_token")).expect(200).json();
    assert_eq!((&later["scope"], &later["id_token"]), (&json!("read"), &json!(null)));
    let token = text(&later, "access_token");
    get(&fixture.base, "/userinfo").bearer(&token).send().expect(403);
}

/// As an earlier version left it: the connection has identity scopes, and the list has none.
#[test]
fn an_app_of_an_earlier_version_keeps_the_identity_scopes_that_it_uses() {
    let fixture = Fixture::new();
    let scopes = json!({"scopes": ["read", "openid"]});
    let (connected, other) = (fixture.app(scopes.clone()), fixture.app(scopes));
    let tokens = fixture.connected(&connected, &[("scope", "read openid")]);
    let Fixture { server, admin, base } = fixture;
    let folder = server.end();
    let database = rusqlite::Connection::open(folder.path().join("data.db")).unwrap();
    let sql = "UPDATE client SET body = json_set(body, '$.scopes', json('[\"read\"]'))
               WHERE public_id IN (?, ?)";
    assert_eq!(database.execute(sql, [&connected.id, &other.id]).unwrap(), 2);
    database.pragma_update(None, "user_version", 4).unwrap();
    drop(database);
    let server = Server::serve(folder, &base);
    let fixture = Fixture { server, admin, base };

    let scopes_of =
        |app: &App| fixture.admin.read(&format!("/clients/{}", app.id))["scopes"].clone();
    assert_eq!(scopes_of(&connected), json!(["openid", "read"]));
    assert_eq!(scopes_of(&other), json!(["read"]));
    let later = fixture.refresh(&connected, &text(&tokens, "refresh_token")).expect(200).json();
    assert!(later["id_token"].is_string(), "{later}");
    fixture.connected(&connected, &[("scope", "read openid")]);
    assert_eq!(error(&fixture, &other, "openid").as_deref(), Some("invalid_scope"));
}
