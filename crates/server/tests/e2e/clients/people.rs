//! Published libraries complete the authorization code flow with all checks of their own. The test
//! plays the user in the browser.

use std::path::Path;

use serde_json::{Value, json};

use super::shop::Shop;
use super::{package, python};

const OPENID: &str = "openid profile email things:read";

fn node(shop: &Shop, library: &str) -> Value {
    let modules = package("POSTERN_TEST_NODE_MODULES");
    let folder = library.replace('_', "-");
    assert!(modules.join(folder).exists(), "run `cargo xtask test`");
    shop.script(Path::new("node"), "node/code_flow.mjs", library)
}

fn in_python(shop: &Shop, library: &str) -> Value {
    shop.script(&python(), "python/code_flow.py", library)
}

fn string<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}"))
}

/// The tokens are active, and refreshing returned others.
fn check_tokens(shop: &Shop, seen: &Value) {
    let (tokens, refreshed) = (&seen["tokens"], &seen["refreshed"]);
    for tokens in [tokens, refreshed] {
        assert!(shop.is_active(string(tokens, "access_token")), "{seen}");
        assert!(string(tokens, "token_type").eq_ignore_ascii_case("Bearer"), "{seen}");
    }
    assert_ne!(string(tokens, "access_token"), string(refreshed, "access_token"));
    assert_ne!(refreshed["refresh_token"], tokens["refresh_token"], "{seen}");
}

/// The ID token and userinfo name the same user, who is ours.
fn check_person(shop: &Shop, seen: &Value) {
    let (claims, person) = (&seen["claims"], &seen["person"]);
    assert_eq!(string(claims, "sub"), string(person, "sub"), "{seen}");
    assert_eq!(string(claims, "sub"), shop.user, "{seen}");
    assert_eq!(string(person, "email"), "ada@example.com");
    assert_eq!(string(person, "name"), "Ada Lovelace");
    assert_eq!(person["email_verified"], true);
}

#[test]
fn openid_client_signs_a_user_in_and_refreshes() {
    let shop = Shop::open("rfc", OPENID);
    let seen = node(&shop, "openid_client");
    check_tokens(&shop, &seen);
    check_person(&shop, &seen);
}

#[test]
fn oauth4webapi_signs_a_user_in_and_refreshes_with_every_answer_checked() {
    let shop = Shop::open("rfc", OPENID);
    let seen = node(&shop, "oauth4webapi");
    assert_eq!(seen["iss"], true, "RFC 9207 is promised, and it checked it");
    check_tokens(&shop, &seen);
    check_person(&shop, &seen);
}

#[test]
fn oauth4webapi_completes_the_flow_of_an_app_without_a_secret() {
    let shop = Shop::public("rfc", "things:read things:write");
    let seen = node(&shop, "oauth4webapi");
    check_tokens(&shop, &seen);
}

#[test]
fn simple_oauth2_completes_code_and_refresh() {
    let shop = Shop::open("rfc", "things:read");
    let seen = node(&shop, "simple_oauth2");
    check_tokens(&shop, &seen);
    assert_eq!(seen["tokens"]["scope"], "things:read");
}

#[test]
fn passport_oauth2_completes_the_flow_with_pkce_and_state() {
    let shop = Shop::open("rfc", "things:read");
    let seen = node(&shop, "passport_oauth2");
    assert!(shop.is_active(string(&seen["tokens"], "access_token")), "{seen}");
    assert!(seen["tokens"]["refresh_token"].is_string());
}

#[test]
fn authlib_signs_a_user_in_and_refreshes() {
    let shop = Shop::open("rfc", OPENID);
    let seen = in_python(&shop, "authlib");
    check_tokens(&shop, &seen);
    check_person(&shop, &seen);
}

#[test]
fn requests_oauthlib_completes_code_and_refresh() {
    let shop = Shop::open("rfc", "things:read things:write");
    let seen = in_python(&shop, "requests_oauthlib");
    check_tokens(&shop, &seen);
}

#[test]
fn node_libraries_complete_the_flow_of_a_realm_that_gives_opaque_tokens_and_wants_a_long_state() {
    let shop = Shop::open("spiko", "offline things:read");
    for library in ["openid_client", "oauth4webapi", "simple_oauth2"] {
        let seen = node(&shop, library);
        check_tokens(&shop, &seen);
        assert_eq!(seen["tokens"]["token_type"], "bearer", "{library}");
        assert_eq!(seen["tokens"]["expires_in"], 3_600, "{library}");
    }
    let seen = node(&shop, "passport_oauth2");
    assert!(shop.is_active(string(&seen["tokens"], "access_token")), "{seen}");
}

#[test]
fn python_libraries_complete_the_flow_of_a_realm_that_gives_opaque_tokens() {
    let shop = Shop::open("spiko", "offline things:read");
    for library in ["authlib", "requests_oauthlib"] {
        let seen = in_python(&shop, library);
        check_tokens(&shop, &seen);
        assert!(string(&seen["tokens"], "refresh_token").starts_with("spiko_rt_"));
    }
}

#[test]
fn simple_oauth2_completes_the_flow_of_a_realm_that_speaks_json_and_answers_201() {
    let shop = Shop::open("spendesk", "things:read");
    let refresh = format!("{}/oauth2/token/refresh", shop.admin.base);
    let shop = shop.reported(json!({"json": true, "refresh_endpoint": refresh}));
    let seen = node(&shop, "simple_oauth2");
    check_tokens(&shop, &seen);
}
