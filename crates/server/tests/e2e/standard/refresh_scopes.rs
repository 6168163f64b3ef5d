//! Scopes that give a refresh token are never given by default, in any dialect that names some.

use serde_json::json;

use super::{Fixture, text};
use crate::harness::realm::Realm;

#[test]
fn openid_core_11_nobody_stays_connected_who_did_not_ask_for_it() {
    let realm = Realm::new("own.toml");
    let own = "name = \"own\"\ndescription = \"Ours\"\n[authorization]\n\
               refresh_scopes = [\"stay\", \"offline\"]\n";
    std::fs::write(realm.folder.path().join("own.toml"), own).unwrap();
    let admin = realm.admin();
    let fixture = Fixture::serve(realm, admin);
    fixture.admin.api("https://stay.example", &["read", "stay"]);
    let of_api = fixture.app(json!({
        "default_audience": "https://stay.example",
        "scopes": ["read", "stay", "openid"],
    }));
    for (app, named) in [(fixture.app(json!({})), "offline"), (of_api, "stay")] {
        for asked in [&[][..], &[("scope", "")], &[("scope", " ")], &[("scope", "read")]] {
            let tokens = fixture.connected(&app, asked);
            assert!(tokens["refresh_token"].is_null(), "{named} {asked:?}: {tokens}");
            let given = text(&tokens, "scope");
            assert!(given.contains("read") && !given.contains(named), "{given}");
        }
        let tokens = fixture.connected(&app, &[("scope", &format!("read {named}"))]);
        assert!(tokens["refresh_token"].is_string(), "{tokens}");
        // Also not because it was asked for once, and the consent is remembered.
        let tokens = fixture.connected(&app, &[]);
        assert!(tokens["refresh_token"].is_null(), "{tokens}");
    }
}
