//! Users cannot see, change or end what belongs to others: it is not found, as if it did not exist.

use serde_json::{Value, json};

use super::{Fixture, new_app, text};

#[test]
fn another_users_entities_are_not_found() {
    let fixture = Fixture::new();
    let app = fixture.app();
    let mut ada = fixture.sign_in("ada", &app);
    let mut bob = fixture.sign_in("bob", &app);
    let connected = fixture.connect(&mut ada, &app);
    let token = ada.make("/tokens", json!({"name": "ci", "scopes": ["profile:read"]}));
    let made = ada.make("/apps", new_app(&["profile:read"]));
    let connection = ada.read("/authorized-apps")["data"][0]["id"].as_str().unwrap().to_owned();
    let session = ada.read("/sessions")["data"][0]["id"].as_str().unwrap().to_owned();
    let (token_id, app_id) = (text(&token, "id"), text(&made, "id"));
    let calls = [
        ("GET", format!("/tokens/{token_id}")),
        ("POST", format!("/tokens/{token_id}/revoke")),
        ("GET", format!("/apps/{app_id}")),
        ("PATCH", format!("/apps/{app_id}")),
        ("DELETE", format!("/apps/{app_id}")),
        ("GET", format!("/apps/{app_id}/secrets")),
        ("POST", format!("/apps/{app_id}/secrets")),
        ("POST", format!("/apps/{app_id}/drop-connections")),
        ("GET", format!("/authorized-apps/{connection}")),
        ("POST", format!("/authorized-apps/{connection}/revoke")),
        ("DELETE", format!("/sessions/{session}")),
    ];
    let everything = SCOPES_OF_MANAGEMENT;
    let (_, pat) = fixture.pat(&bob.id, &everything);
    for (method, path) in &calls {
        let nothing = json!({});
        let refused = bob.call(method, path, &nothing);
        assert_eq!(refused.status, 404, "{method} {path}: {}", refused.text());
        assert_eq!(refused.json()["error"], "not_found");
        let missing = path.replace(token_id, "nobodys00000").replace(app_id, "nobodys00000");
        let missing = missing.replace(&connection, "nobodys").replace(&session, "nobodys");
        let unknown = bob.call(method, &missing, &nothing).expect(404).json();
        let reported = |body: &Value, id: &str| text(body, "error_description").replace(id, "it");
        let ids = [token_id, app_id, &connection, &session];
        let id = ids.into_iter().find(|id| path.contains(*id)).unwrap();
        let no_id = missing.split('/').nth(2).unwrap();
        assert_eq!(reported(&unknown, no_id), reported(&refused.json(), id), "{path}");
        if !path.starts_with("/sessions") {
            assert_eq!(fixture.with(&pat, method, path, &nothing).status, 404, "{method} {path}");
        }
    }
    for list in ["/tokens", "/apps", "/authorized-apps"] {
        let listed = bob.read(list);
        let ids: Vec<_> = listed["data"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
        for id in [token_id, app_id, &connection] {
            assert!(!ids.contains(&&Value::from(id)), "{list}: {listed}");
        }
    }
    assert_eq!(ada.read(&format!("/tokens/{token_id}"))["revoked_at"], Value::Null);
    assert_eq!(ada.read("/me")["email"], "ada@example.com");
    assert!(fixture.is_good(text(&connected, "token")), "nothing of it happened");
    let log = ada.read("/access-log").to_string();
    assert!(log.contains("personal_access_token.created") && log.contains(app_id), "{log}");
    assert!(!bob.read("/access-log").to_string().contains(app_id));
}

const SCOPES_OF_MANAGEMENT: [&str; 5] =
    ["profile:read", "tokens:read", "tokens:write", "apps:read", "apps:write"];

#[test]
fn an_app_that_staff_registered_belongs_to_no_user() {
    let fixture = Fixture::new();
    let app = fixture.app();
    let mut ada = fixture.sign_in("ada", &app);
    fixture.connect(&mut ada, &app);
    assert_eq!(ada.read("/apps")["data"], json!([]));
    let path = format!("/apps/{}", app.id);
    assert_eq!(ada.call("GET", &path, &Value::Null).status, 404);
    assert_eq!(ada.call("POST", &format!("{path}/secrets"), &json!({})).status, 404);
}
