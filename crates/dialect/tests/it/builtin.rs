//! Every built-in dialect loads and has the endpoints of every realm.

use dialect::{BasicEncoding, Dialect, Route};
use oauth::{ClientAuthMethod, GrantType, Operation};

#[test]
fn every_shipped_dialect_loads_under_its_own_name() {
    let names: Vec<&str> = Dialect::builtin_names().collect();
    assert_eq!(names, ["rfc", "speculo", "spendesk", "spiko", "fyma", "speckle"]);
    for name in names {
        let file = format!("{}/dialects/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(file).unwrap();
        let dialect =
            Dialect::parse(&format!("{name}.toml"), &text).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(dialect.name(), name);
        assert!(Dialect::builtin(name).is_some());
    }
    assert!(Dialect::builtin("harbour").is_none());
}

#[test]
fn every_realm_serves_metadata_keys_introspection_and_revocation() {
    for name in Dialect::builtin_names() {
        let dialect = Dialect::builtin(name).unwrap();
        for (method, path, operation) in [
            ("GET", "/.well-known/oauth-authorization-server", Operation::Metadata),
            ("GET", "/.well-known/openid-configuration", Operation::Metadata),
            ("GET", "/jwks.json", Operation::Jwks),
            ("HEAD", "/.well-known/jwks.json", Operation::Jwks),
            ("POST", "/introspect", Operation::Introspection),
            ("POST", "/revoke", Operation::Revocation),
        ] {
            let Route::Found { endpoint, .. } = dialect.route(method, path) else {
                panic!("{name} has no {path}");
            };
            assert_eq!(endpoint.operation(), operation, "{name} {path}");
        }
    }
}

#[test]
fn pages_may_call_what_apps_without_a_secret_need() {
    for name in Dialect::builtin_names() {
        let dialect = Dialect::builtin(name).unwrap();
        let codes = dialect.grant_types().contains(&GrantType::AuthorizationCode);
        for endpoint in dialect.endpoints() {
            let public = endpoint.client_auth_methods().contains(&ClientAuthMethod::None);
            let what = format!("{name} {:?}", endpoint.paths());
            match endpoint.operation() {
                Operation::Token if public && codes => assert!(endpoint.cors(), "{what}"),
                Operation::Token if endpoint.cors() => assert!(codes, "{what}"),
                Operation::Metadata | Operation::Jwks | Operation::UserInfo => {
                    assert!(endpoint.cors(), "{what}");
                }
                Operation::Introspection => assert!(!endpoint.cors(), "{what}"),
                _ => {}
            }
        }
    }
    for name in ["rfc", "spiko", "speckle"] {
        let dialect = Dialect::builtin(name).unwrap();
        let revocation = dialect.endpoint(Operation::Revocation).unwrap();
        assert!(revocation.cors(), "{name}");
    }
}

#[test]
fn rfc9110_15_5_6_a_wrong_method_gets_the_allowed_methods() {
    let dialect = Dialect::builtin("spendesk").unwrap();
    for path in ["/auth/token", "/v0/auth/token", "/v1/auth/token"] {
        assert!(matches!(dialect.route("POST", path), Route::Found { .. }), "{path}");
        let Route::MethodNotAllowed { allow } = dialect.route("GET", path) else {
            panic!("{path}")
        };
        assert_eq!(allow, ["POST"]);
    }
    for path in ["/v2/auth/token", "/auth/token/", "/", "", "/auth", "//auth/token"] {
        assert!(matches!(dialect.route("POST", path), Route::NotFound), "{path}");
    }
}

#[test]
fn credentials_are_presented_at_the_apis_as_documented() {
    let presentation_of = |name: &str| {
        let dialect = Dialect::builtin(name).unwrap();
        let it = dialect.presentation();
        assert_eq!((it.schemes.as_slice(), it.headers.len()), (&["Bearer".to_owned()][..], 0));
        (it.basic, it.bare)
    };
    assert_eq!(presentation_of("rfc"), (None, false));
    assert_eq!(presentation_of("speculo"), (None, false));
    assert_eq!(presentation_of("spendesk"), (None, false), "its keys are exchanged first");
    assert_eq!(presentation_of("spiko"), (Some(BasicEncoding::Form), false));
    assert_eq!(presentation_of("fyma"), (Some(BasicEncoding::Plain), false), "legacy tokens");
    assert_eq!(presentation_of("speckle"), (None, true), "the word Bearer may be missing");
}
