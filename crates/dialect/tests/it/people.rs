//! Requests of the flows with users: what is read, and from where.

use dialect::{Dialect, Endpoint, Route};
use oauth::pkce::ChallengeMethod;
use oauth::{GrantType, Operation, Parameter as P, Problem, Request};

use crate::support::{CONTEXT, FORM, JSON, Try, basic, builtin, found, harbour, text, token_reply};

fn get(target: &str) -> Try<'_> {
    Try { method: "GET", ..Try::post(target, None, "") }
}

fn values(request: &Request, wanted: &[(P, &str)]) {
    for (parameter, value) in wanted {
        assert_eq!(request.parameters.value(*parameter), Some(*value), "{parameter}");
    }
    assert_eq!(request.parameters.names().count(), wanted.len(), "{request:?}");
}

#[test]
fn rfc6749_4_1_1_an_authorization_request_is_its_query() {
    let target = "/authorize?response_type=code&client_id=c&redirect_uri=https%3A%2F%2Fa.example\
                  %2Fcb&scope=a+b%20c&state=%00%26&code_challenge=x&code_challenge_method=S256\
                  &nonce=n&prompt=login&max_age=1&login_hint=h&response_mode=query&request=r\
                  &request_uri=u&audience=au&resource=re&organization=o&id_token_hint=i&other=1";
    let wanted = [
        (P::ResponseType, "code"),
        (P::ClientId, "c"),
        (P::RedirectUri, "https://a.example/cb"),
        (P::Scope, "a b c"),
        (P::State, "\0&"),
        (P::CodeChallenge, "x"),
        (P::CodeChallengeMethod, "S256"),
        (P::Nonce, "n"),
        (P::Prompt, "login"),
        (P::MaxAge, "1"),
        (P::LoginHint, "h"),
        (P::ResponseMode, "query"),
        (P::RequestObject, "r"),
        (P::RequestUri, "u"),
        (P::Audience, "au"),
        (P::Resource, "re"),
        (P::Organization, "o"),
        (P::IdTokenHint, "i"),
    ];
    let rfc = builtin("rfc");
    let header = basic("a:b");
    values(&get(target).with(&header).decode(&rfc).unwrap(), &wanted);
    // The body is the form of a page. It holds none of the app's parameters.
    let form = "client_id=evil&redirect_uri=evil&csrf=x&decision=allow";
    values(&Try::post(target, FORM, form).decode(&rfc).unwrap(), &wanted);
}

#[test]
fn rfc6749_4_1_2_1_errors_of_an_authorization_request_are_left_to_the_engine() {
    let (rfc, long) = (builtin("rfc"), "s".repeat(9_000));
    for (query, parameter, text) in [
        ("state=a&state=a", P::State, "The parameter state came more than once."),
        ("state=a&state=b", P::State, "The parameter state came more than once."),
        ("state=%ff", P::State, "The parameter state is not percent-encoded UTF-8."),
        ("client_id=%", P::ClientId, "The parameter client_id is not percent-encoded UTF-8."),
        (&format!("state={long}"), P::State, "The parameter state is too long."),
    ] {
        let target = format!("/authorize?nonce=n&{query}&foo=%e4");
        let request = get(&target).decode(&rfc).unwrap();
        values(&request, &[(P::Nonce, "n")]);
        let errors: Vec<_> =
            request.parameters.errors().map(|(it, why)| (it, why.to_string())).collect();
        assert_eq!(errors, [(parameter, text.to_owned())], "{query}");
    }
    // In a path, too.
    let speckle = builtin("speckle");
    let request = get("/authn/verify/app/%ff").decode(&speckle).unwrap();
    assert!(request.parameters.error(P::CodeChallenge).is_some(), "{request:?}");
}

#[test]
fn spendesk_asks_people_under_every_prefix() {
    let spendesk = builtin("spendesk");
    for prefix in ["", "/v0", "/v1"] {
        let target = format!("{prefix}/oauth2/authorize?client_id=c&state=s");
        let request = get(&target).decode(&spendesk).unwrap();
        values(&request, &[(P::ClientId, "c"), (P::State, "s")]);
        assert_eq!(request.operation, Operation::Authorization);
    }
}

#[test]
fn spendesk_exchanges_and_refreshes_in_each_published_shape() {
    let spendesk = builtin("spendesk");
    let body = r#"{"client_id":"c","client_secret":"s","code":"x","code_verifier":"v",
        "grant_type":"authorization_code","redirect_uri":"https://a.example/cb"}"#;
    let request = Try::post("/v1/oauth2/token/create", JSON, body).decode(&spendesk).unwrap();
    let client = [(P::ClientId, "c"), (P::ClientSecret, "s")];
    let code = [
        (P::Code, "x"),
        (P::CodeVerifier, "v"),
        (P::GrantType, "authorization_code"),
        (P::RedirectUri, "https://a.example/cb"),
    ];
    values(&request, &[&client[..], &code[..]].concat());

    let in_body = r#"{"grant_type":"refresh_token","refresh_token":"r","client_id":"c",
        "client_secret":"s"}"#;
    let alone = r#"{"refresh_token":"r"}"#;
    let typed = r#"{"grant_type":"refresh_token","refresh_token":"r"}"#;
    let refresh = [(P::GrantType, "refresh_token"), (P::RefreshToken, "r")];
    for (target, content_type, body) in [
        ("/oauth2/token/refresh?client_id=c&client_secret=s", JSON, alone),
        ("/v0/oauth2/token/refresh?client_id=c&client_secret=s", JSON, typed),
        ("/v1/oauth2/token/refresh", JSON, in_body),
        ("/oauth2/token/refresh", FORM, "refresh_token=r&client_id=c&client_secret=s"),
        // One widely used client sends its refresh requests to the code exchange endpoint.
        ("/oauth2/token/create", JSON, in_body),
    ] {
        let request = Try::post(target, content_type, body).decode(&spendesk).unwrap();
        values(&request, &[&client[..], &refresh[..]].concat());
    }
    // Some clients send their id in both parts. That is harmless while both are the same.
    let same = Try::post("/oauth2/token/refresh?client_id=c&client_secret=s", JSON, in_body);
    values(&same.decode(&spendesk).unwrap(), &[&client[..], &refresh[..]].concat());
    for query in ["client_id=", "client_secret=&client_id=c", "client_id=&client_id=c&x=%"] {
        let target = format!("/oauth2/token/refresh?{query}");
        let request = Try::post(&target, JSON, in_body).decode(&spendesk).unwrap();
        values(&request, &[&client[..], &refresh[..]].concat());
    }
    for query in ["client_id=d", "client_secret=x", "client_id=c&client_id=c"] {
        let target = format!("/oauth2/token/refresh?{query}");
        let other = Try::post(&target, JSON, in_body);
        assert_eq!(other.refused(&spendesk).0, Problem::InvalidRequest, "{query}");
    }
    let secret_in_query = Try::post("/oauth2/token/create?client_secret=s", JSON, alone);
    values(&secret_in_query.decode(&spendesk).unwrap(), &[(P::RefreshToken, "r")]);
}

#[test]
fn each_token_endpoint_has_its_own_grants_and_defaults() {
    let spendesk = builtin("spendesk");
    for (path, grant, taken) in [
        ("/auth/token", "client_credentials", true),
        ("/auth/token", "authorization_code", false),
        ("/auth/token", "refresh_token", false),
        ("/auth/token", "password", false),
        ("/oauth2/token/create", "authorization_code", true),
        ("/oauth2/token/create", "refresh_token", true),
        ("/oauth2/token/create", "client_credentials", false),
        ("/oauth2/token/refresh", "refresh_token", true),
        ("/oauth2/token/refresh", "client_credentials", false),
        ("/oauth2/token/refresh", "authorization_code", false),
    ] {
        let body = format!("grant_type={grant}");
        let case = Try::post(path, FORM, &body);
        if taken {
            values(&case.decode(&spendesk).unwrap(), &[(P::GrantType, grant)]);
        } else {
            assert_eq!(case.refused(&spendesk).0, Problem::UnsupportedGrantType, "{path} {grant}");
        }
    }
    let none = Try::post("/oauth2/token/create", JSON, "{}").decode(&spendesk).unwrap();
    assert_eq!(none.parameters.value(P::GrantType), None, "the default of another endpoint");
}

#[test]
fn speckle_reads_app_and_challenge_from_the_path() {
    let speckle = builtin("speckle");
    let wanted = [(P::ClientId, "app"), (P::CodeChallenge, "x-_."), (P::ResponseType, "code")];
    for path in [
        "/authn/verify/app/x-_.",
        "/authn/verify/app/x-_./",
        "/authn/verify/app/x%2D_.?client_id=evil&redirect_uri=evil",
        "/authn/verify/app/x-_.&code_challenge_method=S256",
        "/authn/verify/app/x-_.%26code_challenge_method%3DS256",
        "/authn/verify/app/x-_.&code_challenge_method=S256&a&b",
    ] {
        values(&get(path).decode(&speckle).unwrap(), &wanted);
    }
    let cut = get("/authn/verify/app/&x").decode(&speckle).unwrap();
    values(&cut, &[(P::ClientId, "app"), (P::ResponseType, "code")]);
    assert!(matches!(speckle.route("GET", "/authn/verify/app"), Route::NotFound));
    assert!(matches!(speckle.route("GET", "/authn/verify/app/a/b"), Route::NotFound));
}

#[test]
fn speckle_derives_the_grant_type_from_the_parameters() {
    let speckle = builtin("speckle");
    let secret = [(P::ClientId, "a"), (P::ClientSecret, "s"), (P::CodeChallengeMethod, "plain")];
    for path in ["/auth/token", "/auth/token/"] {
        let code = r#"{"appId":"a","appSecret":"s","accessCode":"c","challenge":"x"}"#;
        let request = Try::post(path, JSON, code).decode(&speckle).unwrap();
        let code = [(P::Code, "c"), (P::CodeVerifier, "x"), (P::GrantType, "authorization_code")];
        values(&request, &[&secret[..], &code[..]].concat());
        let refresh = r#"{"appId":"a","appSecret":"s","refreshToken":"r","accessCode":null}"#;
        let request = Try::post(path, JSON, refresh).decode(&speckle).unwrap();
        let refresh = [(P::RefreshToken, "r"), (P::GrantType, "refresh_token")];
        values(&request, &[&secret[..], &refresh[..]].concat());
        let both = r#"{"refreshToken":"r","accessCode":"c"}"#;
        let (problem, why) = Try::post(path, JSON, both).refused(&speckle);
        assert_eq!(problem, Problem::InvalidRequest);
        assert_eq!(why, "The request has both refresh_token and code.");
        let neither = Try::post(path, JSON, "{}").decode(&speckle).unwrap();
        assert_eq!(neither.parameters.value(P::GrantType), None);
    }
    let public = r#"{"appId":"a","accessCode":"c","codeVerifier":"v","appSecret":"ignored"}"#;
    let request = Try::post("/oauth/token", JSON, public).decode(&speckle).unwrap();
    values(
        &request,
        &[
            (P::ClientId, "a"),
            (P::Code, "c"),
            (P::CodeVerifier, "v"),
            (P::CodeChallengeMethod, "S256"),
            (P::GrantType, "authorization_code"),
        ],
    );
    assert!(matches!(speckle.route("POST", "/oauth/token/"), Route::NotFound));
}

#[test]
fn speckle_answers_with_token_and_refresh_token_and_refuses_with_401() {
    let speckle = builtin("speckle");
    let reply =
        || oauth::TokenReply { refresh_token: Some(base::Secret::new("r")), ..token_reply() };
    for path in ["/auth/token", "/auth/token/", "/oauth/token"] {
        let endpoint = found(&speckle, "POST", path).0;
        let reply = oauth::Reply::Token(Box::new(reply()));
        let outgoing = speckle.encode(endpoint, &reply, &CONTEXT);
        assert_eq!(text(&outgoing), r#"{"token":"a.b.c","refreshToken":"r"}"#);
        for problem in [Problem::InvalidGrant, Problem::InvalidRequest, Problem::InvalidClient] {
            let failure = oauth::ErrorResponse::new(problem, "why");
            let outgoing = speckle.encode_error(Some(endpoint), &failure, &CONTEXT);
            assert_eq!((outgoing.status, text(&outgoing)), (401, r#"{"err":"why"}"#));
            let challenge = "Bearer realm=\"https://auth.example\"";
            assert_eq!(outgoing.header("www-authenticate"), Some(challenge));
        }
        for (problem, status) in [
            (Problem::ServerError, 500),
            (Problem::RateLimited, 429),
            (Problem::UnsupportedMediaType, 415),
        ] {
            let failure = oauth::ErrorResponse::new(problem, "why");
            let outgoing = speckle.encode_error(Some(endpoint), &failure, &CONTEXT);
            assert_eq!((outgoing.status, text(&outgoing)), (status, r#"{"err":"why"}"#));
        }
    }
}

#[test]
fn the_holder_of_the_tokens_may_revoke_them() {
    let speckle = builtin("speckle");
    let body = r#"{"token":"t","refreshToken":"r"}"#;
    let request = Try::post("/auth/logout", JSON, body).decode(&speckle).unwrap();
    assert!(request.possession);
    values(&request, &[(P::Token, "t"), (P::RefreshToken, "r")]);
    let endpoint = found(&speckle, "POST", "/auth/logout").0;
    let outgoing = speckle.encode(endpoint, &oauth::Reply::Revoked, &CONTEXT);
    assert_eq!((outgoing.status, text(&outgoing)), (200, r#"{"message":"You are signed out."}"#));
    let failure = oauth::ErrorResponse::new(Problem::InvalidClient, "why");
    let outgoing = speckle.encode_error(Some(endpoint), &failure, &CONTEXT);
    assert_eq!((outgoing.status, text(&outgoing)), (400, r#"{"err":"why"}"#));
    // Everywhere else a client authenticates.
    let others = Dialect::builtin_names().map(|name| {
        let case = Try::post("/revoke", FORM, "token=t");
        (name, case.decode(&builtin(name)).unwrap().possession)
    });
    for (name, possession) in others {
        assert!(!possession, "{name}");
    }
}

#[test]
fn spiko_reads_what_its_clients_send() {
    let spiko = builtin("spiko");
    let target = "/oauth2/auth?client_id=c&redirect_uri=https://a.example/cb&response_type=code\
                  &scope=offline&state=12345678";
    values(
        &get(target).decode(&spiko).unwrap(),
        &[
            (P::ClientId, "c"),
            (P::RedirectUri, "https://a.example/cb"),
            (P::ResponseType, "code"),
            (P::Scope, "offline"),
            (P::State, "12345678"),
        ],
    );
    let header = basic("c%3A:s%2B+");
    let body = "grant_type=refresh_token&refresh_token=r&redirect_uri=https://a.example/cb";
    let request = Try::post("/oauth2/token", FORM, body).with(&header).decode(&spiko).unwrap();
    assert_eq!(request.parameters.value(P::RefreshToken), Some("r"));
    let basic = request.basic.unwrap();
    assert_eq!((&*basic.id, basic.secret.expose()), ("c:", "s+ "));
    assert_eq!((spiko.state_rule().required, spiko.state_rule().min_length), (true, 8));
}

#[test]
fn openid_connect_core_5_3_1_userinfo_is_asked_with_a_bearer_token() {
    for name in ["rfc", "spendesk", "spiko"] {
        let dialect = builtin(name);
        for method in ["GET", "POST"] {
            let case = Try { method, ..Try::post("/userinfo", FORM, "a=b") }.with("Bearer t");
            let request = case.decode(&dialect).unwrap();
            assert_eq!(request.bearer.unwrap().expose(), "t");
            assert_eq!(request.parameters.names().count(), 0);
        }
        let endpoint = found(&dialect, "GET", "/userinfo").0;
        let claims = oauth::Reply::UserInfo(r#"{"sub":"u"}"#.to_owned());
        let outgoing = dialect.encode(endpoint, &claims, &CONTEXT);
        assert_eq!((outgoing.status, text(&outgoing)), (200, r#"{"sub":"u"}"#));
        assert_eq!(outgoing.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn rfc6750_3_a_challenge_names_the_error_of_the_bearer_token() {
    let rfc = builtin("rfc");
    let endpoint = found(&rfc, "GET", "/userinfo").0;
    let realm = "Bearer realm=\"https://auth.example\"";
    for (problem, status, challenge) in [
        (Problem::InvalidClient, 401, realm.to_owned()),
        (Problem::InvalidToken, 401, format!("{realm}, error=\"invalid_token\"")),
        (Problem::InsufficientScope, 403, format!("{realm}, error=\"insufficient_scope\"")),
    ] {
        let failure = oauth::ErrorResponse::new(problem, "why");
        let outgoing = rfc.encode_error(Some(endpoint), &failure, &CONTEXT);
        assert_eq!(outgoing.status, status);
        assert_eq!(outgoing.header("www-authenticate"), Some(&*challenge));
    }
}

#[test]
fn rp_initiated_logout_2_signing_out_is_asked_by_query_or_form() {
    let pairs = "id_token_hint=i&post_logout_redirect_uri=https://a.example/&state=s&client_id=c";
    let wanted = [
        (P::IdTokenHint, "i"),
        (P::PostLogoutRedirectUri, "https://a.example/"),
        (P::State, "s"),
        (P::ClientId, "c"),
    ];
    let target = format!("/end-session?{pairs}");
    values(&get(&target).decode(&builtin("rfc")).unwrap(), &wanted);
    let form = Try::post("/end-session", FORM, pairs);
    values(&form.decode(&builtin("rfc")).unwrap(), &wanted);
    let both = Try::post(&target, FORM, "state=other");
    assert_eq!(both.refused(&builtin("rfc")).0, Problem::InvalidRequest);
}

#[test]
fn endpoints_without_cookies_allow_cors() {
    let open = |dialect: &Dialect| -> Vec<String> {
        let open = dialect.endpoints().iter().filter(|endpoint| endpoint.cors());
        open.flat_map(Endpoint::paths).cloned().collect()
    };
    let public = [
        "/jwks.json",
        "/.well-known/jwks.json",
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
    ];
    for name in ["speculo", "fyma"] {
        assert_eq!(open(&builtin(name)), public, "{name}");
    }
    let mut speckle =
        vec!["/auth/token", "/auth/token/", "/oauth/token", "/revoke", "/auth/logout"];
    speckle.extend(public);
    assert_eq!(open(&builtin("speckle")), speckle);
    for name in Dialect::builtin_names() {
        let dialect = builtin(name);
        let browsers = dialect.endpoints().iter().filter(|it| it.operation().is_for_browsers());
        assert!(browsers.clone().all(|it| !it.cors()), "{name}");
    }
}

#[test]
fn dialects_for_machines_have_no_endpoints_for_users() {
    use Operation::{Authorization, EndSession, UserInfo};
    for (name, served) in [
        ("rfc", [true, true, true]),
        ("speculo", [false, false, false]),
        ("spendesk", [true, true, true]),
        ("spiko", [true, true, true]),
        ("fyma", [false, false, false]),
        ("speckle", [true, false, false]),
    ] {
        let dialect = builtin(name);
        let found = [Authorization, UserInfo, EndSession].map(|it| dialect.endpoint(it).is_some());
        assert_eq!(found, served, "{name}");
        let codes = dialect.grant_types().contains(&GrantType::AuthorizationCode);
        assert_eq!(codes, served[0], "{name}");
    }
    assert!(builtin("fyma").authorization().access_requests);
}

#[test]
fn the_rules_of_the_shipped_dialects() {
    use ChallengeMethod::{Plain, S256};
    use dialect::{OrganizationChoice as O, PkceRequired as R, Rotation};
    for (name, required, methods, default, organization, rotation) in [
        ("rfc", R::Always, &[S256][..], Some(S256), O::Optional, Rotation::Rotating),
        ("spendesk", R::Always, &[S256], Some(S256), O::Required, Rotation::Rotating),
        ("spiko", R::Public, &[S256, Plain], Some(Plain), O::Optional, Rotation::Rotating),
        ("speckle", R::Always, &[S256, Plain], None, O::Never, Rotation::Reusable),
    ] {
        let dialect = builtin(name);
        let pkce = dialect.pkce();
        assert_eq!(
            (pkce.required, &*pkce.methods, pkce.default_method),
            (required, methods, default)
        );
        assert_eq!(dialect.authorization().organization, organization, "{name}");
        assert_eq!(dialect.rotation(), rotation, "{name}");
        let inherits = dialect.inherits();
        assert_eq!((inherits.pkce, inherits.rotation), (name == "rfc", name == "rfc"), "{name}");
    }
    let speckle = builtin("speckle");
    let policy = speckle.authorization();
    assert!(policy.code_single_attempt && policy.scope_change_revokes);
    let spiko = builtin("spiko");
    assert_eq!(spiko.authorization().refresh_scopes.to_string(), "offline offline_access");
}

#[test]
fn harbour_defines_the_authorization_code_flow_in_its_file_alone() {
    let harbour = harbour();
    let target = "/board/s%20s/seal%3Bx?b=https%3A%2F%2Fa.example%2Fcb&word=w&may=moor";
    values(
        &get(target).decode(&harbour).unwrap(),
        &[
            (P::ClientId, "s s"),
            (P::CodeChallenge, "seal"),
            (P::CodeChallengeMethod, "S256"),
            (P::RedirectUri, "https://a.example/cb"),
            (P::State, "w"),
            (P::Scope, "moor"),
            (P::ResponseType, "code"),
            (P::Audience, "https://quay.example"),
        ],
    );
    let body = r#"{"ship":"s","leave":"c","seal":"v","back":"https://a.example/cb"}"#;
    values(
        &Try::post("/ships/passes", JSON, body).decode(&harbour).unwrap(),
        &[
            (P::ClientId, "s"),
            (P::Code, "c"),
            (P::CodeVerifier, "v"),
            (P::RedirectUri, "https://a.example/cb"),
            (P::GrantType, "authorization_code"),
        ],
    );
    let request = Try { method: "DELETE", ..Try::post("/torn/t", None, "") };
    let request = request.decode(&harbour).unwrap();
    assert!(request.possession);
    values(&request, &[(P::Token, "t")]);
}
