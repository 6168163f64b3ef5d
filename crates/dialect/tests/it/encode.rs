//! Responses: bodies, statuses and headers.

use dialect::Dialect;
use oauth::{
    ErrorResponse, Introspection, Metadata, Problem, Quota, QuotaWindow, Reply, TokenReply,
};
use serde_json::{Value, json};

use crate::support::{CONTEXT, builtin, found, text, token_reply};

fn token(dialect: &Dialect, path: &str, reply: TokenReply) -> (dialect::Outgoing, Value) {
    let (endpoint, _) = found(dialect, "POST", path);
    let outgoing = dialect.encode(endpoint, &Reply::Token(Box::new(reply)), &CONTEXT);
    let body = serde_json::from_slice(&outgoing.body).unwrap();
    (outgoing, body)
}

fn fails(name: &str, path: &str, failure: &ErrorResponse) -> dialect::Outgoing {
    let dialect = builtin(name);
    let (endpoint, _) = found(&dialect, "POST", path);
    dialect.encode_error(Some(endpoint), failure, &CONTEXT)
}

#[test]
fn rfc6749_5_1_a_token_response_has_the_names_of_the_rfc_and_is_not_cacheable() {
    let (outgoing, body) = token(&builtin("rfc"), "/token", token_reply());
    assert_eq!(
        body,
        json!({"access_token": "a.b.c", "token_type": "Bearer", "expires_in": 3600,
               "scope": "contacts.read contacts.write"})
    );
    assert_eq!(outgoing.status, 200);
    assert_eq!(outgoing.header("content-type"), Some("application/json"));
    assert_eq!(outgoing.header("cache-control"), Some("no-store"));
    assert_eq!(outgoing.header("pragma"), Some("no-cache"));
    assert_eq!(outgoing.header("x-request-id"), Some("req_7"));
}

#[test]
fn absent_values_omit_their_member() {
    let reply = TokenReply {
        expires_in: None,
        scope: "".parse().unwrap(),
        refresh_token: Some(base::Secret::new("rt")),
        id_token: None,
        ..token_reply()
    };
    let (_, body) = token(&builtin("rfc"), "/token", reply);
    let expected = json!({"access_token": "a.b.c", "token_type": "Bearer", "refresh_token": "rt"});
    assert_eq!(body, expected);
}

#[test]
fn speculo_answers_in_camel_case_with_the_scopes_twice_and_no_expiry() {
    let reply = TokenReply { expires_in: None, ..token_reply() };
    let (outgoing, _) = token(&builtin("speculo"), "/token", reply);
    assert_eq!(
        text(&outgoing),
        r#"{"accessToken":"a.b.c","tokenType":"Bearer","scope":"contacts.read contacts.write","scopes":["contacts.read","contacts.write"]}"#
    );
}

#[test]
fn spendesk_and_spiko_name_the_type_each_in_its_case() {
    let (_, body) = token(&builtin("spendesk"), "/v1/auth/token", token_reply());
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(3600)));
    let (_, body) = token(&builtin("spiko"), "/oauth2/token", token_reply());
    assert_eq!(body["token_type"], json!("bearer"));
}

#[test]
fn fyma_writes_its_quota_header_on_success_and_when_it_is_spent() {
    let window = |limit, remaining, resets_in| Some(QuotaWindow { limit, remaining, resets_in });
    let client = Quota { per_hour: window(10, 7, 3540), per_day: window(50, 47, 43200) };
    let reply = TokenReply { client_quota: Some(client), ..token_reply() };
    let (outgoing, _) = token(&builtin("fyma"), "/oauth/token", reply);
    assert_eq!(
        outgoing.header("auth0-client-quota-limit"),
        Some("b=per_hour;q=10;r=7;t=3540,b=per_day;q=50;r=47;t=43200")
    );
    assert_eq!(outgoing.header("auth0-organization-quota-limit"), None);

    let spent = Quota { per_hour: None, per_day: window(50, 0, 43200) };
    let failure = ErrorResponse {
        client_quota: Some(client),
        organization_quota: Some(spent),
        ..ErrorResponse::new(Problem::BudgetSpent, "No tokens left today.")
    };
    let outgoing = fails("fyma", "/oauth/token", &failure);
    assert_eq!(outgoing.status, 429);
    assert_eq!(
        outgoing.header("auth0-organization-quota-limit"),
        Some("b=per_day;q=50;r=0;t=43200")
    );
    assert!(outgoing.header("auth0-client-quota-limit").is_some());
    assert_eq!(outgoing.header("retry-after"), Some("43200"));
}

#[test]
fn rfc6750_3_a_challenge_names_scope_and_metadata_but_no_error_without_a_token() {
    let dialect = builtin("rfc");
    let challenge = |failure: ErrorResponse| {
        let outgoing = dialect.encode_error(None, &failure, &CONTEXT);
        outgoing.header("www-authenticate").map(str::to_owned)
    };
    let wanted = |problem| ErrorResponse {
        scope: Some("a b".to_owned()),
        resource_metadata: Some("https://api.example/x".to_owned()),
        ..ErrorResponse::new(problem, ".")
    };
    let realm = "Bearer realm=\"https://auth.example\"";
    let wants = "scope=\"a b\", resource_metadata=\"https://api.example/x\"";
    assert_eq!(challenge(ErrorResponse::new(Problem::NoCredential, ".")), Some(realm.to_owned()));
    for (problem, error) in [
        (Problem::NoCredential, ""),
        (Problem::InvalidToken, ", error=\"invalid_token\""),
        (Problem::InsufficientScope, ", error=\"insufficient_scope\""),
    ] {
        assert_eq!(challenge(wanted(problem)), Some(format!("{realm}{error}, {wants}")));
    }
    assert_eq!(challenge(wanted(Problem::AccessDenied)), None);
    let quoted = ErrorResponse {
        scope: Some("a\", error=\"".to_owned()),
        ..ErrorResponse::new(Problem::NoCredential, ".")
    };
    assert_eq!(challenge(quoted), Some(realm.to_owned()), "the quotes cannot be escaped");
}

#[test]
fn rfc9110_11_6_1_the_challenge_of_an_api_names_what_its_callers_present() {
    let challenge = |own: &str, problem, at_endpoint: bool| {
        let file = format!("name = \"own\"\ndescription = \"d\"\n{own}");
        let dialect = Dialect::parse("own.toml", &file).unwrap();
        let endpoint = dialect.endpoints().first().filter(|_| at_endpoint);
        let failure = ErrorResponse {
            scope: Some("a".to_owned()),
            resource_metadata: Some("https://api.example/x".to_owned()),
            ..ErrorResponse::new(problem, ".")
        };
        let outgoing = dialect.encode_error(endpoint, &failure, &CONTEXT);
        outgoing.header("www-authenticate").map(str::to_owned)
    };
    let basic = "[presentation]\nschemes = []\nbasic = \"plain\"\n";
    let metadata = "resource_metadata=\"https://api.example/x\"";
    let of_basic = format!("Basic realm=\"https://auth.example\", {metadata}");
    for problem in [Problem::NoCredential, Problem::InvalidToken] {
        assert_eq!(challenge(basic, problem, false), Some(of_basic.clone()));
    }
    assert_eq!(challenge(basic, Problem::InsufficientScope, false), None);
    let at_endpoint = challenge(basic, Problem::InvalidToken, true).unwrap();
    assert!(at_endpoint.starts_with("Bearer "), "RFC 6750 holds at endpoints: {at_endpoint}");

    let own = format!("[errors]\nchallenge = 'Basic realm=\"the API\"'\n{basic}");
    let expected = format!("Basic realm=\"the API\", {metadata}");
    assert_eq!(challenge(&own, Problem::NoCredential, false), Some(expected));

    let token = "[presentation]\nschemes = [\"Token\", \"Bearer\"]\n";
    let expected = format!(
        "Token realm=\"https://auth.example\", error=\"invalid_token\", scope=\"a\", {metadata}"
    );
    assert_eq!(challenge(token, Problem::InvalidToken, false), Some(expected));

    let own = "[errors.problems.no_credential]\nchallenge = 'Key'\n";
    let expected = format!("Key scope=\"a\", {metadata}");
    assert_eq!(challenge(own, Problem::NoCredential, false), Some(expected));
}

#[test]
fn retry_after_is_the_known_wait_in_seconds() {
    let failure = ErrorResponse { wait: Some(17), ..ErrorResponse::new(Problem::RateLimited, ".") };
    assert_eq!(fails("rfc", "/token", &failure).header("retry-after"), Some("17"));
}

#[test]
fn rfc9110_10_2_3_temporary_problems_have_retry_after() {
    for problem in Problem::ALL {
        let outgoing = fails("rfc", "/token", &ErrorResponse::new(*problem, "."));
        let passes = matches!(outgoing.status, 429 | 503);
        assert_eq!(outgoing.header("retry-after").is_some(), passes, "{problem:?}");
    }
}

#[test]
fn rfc6749_5_2_every_401_has_a_challenge_and_no_error_is_cacheable() {
    for name in Dialect::builtin_names() {
        let dialect = builtin(name);
        for endpoint in dialect.endpoints() {
            for problem in Problem::ALL {
                let failure = ErrorResponse::new(*problem, "x");
                let outgoing = dialect.encode_error(Some(endpoint), &failure, &CONTEXT);
                let challenged = outgoing.header("www-authenticate").is_some();
                // RFC 6750 §3.1: what a token lacks is said so, too.
                let due = outgoing.status == 401 || *problem == Problem::InsufficientScope;
                assert_eq!(challenged, due, "{name} {problem:?}");
                assert_eq!(outgoing.header("cache-control"), Some("no-store"));
                assert_eq!(outgoing.header("pragma"), Some("no-cache"));
                assert_eq!(outgoing.header("x-request-id"), Some("req_7"));
            }
        }
    }
    let outgoing = fails("rfc", "/token", &ErrorResponse::new(Problem::InvalidClient, "x"));
    let basic = "Basic realm=\"https://auth.example\"";
    assert_eq!(outgoing.header("www-authenticate"), Some(basic));
    // RFC 6750 §3.1 for the protected resource that introspects with a bearer token.
    let outgoing = fails("rfc", "/introspect", &ErrorResponse::new(Problem::InvalidToken, "x"));
    let bearer = "Bearer realm=\"https://auth.example\", error=\"invalid_token\"";
    assert_eq!(outgoing.header("www-authenticate"), Some(bearer));
}

#[test]
fn rfc7662_2_2_introspection_has_the_names_of_the_rfc_in_every_dialect() {
    let reply = Introspection {
        active: true,
        scope: Some("a b".to_owned()),
        client_id: Some("c".to_owned()),
        exp: Some(7),
        aud: Some("api".to_owned()),
        iss: Some("https://auth.example".to_owned()),
        jti: Some("j".to_owned()),
        ..Introspection::default()
    };
    for name in Dialect::builtin_names() {
        let dialect = builtin(name);
        let (endpoint, _) = found(&dialect, "POST", "/introspect");
        let answer = Reply::Introspection(Box::new(reply.clone()));
        let outgoing = dialect.encode(endpoint, &answer, &CONTEXT);
        let back: Introspection = serde_json::from_slice(&outgoing.body).unwrap();
        assert_eq!(back, reply, "{name}");
        let inactive = Reply::Introspection(Box::default());
        let outgoing = dialect.encode(endpoint, &inactive, &CONTEXT);
        assert_eq!(text(&outgoing), r#"{"active":false}"#, "{name}");
    }
}

#[test]
fn rfc7009_2_2_revocation_answers_200_with_an_empty_object_unless_the_dialect_says_otherwise() {
    let own = "name = \"own\"\ndescription = \"Ours\"\n[[endpoint]]\n\
               operation = \"revocation\"\n[endpoint.success]\nbody = \"\"\n";
    let own = dialect::Dialect::parse("own.toml", own).unwrap();
    let json = Some("application/json");
    for (dialect, body, content_type) in [(builtin("rfc"), "{}", json), (own, "", None)] {
        let (endpoint, _) = found(&dialect, "POST", "/revoke");
        let outgoing = dialect.encode(endpoint, &Reply::Revoked, &CONTEXT);
        assert_eq!((outgoing.status, text(&outgoing)), (200, body));
        assert_eq!(outgoing.header("content-type"), content_type);
        assert_eq!(outgoing.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn keys_and_metadata_are_cacheable() {
    let rfc = builtin("rfc");
    let (endpoint, _) = found(&rfc, "GET", "/jwks.json");
    let outgoing = rfc.encode(endpoint, &Reply::Jwks(r#"{"keys":[]}"#.to_owned()), &CONTEXT);
    assert_eq!(text(&outgoing), r#"{"keys":[]}"#);
    assert_eq!(outgoing.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(outgoing.header("pragma"), None);

    let metadata = Metadata { issuer: "https://auth.example".to_owned(), ..Metadata::default() };
    let (endpoint, _) = found(&rfc, "GET", "/.well-known/oauth-authorization-server");
    let outgoing = rfc.encode(endpoint, &Reply::Metadata(Box::new(metadata.clone())), &CONTEXT);
    assert_eq!(serde_json::from_slice::<Metadata>(&outgoing.body).unwrap(), metadata);
}

#[test]
fn rfc9110_15_5_6_method_not_allowed_has_an_allow_header() {
    let outgoing = builtin("fyma").encode_method_not_allowed(&["POST", "PUT"], &CONTEXT);
    assert_eq!(outgoing.status, 405);
    assert_eq!(outgoing.header("allow"), Some("POST, PUT"));
}

#[test]
fn rfc8259_7_texts_are_escaped() {
    let nasty = "a \"b\" \\ c\n\r\t\u{1}\u{7f} é \u{2028} 🦀 </script>";
    let failure = ErrorResponse::new(Problem::InvalidRequest, nasty);
    for name in Dialect::builtin_names() {
        let outgoing = builtin(name).encode_error(None, &failure, &CONTEXT);
        let body: Value = serde_json::from_slice(&outgoing.body).unwrap();
        assert!(body.to_string().contains(&json!(nasty).to_string()), "{name}: {body}");
    }
}

#[test]
fn header_values_are_visible_ascii_whatever_a_placeholder_holds() {
    let context = dialect::Context { request_id: "a\r\nset-cookie: b", issuer: "https://é\n" };
    let failure = ErrorResponse::new(Problem::InvalidClient, "x");
    let outgoing = builtin("rfc").encode_error(None, &failure, &context);
    for (name, value) in &outgoing.headers {
        assert!(value.bytes().all(|b| matches!(b, b' '..=b'~')), "{name}: {value:?}");
    }
}

#[test]
fn debug_of_a_response_shows_no_token() {
    let (outgoing, _) = token(&builtin("rfc"), "/token", token_reply());
    assert!(!format!("{outgoing:?}").contains("a.b.c"));
}

#[test]
fn the_issuer_has_a_slash_at_its_end_where_the_dialect_wants_one() {
    for base in ["http://127.0.0.1:8084", "http://127.0.0.1:8084/"] {
        assert_eq!(builtin("fyma").issuer(base), "http://127.0.0.1:8084/");
        assert_eq!(builtin("rfc").issuer(base), "http://127.0.0.1:8084");
    }
}
