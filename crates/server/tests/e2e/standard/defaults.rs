//! OAuth 2.1: PKCE for every app, refresh tokens that rotate, and how an app is registered
//! otherwise.

use serde_json::json;

use super::{Fixture, text};
use crate::dialects::person::parameter;
use crate::harness::postern;

#[test]
fn oauth2_1_every_app_must_use_pkce_unless_it_is_registered_otherwise() {
    let fixture = Fixture::new();
    let confidential = fixture.app(json!({}));
    let public = fixture.app(json!({"auth_methods": ["none"]}));
    let stubborn = fixture.app(json!({"auth_methods": ["none"], "require_pkce": false}));
    for app in [&confidential, &public, &stubborn] {
        let back = fixture.goes(app, &[("scope", "read")]);
        assert_eq!(parameter(&back, "error").as_deref(), Some("invalid_request"), "{back}");
        assert_eq!(parameter(&back, "state").as_deref(), Some("s-1234567"), "{back}");
        let tokens = fixture.connected(app, &[("scope", "read")]);
        assert!(tokens["access_token"].is_string(), "{tokens}");
    }
    let old = fixture.app(json!({"require_pkce": false}));
    let back = fixture.goes(&old, &[("scope", "read")]);
    let code = parameter(&back, "code").unwrap_or_else(|| panic!("{back}"));
    fixture.exchange(&old, &code, &[]).expect(200);
    // One that sends a challenge must meet it.
    let challenge = [("code_challenge", "x".repeat(43)), ("code_challenge_method", "S256".into())];
    let challenge = challenge.each_ref().map(|(name, value)| (*name, value.as_str()));
    let back = fixture.goes(&old, &challenge);
    let code = parameter(&back, "code").unwrap();
    assert_eq!(fixture.exchange(&old, &code, &[]).expect(400).json()["error"], "invalid_grant");
    // Staff decide it for an app that exists, both ways.
    for (required, outcome) in [(false, "code"), (true, "error")] {
        let path = format!("/clients/{}", confidential.id);
        let change = json!({"require_pkce": required});
        let changed = fixture.admin.call("PATCH", &path, Some(&change)).expect(200).json();
        assert_eq!(changed["require_pkce"], required);
        let back = fixture.goes(&confidential, &[("scope", "read")]);
        assert!(parameter(&back, outcome).is_some(), "{back}");
    }
}

#[test]
fn oauth2_1_refresh_tokens_rotate_for_apps_with_a_secret_too() {
    let fixture = Fixture::new();
    let app = fixture.app(json!({}));
    let first = text(&fixture.connected(&app, &[("scope", "read offline")]), "refresh_token");
    let second = text(&fixture.refresh(&app, &first).expect(200).json(), "refresh_token");
    assert_ne!(first, second);
    let retried = text(&fixture.refresh(&app, &first).expect(200).json(), "refresh_token");
    assert_eq!(retried, second, "a retry gets the same successor");
    let third = text(&fixture.refresh(&app, &second).expect(200).json(), "refresh_token");
    // RFC 9700 §4.14.2: the first one again is a replay.
    assert_eq!(fixture.refresh(&app, &first).expect(400).json()["error"], "invalid_grant");
    assert_eq!(fixture.refresh(&app, &third).expect(400).json()["error"], "invalid_grant");
}

#[test]
fn a_realm_that_exists_is_told_of_the_defaults_by_check() {
    let realm = crate::harness::realm::Realm::new("rfc");
    let configuration = realm.configuration();
    let check = || {
        let output = postern().arg("check").arg("--config").arg(&configuration).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let notes = ["pkce_for_every_app", "refresh_tokens_rotate", "id_tokens_rs256"];
    let (_, of_new) = check();
    assert!(!of_new.contains("note   "), "there is no such realm yet:\n{of_new}");
    realm.admin();
    let (code, of_old) = check();
    assert_eq!(code, Some(0), "{of_old}");
    for note in notes {
        assert!(of_old.contains(&format!("note   {note}: realm own: ")), "{note}:\n{of_old}");
    }
    // Who sets them is not told.
    let own = "name = \"own\"\ndescription = \"Ours\"\n[pkce]\nrequired = \"public\"\n\
               [refresh]\nrotation = \"reusable\"\n";
    std::fs::write(realm.folder.path().join("own.toml"), own).unwrap();
    let text = std::fs::read_to_string(&configuration).unwrap();
    let text = text.replace("dialect = \"rfc\"", "dialect = \"own.toml\"");
    std::fs::write(&configuration, text).unwrap();
    let (_, of_own) = check();
    assert!(of_own.contains("id_tokens_rs256"), "{of_own}");
    assert!(!of_own.contains("pkce_for") && !of_own.contains("refresh_tokens_r"), "{of_own}");
}

#[test]
fn a_realm_with_the_defaults_of_before_keeps_them() {
    let realm = crate::harness::realm::Realm::new("own.toml");
    let own = "name = \"own\"\ndescription = \"Ours\"\n[pkce]\nrequired = \"public\"\n\
               [refresh]\nrotation = \"reusable\"\n";
    std::fs::write(realm.folder.path().join("own.toml"), own).unwrap();
    let admin = realm.admin();
    let fixture = Fixture::serve(realm, admin);
    let app = fixture.app(json!({}));
    let back = fixture.goes(&app, &[("scope", "read offline")]);
    let code = parameter(&back, "code").unwrap_or_else(|| panic!("{back}"));
    let first = text(&fixture.exchange(&app, &code, &[]).expect(200).json(), "refresh_token");
    let again = text(&fixture.refresh(&app, &first).expect(200).json(), "refresh_token");
    assert_eq!(first, again);
}

/// What staff issued to be reused stays so when the realm begins to rotate.
#[test]
fn a_refresh_token_that_staff_issued_before_the_realm_rotated_is_reused() {
    let realm = crate::harness::realm::Realm::new("own.toml");
    let file = realm.folder.path().join("own.toml");
    let own = "name = \"own\"\ndescription = \"Ours\"\n";
    std::fs::write(&file, format!("{own}[refresh]\nrotation = \"reusable\"\n")).unwrap();
    let admin = realm.admin();
    let fixture = Fixture::serve(realm, admin);
    let new = json!({"name": "machine", "grant_types": ["refresh_token"]});
    let made = fixture.admin.create("/clients", &new);
    let app = super::App { id: text(&made, "id"), secret: Some(text(&made, "secret")) };
    fixture.admin.create("/grants", &json!({"client": app.id, "audience": super::API}));
    let issue = || {
        let new = json!({"client": app.id, "audience": super::API});
        text(&fixture.admin.create("/refresh-tokens", &new), "secret")
    };
    let of_app = fixture.app(json!({}));
    let (staffs, apps) = (issue(), fixture.connected(&of_app, &[("scope", "read offline")]));
    let apps = text(&apps, "refresh_token");
    let Fixture { server, admin, base } = fixture;
    let folder = server.end();
    std::fs::write(folder.path().join("own.toml"), own).unwrap();
    let server = crate::harness::Server::serve(folder, &base);
    let fixture = Fixture { server, admin, base };
    for _ in 0..3 {
        fixture.refresh(&app, &staffs).expect(200);
    }
    let next = text(&fixture.refresh(&of_app, &apps).expect(200).json(), "refresh_token");
    assert_ne!(next, apps, "the app's rotates from now on");
    drop(fixture.server);
}
