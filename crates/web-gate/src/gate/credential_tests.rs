//! One credential or none, in every form a dialect may name.

use base::encoding::base64;
use engine::GateReason;

use super::*;

fn reader(basic: Option<BasicEncoding>, bare: bool) -> Reader {
    Reader::new(&Presentation {
        schemes: vec!["Bearer".to_owned(), "Token".to_owned()],
        basic,
        bare,
        headers: vec!["x-api-key".to_owned()],
    })
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(*name, value.parse().unwrap());
    }
    headers
}

/// The credential that is read, as text.
fn read(reader: &Reader, pairs: &[(&'static str, &str)]) -> Result<Option<String>, GateReason> {
    let headers = headers(pairs);
    let read = reader.read(&headers)?.map(|carried| match carried.presented() {
        Presented::Token(token) => token.to_owned(),
        Presented::Basic { id, secret } => format!("{id} and {secret}"),
    });
    Ok(read)
}

fn basic(pair: &str) -> String {
    format!("Basic {}", base64(pair))
}

#[test]
fn rfc6750_2_1_a_scheme_is_compared_without_case() {
    let reader = reader(None, false);
    for value in ["Bearer abc", "bearer abc", "BEARER  abc", "Token abc"] {
        assert_eq!(read(&reader, &[("authorization", value)]), Ok(Some("abc".into())), "{value}");
    }
    assert_eq!(read(&reader, &[("x-api-key", "abc")]), Ok(Some("abc".into())));
    assert_eq!(read(&reader, &[]), Ok(None));
    assert_eq!(
        read(&reader, &[("authorization", ""), ("x-api-key", "abc")]),
        Ok(Some("abc".into()))
    );
}

#[test]
fn a_credential_of_an_unknown_form_is_malformed_and_not_absent() {
    let malformed = Err(GateReason::CredentialMalformed("Authorization"));
    let strict = reader(None, false);
    for value in ["abc", "Bearer", "Digest abc", &basic("id:secret"), "Bearerabc"] {
        assert_eq!(read(&strict, &[("authorization", value)]), malformed, "{value}");
    }
    let lenient = reader(Some(BasicEncoding::Plain), true);
    for value in ["bearer", "Basic !!!", "Basic aWQ=", "Digest abc"] {
        assert_eq!(read(&lenient, &[("authorization", value)]), malformed, "{value}");
    }
    assert_eq!(read(&lenient, &[("authorization", "abc")]), Ok(Some("abc".into())));
    let mut latin = HeaderMap::new();
    latin.insert("x-api-key", HeaderValue::from_bytes(b"caf\xe9").unwrap());
    assert!(lenient.read(&latin).is_err());
    let long = format!("Bearer {}", "x".repeat(LONGEST));
    assert_eq!(read(&lenient, &[("authorization", &long)]), malformed);
}

#[test]
fn rfc7617_2_the_first_colon_separates_the_halves_and_form_encoding_is_decoded_if_the_dialect_uses_it()
 {
    let plain = reader(Some(BasicEncoding::Plain), false);
    let form = reader(Some(BasicEncoding::Form), false);
    let both = |pair: &str| {
        let value = basic(pair);
        [&plain, &form].map(|it| read(it, &[("authorization", &value)]).ok().flatten())
    };
    let same = |text: &str| [Some(text.to_owned()), Some(text.to_owned())];
    assert_eq!(both("id:secret"), same("id and secret"));
    assert_eq!(both("id:se:cret"), same("id and se:cret"));
    assert_eq!(both("id:s%2Ft+x"), [Some("id and s%2Ft+x".into()), Some("id and s/t x".into())]);
    assert_eq!(both("id:100%"), [Some("id and 100%".into()), None]);
    assert_eq!(both("no colon"), [None, None]);
}

#[test]
fn rfc6750_2_two_credentials_are_refused_in_any_headers() {
    let reader = reader(Some(BasicEncoding::Plain), true);
    for pairs in [
        [("authorization", "Bearer a"), ("authorization", "Bearer a")],
        [("authorization", "Bearer a"), ("x-api-key", "b")],
        [("x-api-key", "a"), ("x-api-key", "b")],
    ] {
        assert_eq!(read(&reader, &pairs), Err(GateReason::SeveralCredentials), "{pairs:?}");
    }
}
