//! What `Authorization` headers hold, and which errors they cause.

use base::encoding::base64;
use http::HeaderValue;

use super::*;

const ALL: Schemes = Schemes { basic: Some(BasicEncoding::Plain), bare: true };

fn headers(values: &[&[u8]]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
    }
    headers
}

fn read(schemes: Schemes, value: &str) -> Result<String, Rejection> {
    let presented = schemes.read(&headers(&[value.as_bytes()]))?.unwrap();
    Ok(match presented {
        Presented::Bearer(token) => format!("bearer {}", token.expose()),
        Presented::Basic { id, secret } => format!("basic {id} {}", secret.expose()),
    })
}

fn basic(pair: &str) -> String {
    format!("Basic {}", base64(pair))
}

#[test]
fn rfc9110_11_1_schemes_are_case_insensitive() {
    for scheme in ["Bearer", "bearer", "BEARER", "Bearer  "] {
        assert_eq!(
            read(Schemes::default(), &format!("{scheme} a.b-c_d~e+f/g==")).unwrap(),
            "bearer a.b-c_d~e+f/g=="
        );
    }
    assert_eq!(
        read(ALL, &basic("id:se:cret").replace("Basic", "bAsIc")).unwrap(),
        "basic id se:cret"
    );
}

#[test]
fn no_header_is_no_credential_and_two_are_refused() {
    assert!(ALL.read(&HeaderMap::new()).unwrap().is_none());
    let twice = ALL.read(&headers(&[b"Bearer abc", b"Bearer abc"]));
    assert_eq!(twice.unwrap_err(), Rejection::RepeatedHeader);
}

#[test]
fn each_fault_has_its_own_error() {
    for (value, expected) in [
        ("Bearer".to_owned(), AuthorizationHeaderError::Empty),
        ("Bearer abc def".to_owned(), AuthorizationHeaderError::WhiteSpace),
        ("Bearer abc\tdef".to_owned(), AuthorizationHeaderError::WhiteSpace),
        ("Bearer \"abc\"".to_owned(), AuthorizationHeaderError::NotAToken),
        ("Bearer <abc>".to_owned(), AuthorizationHeaderError::NotAToken),
        ("Bearer a,b".to_owned(), AuthorizationHeaderError::NotAToken),
        (format!("Bearer {}", "x".repeat(MAX_CREDENTIAL)), AuthorizationHeaderError::TooLong),
        ("Basic".to_owned(), AuthorizationHeaderError::Empty),
        ("Basic %%%".to_owned(), AuthorizationHeaderError::NotBase64),
        (format!("Basic {}", base64([0xFF, b':', b'a'])), AuthorizationHeaderError::NotUtf8),
        (basic("id"), AuthorizationHeaderError::NoColon),
        (basic(":secret"), AuthorizationHeaderError::Empty),
        (basic("id:secret\n"), AuthorizationHeaderError::WhiteSpace),
        (basic(" id:secret"), AuthorizationHeaderError::WhiteSpace),
    ] {
        assert_eq!(read(ALL, &value), Err(Rejection::MalformedHeader(expected)), "{value:.40}");
    }
    let not_utf8 = ALL.read(&headers(&[b"Bearer a\xFFb"]));
    assert_eq!(
        not_utf8.unwrap_err(),
        Rejection::MalformedHeader(AuthorizationHeaderError::NotAscii)
    );
}

#[test]
fn schemes_that_are_not_accepted_are_refused() {
    let bearer_only = Schemes::default();
    assert_eq!(read(bearer_only, &basic("a:b")), Err(Rejection::UnsupportedScheme));
    assert_eq!(read(bearer_only, "Negotiate"), Err(Rejection::UnsupportedScheme));
    assert_eq!(read(ALL, "Digest username=a"), Err(Rejection::UnsupportedScheme));
    let forgotten = Rejection::MalformedHeader(AuthorizationHeaderError::NoScheme);
    assert_eq!(read(bearer_only, "eyJhbGciOiJFUzI1NiJ9.e30.AA"), Err(forgotten));
    assert_eq!(read(ALL, "0123456789abcdef").unwrap(), "bearer 0123456789abcdef");
}

#[test]
fn rfc6749_2_3_1_form_encoded_parts_are_decoded_only_where_asked() {
    let form = Schemes { basic: Some(BasicEncoding::Form), bare: false };
    assert_eq!(read(form, &basic("a%3Ab:c%2Bd+e")).unwrap(), "basic a:b c+d e");
    assert_eq!(read(ALL, &basic("a%3Ab:c%2Bd+e")).unwrap(), "basic a%3Ab c%2Bd+e");
    assert_eq!(
        read(form, &basic("a:%FF")),
        Err(Rejection::MalformedHeader(AuthorizationHeaderError::NotUtf8))
    );
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!("{:?}", ALL.read(&headers(&[basic("id:hunter2").as_bytes()])));
    assert!(shown.contains("id") && !shown.contains("hunter2"), "{shown}");
    let shown = format!("{:?}", ALL.read(&headers(&[b"Bearer hunter2"])));
    assert!(!shown.contains("hunter2"), "{shown}");
}
