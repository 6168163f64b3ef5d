//! Decoding requests: where parameters come from, and which requests are refused.

use crate::support::{FORM, JSON, Try, basic, builtin};
use oauth::{Parameter as P, Problem};

const TOKEN: &str = "/token";

fn form(body: &str) -> Try<'_> {
    Try::post(TOKEN, FORM, body)
}

#[test]
fn rfc6749_4_4_2_a_form_with_basic_is_read() {
    let header = basic("cli%3Aent:s%2Bcret");
    let request = form("grant_type=client_credentials&scope=a+b%20c&extra=1")
        .with(&header)
        .decode(&builtin("rfc"))
        .unwrap();
    assert_eq!(request.parameters.value(P::GrantType), Some("client_credentials"));
    assert_eq!(request.parameters.value(P::Scope), Some("a b c"));
    assert_eq!(request.parameters.names().count(), 2, "unknown parameters are ignored");
    let basic = request.basic.unwrap();
    assert_eq!((basic.id.as_str(), basic.secret.expose()), ("cli:ent", "s+cret"));
}

#[test]
fn rfc6749_3_2_a_parameter_without_value_is_absent() {
    let rfc = builtin("rfc");
    let request = form("grant_type=x&scope=&audience").decode(&rfc).unwrap();
    assert_eq!(request.parameters.names().collect::<Vec<_>>(), [P::GrantType]);
    for body in ["scope=&scope=b", "scope=b&scope=", "scope&scope=b&sc%6fpe="] {
        let request = form(body).decode(&rfc).unwrap();
        assert_eq!(request.parameters.value(P::Scope), Some("b"), "{body}: omitted, not repeated");
    }
    let body = r#"{"clientId":null,"clientId":"a","refreshToken":""}"#;
    let request = Try::post(TOKEN, JSON, body).decode(&builtin("speculo")).unwrap();
    assert_eq!(request.parameters.value(P::ClientId), Some("a"));
    assert_eq!(request.parameters.value(P::RefreshToken), None);
}

#[test]
fn rfc6749_3_2_an_unknown_parameter_is_ignored_whatever_its_escapes() {
    for unknown in ["utm_campaign=50%off", "foo=%e4", "%e4=1", "%=%", "a=1&a=2", "x=%ff&x=%"] {
        let body = format!("{unknown}&grant_type=x&{unknown}");
        let request = form(&body).decode(&builtin("rfc")).unwrap();
        assert_eq!(request.parameters.names().collect::<Vec<_>>(), [P::GrantType], "{unknown}");
    }
    let bytes = Try { body: b"foo=\xe4&\xff=1&grant_type=x", ..form("") };
    assert!(bytes.decode(&builtin("rfc")).is_ok());
    let query = Try::post("/oauth2/token/refresh?utm=50%off&client_id=c", FORM, "refresh_token=r");
    let request = query.decode(&builtin("spendesk")).unwrap();
    assert_eq!(request.parameters.value(P::ClientId), Some("c"));
}

#[test]
fn rfc8707_2_resource_may_come_several_times() {
    let rfc = builtin("rfc");
    let read = |body: &str| {
        let request = form(body).decode(&rfc)?;
        let values = request.parameters.values(P::Resource).map(str::to_owned);
        Ok::<_, oauth::ErrorResponse>(values.collect::<Vec<_>>())
    };
    assert_eq!(read("resource=a&resource=&resource=b&resource=a").unwrap(), ["a", "b"]);
    assert_eq!(read(&"resource=a&".repeat(100)).unwrap(), ["a"]);
    let many: Vec<String> = (0..17).map(|n| format!("resource=r{n}")).collect();
    assert_eq!(read(&many[..16].join("&")).unwrap().len(), 16);
    let refused = read(&many.join("&")).unwrap_err();
    assert_eq!(refused.description, "The parameter resource came too often.");
    assert_eq!(read("resource=a&resource=%zz").unwrap_err().problem, Problem::InvalidRequest);
}

#[test]
fn rfc6749_3_2_a_repeated_parameter_is_invalid_request() {
    let rfc = builtin("rfc");
    let speculo = builtin("speculo");
    let fyma = builtin("fyma");
    let cases = [
        (&rfc, form("scope=a&grant_type=x&scope=b")),
        (&rfc, form("scope=a&sc%6Fpe=a")),
        (&speculo, Try::post(TOKEN, JSON, r#"{"clientId":"a","clientId":"a"}"#)),
        (&speculo, Try::post(TOKEN, JSON, r#"{"clientId":"a","client\u0049d":"b"}"#)),
        (&fyma, Try::post("/oauth/token", FORM, "audience=a&audience=a")),
    ];
    for (dialect, case) in cases {
        let (problem, description) = case.refused(dialect);
        assert_eq!(problem, Problem::InvalidRequest, "{case:?}");
        assert!(description.contains("more than once"), "{description}");
    }
}

#[test]
fn rfc6749_2_3_a_client_authenticates_in_one_way() {
    let rfc = builtin("rfc");
    let header = basic("a:b");
    for body in ["client_secret=b", "client_id=a&client_secret=b", "client_id=c"] {
        let (problem, _) = form(body).with(&header).refused(&rfc);
        assert_eq!(problem, Problem::InvalidRequest, "{body}");
    }
    let bearer = Try::post("/introspect", FORM, "token=t&client_id=a&client_secret=b");
    assert_eq!(bearer.with("Bearer x").refused(&rfc).0, Problem::InvalidRequest);
}

#[test]
fn rfc6749_3_2_1_a_client_id_beside_the_header_only_identifies() {
    let header = basic("a:b");
    let request = form("client_id=a").with(&header).decode(&builtin("rfc")).unwrap();
    assert_eq!(request.basic.unwrap().id, "a");
    assert_eq!(request.parameters.value(P::ClientId), None);
}

#[test]
fn a_doubled_authorization_header_is_invalid_request() {
    let header = basic("a:b");
    let case = form("grant_type=x").with(&header).with(&header);
    assert_eq!(case.refused(&builtin("rfc")).0, Problem::InvalidRequest);
    let case = form("grant_type=x").with("Unknown a").with("Unknown b");
    assert_eq!(case.refused(&builtin("rfc")).0, Problem::InvalidRequest);
}

#[test]
fn rfc7617_2_a_malformed_basic_header_is_invalid_client() {
    let no_colon = basic("abc");
    let not_utf8 = basic(b"a:\xff");
    let broken_escape = basic("a:100%");
    let mut long = basic("a:b".repeat(20_000));
    for header in
        ["Basic", "Basic ", "basic !!!", "Basic YTpi=", &no_colon, &not_utf8, &broken_escape, &long]
    {
        let case = form("grant_type=x").with(header);
        assert_eq!(case.refused(&builtin("rfc")).0, Problem::InvalidClient, "{header}");
    }
    long.clear();
    let case = Try { authorization: vec![b"Basic \xff\xfe"], ..form("grant_type=x") };
    assert_eq!(case.refused(&builtin("rfc")).0, Problem::InvalidClient);
}

#[test]
fn unknown_schemes_are_ignored() {
    let rfc = builtin("rfc");
    for header in ["Digest x", "Bearer x", "nonsense", ""] {
        let request = form("grant_type=x").with(header).decode(&rfc).unwrap();
        assert!(request.basic.is_none() && request.bearer.is_none(), "{header}");
    }
    let speculo = builtin("speculo");
    let header = basic("a:b");
    let body = r#"{"clientId":"c","refreshToken":"r"}"#;
    let request = Try::post(TOKEN, JSON, body).with(&header).decode(&speculo).unwrap();
    assert!(request.basic.is_none());
}

#[test]
fn rfc7662_2_1_introspection_may_be_authorized_by_a_bearer_token() {
    for (header, expected) in [("Bearer abc", "abc"), ("bEARER   abc", "abc"), ("Bearer", "")] {
        let case = Try::post("/introspect", FORM, "token=t").with(header);
        let request = case.decode(&builtin("rfc")).unwrap();
        assert_eq!(request.bearer.unwrap().expose(), expected);
        assert_eq!(request.parameters.value(P::Token), Some("t"));
    }
    let case = Try { authorization: vec![b"Bearer \xff"], ..form("") };
    let case = Try { target: "/introspect", ..case };
    assert_eq!(case.refused(&builtin("rfc")).0, Problem::InvalidToken);
}

#[test]
fn basic_parts_are_decoded_as_the_dialect_says() {
    // RFC 6749 §2.3.1 decodes; `either` takes a part literally where no form encoder could have
    // written it.
    for (pair, form_reads, either_reads) in [
        ("a:b%2Bc", Some("b+c"), "b+c"),
        ("a:b+c", Some("b c"), "b+c"),
        ("a:b+c%20d", Some("b c d"), "b c d"),
        ("a:100%", None, "100%"),
        ("a:x:y", Some("x:y"), "x:y"),
    ] {
        let header = basic(pair);
        let rfc = form("").with(&header).decode(&builtin("rfc")).ok();
        let secret = rfc.and_then(|r| Some(r.basic?.secret.expose().to_owned()));
        assert_eq!(secret.as_deref(), form_reads, "{pair} as a form");
        let case = Try::post("/auth/token", None, "").with(&header);
        let request = case.decode(&builtin("spendesk")).unwrap();
        assert_eq!(request.basic.unwrap().secret.expose(), either_reads, "{pair} as either");
    }
}

#[test]
fn white_space_in_credentials_reaches_the_engine_unchanged() {
    let body = r#"{"clientId":" client_1\n","refreshToken":"rt_live_x\r\n "}"#;
    let request = Try::post(TOKEN, JSON, body).decode(&builtin("speculo")).unwrap();
    assert_eq!(request.parameters.value(P::ClientId), Some(" client_1\n"));
    assert_eq!(request.parameters.value(P::RefreshToken), Some("rt_live_x\r\n "));
    let header = basic("a: b\n");
    let request = Try::post("/auth/token", None, "").with(&header).decode(&builtin("spendesk"));
    assert_eq!(request.unwrap().basic.unwrap().secret.expose(), " b\n");
}

#[test]
fn json_values_of_another_type_are_named() {
    let speculo = builtin("speculo");
    for (value, kind) in [
        ("7", "a number"),
        ("-7", "a number"),
        ("7.5", "a number"),
        ("true", "a boolean"),
        ("[\"x\"]", "an array"),
        ("{\"x\":[1,{}]}", "an object"),
    ] {
        let body = format!(r#"{{"clientId":{value}}}"#);
        let (problem, description) = Try::post(TOKEN, JSON, &body).refused(&speculo);
        assert_eq!(problem, Problem::InvalidRequest);
        assert_eq!(description, format!("The parameter clientId must be a string, not {kind}."));
    }
    let body = r#"{"clientId":null,"refreshToken":"r","other":{"a":[1,2.5,null,true,"x"]}}"#;
    let request = Try::post(TOKEN, JSON, body).decode(&speculo).unwrap();
    assert_eq!(request.parameters.value(P::ClientId), None);
    assert_eq!(request.parameters.value(P::RefreshToken), Some("r"));
}

#[test]
fn rfc8259_what_is_not_a_json_object_is_invalid_request() {
    let deep = format!(r#"{{"x":{}{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
    let bodies: &[&[u8]] = &[
        b"{",
        b"null",
        b"[]",
        b"\"a\"",
        b"{\"clientId\":\"a\"} x",
        b"{\"clientId\":\"a\",}",
        b"{clientId:\"a\"}",
        b"{\"clientId\":\"\xff\"}",
        b"{\"other\":\"\xff\"}",
        b"{\"clientId\":\"\\ud800\"}",
        b"\xef\xbb\xbf{\"clientId\":\"a\"}",
        b"\0",
        deep.as_bytes(),
    ];
    for body in bodies {
        let case = Try { body, ..Try::post(TOKEN, JSON, "") };
        assert_eq!(case.refused(&builtin("speculo")).0, Problem::InvalidRequest, "{case:?}");
    }
}

#[test]
fn rfc6749_appendix_b_a_broken_form_is_invalid_request() {
    let bodies: &[&[u8]] = &[
        b"scope=%",
        b"scope=%4",
        b"scope=%zz",
        b"scope=%ff",
        b"scope=\xff",
        b"grant_type=a&sco%70e=%e4",
        b"\xef\xbb\xbfgrant_type=a",
    ];
    for body in bodies {
        let case = Try { body, ..form("") };
        assert_eq!(case.refused(&builtin("rfc")).0, Problem::InvalidRequest, "{case:?}");
    }
    let request = form("&&grant_type=a=b&").decode(&builtin("rfc")).unwrap();
    assert_eq!(request.parameters.value(P::GrantType), Some("a=b"));
}

#[test]
fn a_value_over_8_kib_is_invalid_request() {
    let rfc = builtin("rfc");
    let longest = format!("grant_type={}", "a".repeat(8 * 1024));
    assert!(form(&longest).decode(&rfc).is_ok());
    let longer = format!("{longest}a");
    let (problem, description) = form(&longer).refused(&rfc);
    assert_eq!(problem, Problem::InvalidRequest);
    assert_eq!(description, "The parameter grant_type is too long.");
}

#[test]
fn rfc9110_15_5_16_another_media_type_is_unsupported() {
    let rfc = builtin("rfc");
    for content_type in [
        None,
        JSON,
        Some(""),
        Some("text/plain"),
        Some("application/x-www-form-urlencoded; charset=utf-16"),
        Some("multipart/form-data; boundary=x"),
    ] {
        let case = Try::post(TOKEN, content_type, "grant_type=a");
        assert_eq!(case.refused(&rfc).0, Problem::UnsupportedMediaType, "{content_type:?}");
    }
    for content_type in [
        "APPLICATION/X-WWW-FORM-URLENCODED",
        "application/x-www-form-urlencoded; charset=\"UTF-8\"",
        "application/x-www-form-urlencoded;x=y",
    ] {
        assert!(Try::post(TOKEN, Some(content_type), "grant_type=a").decode(&rfc).is_ok());
    }
    let case = Try::post(TOKEN, FORM, "clientId=a");
    let (problem, description) = case.refused(&builtin("speculo"));
    assert_eq!(problem, Problem::UnsupportedMediaType);
    assert_eq!(description, "The body must be application/json.");
}

#[test]
fn spendesk_needs_no_body_beside_basic_and_reads_one_where_there_is() {
    let spendesk = builtin("spendesk");
    let header = basic("key_1:secret");
    for content_type in [None, JSON, FORM, Some("text/plain")] {
        let case = Try::post("/v1/auth/token", content_type, "").with(&header);
        let request = case.decode(&spendesk).unwrap();
        assert_eq!(request.parameters.value(P::GrantType), Some("client_credentials"));
        assert_eq!(request.basic.unwrap().id, "key_1");
    }
    let body = r#"{"grant_type":"client_credentials","scope":"user:read"}"#;
    let request = Try::post("/auth/token", JSON, body).with(&header).decode(&spendesk).unwrap();
    assert_eq!(request.parameters.value(P::Scope), Some("user:read"));
}

#[test]
fn speculo_fixes_the_grant_type_whatever_is_sent() {
    let body = r#"{"clientId":"c","refreshToken":"r","grant_type":"password"}"#;
    let request = Try::post(TOKEN, JSON, body).decode(&builtin("speculo")).unwrap();
    assert_eq!(request.parameters.value(P::GrantType), Some("refresh_token"));
}

#[test]
fn the_query_is_not_read_where_the_dialect_does_not_say_so() {
    let case = Try::post("/token?grant_type=a&client_secret=%zz", FORM, "scope=a");
    let request = case.decode(&builtin("rfc")).unwrap();
    assert_eq!(request.parameters.names().collect::<Vec<_>>(), [P::Scope]);
}

#[test]
fn debug_of_a_request_shows_no_value() {
    let header = basic("id:hunter2");
    let request = form("scope=hunter2").with(&header).decode(&builtin("rfc")).unwrap();
    assert!(!format!("{request:?}").contains("hunter2"));
    let harbour = crate::support::harbour();
    let values = crate::support::found(&harbour, "PUT", "/harbours/hunter2/passes").1;
    assert!(!format!("{values:?}").contains("hunter2"));
}
