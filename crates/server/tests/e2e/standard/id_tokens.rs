//! What ID tokens are signed with (OpenID Connect Core §15.1, Discovery §3, Registration §2).

use serde_json::{Value, json};

use super::{API, Fixture, text};
use crate::harness::http::get;
use crate::harness::jwt;
use crate::harness::realm::Realm;

fn metadata(base: &str) -> Value {
    get(base, "/.well-known/openid-configuration").send().expect(200).json()
}

fn algorithms(base: &str) -> Value {
    metadata(base)["id_token_signing_alg_values_supported"].clone()
}

/// The algorithms of the published keys.
fn published(base: &str) -> Vec<String> {
    let keys = get(base, "/jwks.json").send().expect(200).json();
    let mut all: Vec<_> =
        keys["keys"].as_array().unwrap().iter().map(|it| text(it, "alg")).collect();
    all.sort();
    all
}

#[test]
fn openid_core_15_1_id_tokens_are_rs256_and_access_tokens_stay_es256() {
    let fixture = Fixture::new();
    assert_eq!(algorithms(&fixture.base), json!(["RS256", "ES256"]));
    // One of them is the next key.
    assert_eq!(published(&fixture.base), ["ES256", "ES256", "RS256"]);
    let app = fixture.app(json!({}));
    let tokens = fixture.connected(&app, &[("scope", "openid read")]);
    let (id_token, access) = (text(&tokens, "id_token"), text(&tokens, "access_token"));
    assert_eq!(jwt::parts(&id_token).0["alg"], "RS256");
    assert_eq!(jwt::parts(&id_token).0["typ"], "JWT");
    jwt::check(&fixture.base, &id_token, &app.id);
    assert_eq!(jwt::parts(&access).0["alg"], "ES256");
    jwt::check(&fixture.base, &access, API);
    // The hint of a sign-out is read again.
    let hint = format!("/end-session?id_token_hint={id_token}");
    get(&fixture.base, &hint).send().expect(200);
}

#[test]
fn openid_registration_2_a_client_chooses_among_the_realms_algorithms() {
    let fixture = Fixture::new();
    let app = fixture.app(json!({"id_token_signed_response_alg": "ES256"}));
    let id_token = |more: &[(&str, &str)]| {
        let asked = [&[("scope", "openid read")], more].concat();
        text(&fixture.connected(&app, &asked), "id_token")
    };
    let signed = id_token(&[]);
    assert_eq!(jwt::parts(&signed).0["alg"], "ES256");
    jwt::check(&fixture.base, &signed, &app.id);
    let path = format!("/clients/{}", app.id);
    let change = |alg: &str| {
        let body = json!({"id_token_signed_response_alg": alg});
        fixture.admin.call("PATCH", &path, Some(&body))
    };
    for other in ["EdDSA", "HS256", "none", "ES512", "rs256"] {
        let refused = change(other).expect(400);
        assert!(refused.text().contains("id_token_signed_response_alg"), "{}", refused.text());
        assert!(refused.text().contains("RS256"), "it says which: {}", refused.text());
    }
    assert_eq!(change("RS256").expect(200).json()["id_token_signed_response_alg"], "RS256");
    assert_eq!(jwt::parts(&id_token(&[])).0["alg"], "RS256");
    assert_eq!(change("").expect(200).json()["id_token_signed_response_alg"], Value::Null);
    assert_eq!(jwt::parts(&id_token(&[])).0["alg"], "RS256");
    // An algorithm that the realm begins to sign with may be chosen.
    let api = json!({"identifier": "https://ed.example", "name": "Ed", "scopes": [],
        "tokens": {"algorithm": "EdDSA"}});
    fixture.admin.create("/resource-servers", &api);
    assert_eq!(algorithms(&fixture.base), json!(["RS256", "ES256", "EdDSA"]));
    change("EdDSA").expect(200);
    assert_eq!(jwt::parts(&id_token(&[])).0["alg"], "EdDSA");
}

#[test]
fn a_realm_that_exists_gets_its_key_at_the_next_start() {
    let realm = Realm::new("own.toml");
    let own = "name = \"own\"\ndescription = \"Ours\"\n";
    let file = realm.folder.path().join("own.toml");
    std::fs::write(&file, format!("{own}grant_types = [\"client_credentials\"]\n")).unwrap();
    let admin = realm.admin();
    let fixture = Fixture::serve(realm, admin);
    assert_eq!(published(&fixture.base), ["ES256", "ES256"]);
    let Fixture { server, admin, base } = fixture;
    let folder = server.end();
    std::fs::write(folder.path().join("own.toml"), own).unwrap();
    let server = crate::harness::Server::serve(folder, &base);
    let fixture = Fixture { server, admin, base };
    // One of them is the next key.
    assert_eq!(published(&fixture.base), ["ES256", "ES256", "RS256"]);
    let app = fixture.app(json!({}));
    let id_token = text(&fixture.connected(&app, &[("scope", "openid")]), "id_token");
    assert_eq!(jwt::parts(&id_token).0["alg"], "RS256");
    jwt::check(&fixture.base, &id_token, &app.id);
}
