//! Redirects to an app: exact locations, their order and their encoding.

use base::Secret;
use dialect::{Dialect, Outgoing};
use oauth::{AuthorizationReply, ErrorResponse, Granted, Operation, Problem};

use crate::support::{CONTEXT, builtin, harbour};

const REDIRECT_URI: &str = "https://app.example/cb";

fn answer(dialect: &Dialect, reply: &AuthorizationReply) -> Outgoing {
    let endpoint = dialect.endpoint(Operation::Authorization).unwrap();
    dialect.encode_authorization(endpoint, reply, &CONTEXT)
}

pub(crate) fn granted(back: &str, state: Option<&str>) -> AuthorizationReply {
    AuthorizationReply {
        redirect_uri: back.parse().unwrap(),
        state: state.map(str::to_owned),
        outcome: Ok(Granted {
            code: Secret::new("co.de_-~"),
            scope: "offline profile:read".parse().unwrap(),
        }),
    }
}

fn failed(problem: Problem, why: &str, state: Option<&str>) -> AuthorizationReply {
    AuthorizationReply {
        outcome: Err(ErrorResponse::new(problem, why)),
        ..granted(REDIRECT_URI, state)
    }
}

pub(crate) fn location(dialect: &Dialect, reply: &AuthorizationReply) -> String {
    answer(dialect, reply).header("location").unwrap().to_owned()
}

#[test]
fn rfc6749_4_1_2_each_dialect_has_its_parameters_in_its_order() {
    let iss = "iss=https%3A%2F%2Fauth.example";
    let code = "code=co.de_-~";
    let scope = "scope=offline%20profile%3Aread";
    for (name, status, expected) in [
        ("rfc", 303, format!("{REDIRECT_URI}?{code}&{scope}&state=xyz&{iss}")),
        ("spendesk", 302, format!("{REDIRECT_URI}?{code}&state=xyz&{iss}")),
        ("spiko", 303, format!("{REDIRECT_URI}?{code}&{scope}&state=xyz&{iss}")),
        ("speckle", 303, format!("{REDIRECT_URI}?access_code=co.de_-~")),
    ] {
        let outgoing = answer(&builtin(name), &granted(REDIRECT_URI, Some("xyz")));
        assert_eq!((outgoing.status, outgoing.header("location")), (status, Some(&*expected)));
    }
    let expected = "https://app.example/cb?word=xyz&may=offline%20profile%3Aread&leave=co.de_-~\
                    &from=quay%20of%20https%3A%2F%2Fauth.example";
    assert_eq!(location(&harbour(), &granted(REDIRECT_URI, Some("xyz"))), expected);
}

#[test]
fn rfc6749_4_1_2_1_a_failure_names_code_description_and_state() {
    let refused = failed(Problem::InvalidScope, "No such scope: \"a\u{e9}\\b\".", Some("s"));
    let rest = "error_description=No%20such%20scope%3A%20%27a%27b%27.&state=s\
                &iss=https%3A%2F%2Fauth.example";
    for name in ["rfc", "spendesk", "spiko"] {
        let expected = format!("{REDIRECT_URI}?error=invalid_scope&{rest}");
        assert_eq!(location(&builtin(name), &refused), expected, "{name}");
    }
    let weak = failed(Problem::InvalidState, "weak", None);
    assert!(location(&builtin("spiko"), &weak).contains("?error=invalid_state&error_description="));
    assert!(location(&builtin("rfc"), &weak).contains("?error=invalid_request&error_description="));
}

#[test]
fn a_problem_may_have_its_own_list_of_parameters() {
    let denied = failed(Problem::AccessDenied, "The person said no.", Some("s"));
    assert_eq!(location(&builtin("speckle"), &denied), format!("{REDIRECT_URI}?denied=true"));
    assert_eq!(location(&harbour(), &denied), format!("{REDIRECT_URI}?sent_away=yes&word=s"));
    let other = failed(Problem::InvalidScope, "why", None);
    assert_eq!(
        location(&harbour(), &other),
        format!("{REDIRECT_URI}?trouble=invalid_scope%3A%20why&trace=req_7")
    );
}

#[test]
fn rfc6749_3_1_2_the_uri_and_its_own_query_stay_unchanged() {
    let end = "word=s&may=offline%20profile%3Aread&leave=co.de_-~";
    for (back, expected) in [
        ("https://a.example", "https://a.example?"),
        ("https://a.example/", "https://a.example/?"),
        ("https://a.example/?", "https://a.example/?"),
        ("https://a.example/cb?a=b", "https://a.example/cb?a=b&"),
        ("https://a.example/cb?a=b&", "https://a.example/cb?a=b&"),
        ("https://a.example/cb?a=%2f+&A=?", "https://a.example/cb?a=%2f+&A=?&"),
        ("HTTPS://A.example:443//x/%7e", "HTTPS://A.example:443//x/%7e?"),
        ("com.example.app:/cb", "com.example.app:/cb?"),
        ("http://127.0.0.1:51004/cb", "http://127.0.0.1:51004/cb?"),
    ] {
        let found = location(&harbour(), &granted(back, Some("s")));
        assert!(found.starts_with(&format!("{expected}{end}")), "{back}: {found}");
    }
}

#[test]
fn a_redirect_uri_with_a_response_parameter_is_detected() {
    let spendesk = builtin("spendesk");
    let endpoint = spendesk.endpoint(Operation::Authorization).unwrap();
    for (query, collides) in [
        ("", false),
        ("?", false),
        ("?a=code&b=state", false),
        ("?code=x", true),
        ("?code", true),
        ("?a=b&state=x", true),
        ("?c%6Fde=x", true),
        ("?error=x", true),
        ("?iss=https://evil.example", true),
        ("?scope=x", false),
        ("?%zz=x", true),
    ] {
        let uri = format!("{REDIRECT_URI}{query}").parse().unwrap();
        assert_eq!(endpoint.collides_with(&uri), collides, "{query}");
    }
    let harbour = harbour();
    let endpoint = harbour.endpoint(Operation::Authorization).unwrap();
    assert!(endpoint.collides_with(&format!("{REDIRECT_URI}?sent_away=no").parse().unwrap()));
}

#[test]
fn parameters_without_value_are_omitted() {
    let mut reply = granted(REDIRECT_URI, None);
    if let Ok(granted) = &mut reply.outcome {
        granted.scope = "".parse().unwrap();
    }
    let expected = format!("{REDIRECT_URI}?code=co.de_-~&iss=https%3A%2F%2Fauth.example");
    assert_eq!(location(&builtin("rfc"), &reply), expected);
}

#[test]
fn rfc9700_4_2_4_redirects_are_not_cacheable_and_send_no_referrer() {
    let reply = granted(REDIRECT_URI, Some("s"));
    for name in ["rfc", "spendesk", "spiko", "speckle"] {
        let outgoing = answer(&builtin(name), &reply);
        assert_eq!(outgoing.header("cache-control"), Some("no-store"));
        assert_eq!(outgoing.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(outgoing.header("x-request-id"), Some("req_7"));
        assert_eq!((outgoing.body.len(), outgoing.header("content-type")), (0, None));
        assert!(!format!("{outgoing:?}").contains("co.de"), "a code in a log");
    }
}

#[test]
fn any_state_stays_one_parameter() {
    for (state, written) in [
        ("a&b=c#d", "a%26b%3Dc%23d"),
        ("a b+c%20", "a%20b%2Bc%2520"),
        ("\r\nSet-Cookie: a=b", "%0D%0ASet-Cookie%3A%20a%3Db"),
        ("\0", "%00"),
        ("é🦀\u{2028}", "%C3%A9%F0%9F%A6%80%E2%80%A8"),
        ("\"'<>\\^`{|}", "%22%27%3C%3E%5C%5E%60%7B%7C%7D"),
        ("state=1&code=2", "state%3D1%26code%3D2"),
    ] {
        let found = location(&builtin("spendesk"), &granted(REDIRECT_URI, Some(state)));
        assert!(found.contains(&format!("&state={written}&iss=")), "{state:?}: {found}");
    }
}

#[test]
fn rfc9207_2_the_endpoint_knows_whether_redirects_name_the_issuer() {
    for (name, named) in [("rfc", true), ("spendesk", true), ("spiko", true), ("speckle", false)] {
        let dialect = builtin(name);
        let endpoint = dialect.endpoint(Operation::Authorization).unwrap();
        assert_eq!(endpoint.names_issuer(), named, "{name}");
        assert!(!dialect.endpoint(Operation::Token).unwrap().names_issuer());
    }
}

#[test]
fn rp_initiated_logout_3_the_state_is_returned() {
    let rfc = builtin("rfc");
    let endpoint = rfc.endpoint(Operation::EndSession).unwrap();
    let back = "https://app.example/bye?a".parse().unwrap();
    for (state, expected) in [
        (Some("a&b"), "https://app.example/bye?a&state=a%26b"),
        (None, "https://app.example/bye?a"),
    ] {
        let outgoing = rfc.encode_signed_out(endpoint, (&back, state), &CONTEXT);
        assert_eq!((outgoing.status, outgoing.header("location")), (303, Some(expected)));
        assert_eq!(outgoing.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn a_reply_of_another_endpoint_is_a_server_error_without_redirect() {
    let rfc = builtin("rfc");
    let token = rfc.endpoint(Operation::Token).unwrap();
    let outgoing = rfc.encode_authorization(token, &granted(REDIRECT_URI, None), &CONTEXT);
    assert_eq!((outgoing.status, outgoing.header("location")), (500, None));
    let asking = rfc.endpoint(Operation::Authorization).unwrap();
    let outgoing = rfc.encode(asking, &oauth::Reply::Revoked, &CONTEXT);
    assert_eq!(outgoing.status, 500);
}
