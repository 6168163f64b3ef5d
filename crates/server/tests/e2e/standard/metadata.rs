//! The metadata's scopes (RFC 8414 §2), and the answer to a revocation (RFC 7009 §2.2).

use serde_json::{Value, json};

use super::{API, Fixture};
use crate::harness::http::{get, post};

fn scopes(fixture: &Fixture) -> Value {
    let path = "/.well-known/oauth-authorization-server";
    get(&fixture.base, path).send().expect(200).json()["scopes_supported"].clone()
}

#[test]
fn rfc8414_2_scopes_supported_are_those_of_the_apis_and_of_identity() {
    let fixture = Fixture::new();
    let identity = ["email", "offline", "offline_access", "openid", "profile"];
    let expected = |more: &[&str]| {
        let mut all = [&identity[..], &["read", "write"], more].concat();
        all.sort_unstable();
        json!(all)
    };
    assert_eq!(scopes(&fixture), expected(&[]));
    let other = fixture.admin.api("https://other.example", &["read", "berths:list"]);
    assert_eq!(scopes(&fixture), expected(&["berths:list"]));
    let path = format!("/resource-servers/{}", other["id"].as_str().unwrap());
    fixture.admin.act(&format!("{path}/suspend"));
    assert_eq!(scopes(&fixture), expected(&[]), "no token is given for a suspended API");
    fixture.admin.act(&format!("{path}/activate"));
    assert_eq!(scopes(&fixture), expected(&["berths:list"]));
}

#[test]
fn a_realm_without_people_lists_the_scopes_of_its_apis() {
    let fixture = Fixture::with("fyma");
    assert_eq!(scopes(&fixture), json!(["read", "write"]));
}

#[test]
fn rfc7009_2_2_a_revocation_is_answered_with_an_empty_json_object() {
    let fixture = Fixture::new();
    let machine = fixture.admin.machine(&json!({"name": "machine"}), API);
    let grant = [("grant_type", "client_credentials"), ("resource", API)];
    let ask = || post(&fixture.base, "/token").basic(&machine.id, &machine.secret);
    let token = ask().form(&grant).send().expect(200).json();
    for token in [token["access_token"].as_str().unwrap(), "unknown"] {
        let revoke = post(&fixture.base, "/revoke").basic(&machine.id, &machine.secret);
        let answer = revoke.form(&[("token", token)]).send().expect(200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.text(), "{}");
    }
}

#[test]
fn a_dialect_may_say_that_a_revocation_has_no_body() {
    let realm = crate::harness::realm::Realm::new("own.toml");
    let own = "name = \"own\"\ndescription = \"Ours\"\n[[endpoint]]\n\
               operation = \"revocation\"\n[endpoint.success]\nbody = \"\"\n";
    std::fs::write(realm.folder.path().join("own.toml"), own).unwrap();
    let admin = realm.admin();
    let fixture = Fixture::serve(realm, admin);
    let machine = fixture.admin.machine(&json!({"name": "machine"}), API);
    let revoke = post(&fixture.base, "/revoke").basic(&machine.id, &machine.secret);
    let answer = revoke.form(&[("token", "unknown")]).send().expect(200);
    assert_eq!((answer.text(), answer.header("content-type")), ("", None));
}
