//! A dialect that is written only in TOML and differs from the built-in ones.

use std::time::Duration;

use dialect::{Environment, IdentifierKind, Route, SecretShape};
use domain::{Algorithm, CredentialKind};
use oauth::{ErrorResponse, Introspection, Parameter as P, Problem, Reply};

use crate::support::{CONTEXT, JSON, Try, basic, found, harbour, text, token_reply};

const PASSES: &str = "/harbours/h%C3%A9l%2Fder/passes?key=se%20cret&other=1";

#[test]
fn a_token_request_is_read_from_path_query_and_json() {
    let body = r#"{"may":"moor unload"}"#;
    for target in [PASSES, "/quays/h%C3%A9l%2Fder/passes/?k=se+cret"] {
        let case = Try { method: "PUT", ..Try::post(target, JSON, body) };
        let request = case.decode(&harbour()).unwrap();
        let value = |parameter| request.parameters.value(parameter);
        assert_eq!(value(P::GrantType), Some("client_credentials"));
        assert_eq!(value(P::ClientId), Some("hél/der"));
        assert_eq!(value(P::ClientSecret), Some("se cret"));
        assert_eq!(value(P::Scope), Some("moor unload"));
        assert_eq!(value(P::Audience), Some("https://quay.example"), "the default");
        assert!(request.basic.is_none());
    }
}

#[test]
fn invalid_requests_are_refused_as_in_the_other_dialects() {
    let put = |target| Try { method: "PUT", ..Try::post(target, JSON, "{}") };
    for target in [
        "/quays/t/passes?key=a&k=b",
        "/quays/t/passes?key=a&key=a",
        "/quays/t/passes?key=%zz",
        "/quays/%ff/passes?key=a",
    ] {
        assert_eq!(put(target).refused(&harbour()).0, Problem::InvalidRequest, "{target}");
    }
    let harbour = harbour();
    assert!(matches!(harbour.route("POST", "/quays/t/passes"), Route::MethodNotAllowed { .. }));
    assert!(matches!(harbour.route("PUT", "/quays//passes"), Route::NotFound));
    assert!(matches!(harbour.route("PUT", "/quays/a/b/passes"), Route::NotFound));
    assert!(matches!(harbour.route("PUT", "/quays/{tenant}"), Route::NotFound));
}

#[test]
fn basic_carries_parameters_where_the_dialect_says_so() {
    let header = basic("look%20out:s");
    let case = Try::post("/passes/look", JSON, r#"{"pass":"t"}"#).with(&header);
    let request = case.decode(&harbour()).unwrap();
    assert_eq!(request.parameters.value(P::ClientId), Some("look out"));
    assert_eq!(request.parameters.value(P::ClientSecret), Some("s"));
    assert!(request.basic.is_none());
}

#[test]
fn a_token_answer_is_nested_computed_and_202() {
    let harbour = harbour();
    let (endpoint, _) = found(&harbour, "PUT", "/harbours/t/passes");
    let outgoing = harbour.encode(endpoint, &Reply::Token(Box::new(token_reply())), &CONTEXT);
    assert_eq!(outgoing.status, 202);
    assert_eq!(outgoing.header("x-berth"), Some("client_1; harbour"));
    assert_eq!(
        text(&outgoing),
        r#"{"pass":{"text":"a.b.c","kind":"Pass","seconds":3600},"may":["contacts.read","contacts.write"],"holder":"org_1 by client_1","of":["client_1","org_1",7,true]}"#
    );
    let nobody = oauth::TokenReply { organization: None, ..token_reply() };
    let outgoing = harbour.encode(endpoint, &Reply::Token(Box::new(nobody)), &CONTEXT);
    assert!(text(&outgoing).ends_with(r#""of":["client_1",7,true]}"#), "{}", text(&outgoing));
    assert!(!text(&outgoing).contains("holder"));
}

#[test]
fn introspection_uses_its_own_names() {
    let harbour = harbour();
    let (endpoint, _) = found(&harbour, "POST", "/passes/look");
    let reply = Introspection {
        active: true,
        scope: Some("a b".to_owned()),
        client_id: Some("c".to_owned()),
        exp: Some(9),
        ..Introspection::default()
    };
    let outgoing = harbour.encode(endpoint, &Reply::Introspection(Box::new(reply)), &CONTEXT);
    let expected = r#"{"active":true,"may":["a","b"],"holder":"c","until":9}"#;
    assert_eq!(text(&outgoing), expected);
}

#[test]
fn errors_are_nested_and_differ_by_problem_and_endpoint() {
    let harbour = harbour();
    let fails = |problem, path| {
        let endpoint = (!path_is_unknown(path)).then(|| found(&harbour, "POST", path).0);
        harbour.encode_error(endpoint, &ErrorResponse::new(problem, "why"), &CONTEXT)
    };
    let away = fails(Problem::InvalidClient, "");
    assert_eq!((away.status, away.header("www-authenticate")), (403, None));
    assert_eq!(
        text(&away),
        r#"{"problem":{"name":"turned_away","text":"No berth.","trace":["req_7"],"status":403}}"#
    );
    assert_eq!(away.header("content-type"), Some("application/problem+json"));
    assert_eq!(away.header("x-problem"), Some("true"));

    let look = fails(Problem::InvalidClient, "/passes/look");
    assert_eq!(look.status, 401);
    let challenge = "Harbour realm=\"https://auth.example\"";
    assert_eq!(look.header("www-authenticate"), Some(challenge));
    assert_eq!(look.header("x-problem"), Some("true"));

    let ours = fails(Problem::ServerError, "/passes/look");
    assert_eq!((ours.status, text(&ours)), (500, "the harbour is closed (req_7)"));
    assert_eq!(ours.header("content-type"), Some("text/plain"));
    let nothing = fails(Problem::NotFound, "");
    assert_eq!((nothing.status, nothing.body.len()), (404, 0));
    assert_eq!(nothing.header("content-type"), None);
}

fn path_is_unknown(path: &str) -> bool {
    path.is_empty()
}

#[test]
fn its_policies_are_its_own_and_the_rest_is_inherited() {
    let harbour = harbour();
    let policy = harbour.access_token();
    assert_eq!(policy.algorithm, Algorithm::EdDSA);
    assert_eq!(policy.lifetime, Some(Duration::from_secs(900)));
    assert_eq!(policy.opaque_prefix, "hbr_pass_");
    let secret = harbour.secret(CredentialKind::ClientSecret, Environment::Test);
    assert_eq!((secret.prefix.as_str(), secret.shape), ("hbr_test_", SecretShape::Checked));
    let secret = harbour.secret(CredentialKind::ApiKey, Environment::Live);
    assert_eq!(secret.prefix, "ak_live_");
    assert_eq!(harbour.identifier_prefix(IdentifierKind::Organization), "harbour-");
    assert_eq!(harbour.identifier_prefix(IdentifierKind::User), "user_");
    assert_eq!(harbour.endpoint(oauth::Operation::Token).unwrap().body_limit(), 16_384);
    assert!(matches!(harbour.route("POST", "/revoke"), Route::Found { .. }));
}
