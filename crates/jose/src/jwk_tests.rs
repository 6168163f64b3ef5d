//! Tests of reading, writing and naming public keys.

use super::*;

const P256: &str = r#"{"kty":"EC","crv":"P-256",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

fn parse(json: &str) -> Result<Jwk, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

fn with(member: &str) -> String {
    P256.replace('}', &format!(",{member}}}"))
}

#[test]
fn rfc7638_3_1_thumbprint_of_the_example() {
    let key = parse(
        r#"{"kty":"RSA","e":"AQAB","alg":"RS256","kid":"2011-04-29","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"}"#,
    )
    .unwrap();
    assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    assert_eq!(key.kid.as_deref(), Some("2011-04-29"));
}

#[test]
fn rfc8037_a_3_thumbprint_of_the_example() {
    let key =
        parse(r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#)
            .unwrap();
    assert_eq!(key.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn json_round_trip_names_use_and_algorithm() {
    let key = parse(&with(r#""kid":"a""#)).unwrap();
    let json = serde_json::to_value(&key).unwrap();
    assert_eq!(json["use"], "sig");
    assert_eq!(json["alg"], "ES256");
    assert_eq!(json["kid"], "a");
    assert!(json.get("d").is_none() && json.get("key_ops").is_none());
    assert_eq!(serde_json::from_value::<Jwk>(json).unwrap(), key);
}

#[test]
fn private_members_are_refused_not_dropped() {
    let private = JwkError::Private.to_string();
    assert!(parse(&with(r#""d":"AAAA""#)).unwrap_err().starts_with(&private));
    assert!(parse(r#"{"kty":"oct","k":"AAAA"}"#).unwrap_err().starts_with(&private));
}

#[test]
fn a_key_for_another_purpose_or_algorithm_is_refused() {
    for (member, reason) in [
        (r#""use":"enc""#, JwkError::NotForSignatures),
        (r#""key_ops":["deriveKey"]"#, JwkError::NotForSignatures),
        (r#""alg":"ES384""#, JwkError::AlgorithmMismatch),
        (r#""alg":"HS256""#, JwkError::AlgorithmMismatch),
    ] {
        assert!(parse(&with(member)).unwrap_err().starts_with(&reason.to_string()), "{member}");
    }
    assert!(parse(&with(r#""use":"sig","key_ops":["verify"],"x5t":"unknown""#)).is_ok());
}

#[test]
fn unsupported_and_malformed_keys_say_which() {
    for (json, reason) in [
        (r#"{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}"#, JwkError::UnsupportedKind),
        (r#"{"kty":"oct"}"#, JwkError::UnsupportedKind),
        (r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#, JwkError::Member("x")),
        (r#"{"kty":"OKP","crv":"Ed25519"}"#, JwkError::Member("x")),
        (r#"{"kty":"RSA","e":"AQAB","n":"=="}"#, JwkError::Member("n")),
        (r#"{"kty":"RSA","e":"AQAB","n":"AQAB"}"#, JwkError::UnfitRsa),
    ] {
        assert!(parse(json).unwrap_err().starts_with(&reason.to_string()), "{json}");
    }
}

#[test]
fn rsa_exponent_one_or_even_is_refused_and_sign_bytes_are_trimmed() {
    let n = [&[0, 0x80][..], &[0; 254], &[1]].concat();
    assert_eq!(rsa(&n, &[1]), Err(JwkError::UnfitRsa));
    assert_eq!(rsa(&n, &[2]), Err(JwkError::UnfitRsa));
    let Ok(Material::Rsa { n, e }) = rsa(&n, &[0, 1, 0, 1]) else { panic!("a fit key") };
    assert_eq!((n.len(), e), (256, vec![1, 0, 1]));
}
