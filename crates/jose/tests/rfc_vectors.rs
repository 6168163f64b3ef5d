//! The published examples: RFC 7515 appendix A and RFC 8037 appendix A.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

use std::sync::Arc;

use base::encoding::base64url;
use jose::{
    Algorithm, Compact, HeaderError, KeyError, KeySet, SignatureError, Signer, SigningKey,
    TokenError, VerifyError,
};

/// The payload that appendices A.1 to A.3 and A.5 of RFC 7515 share, line ends included.
const JOE: &str =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

const A1_JWK: &str = r#"{"kty":"oct",
    "k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#;
const A1_TAG: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

const A2_JWK: &str = include_str!("vectors/rfc7515_a_2.jwk.json");
const A2_TAG: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

const A3_JWK: &str = r#"{"kty":"EC","crv":"P-256",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    "d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#;
const A3_TAG: &str =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

const ED_JWK: &str = r#"{"kty":"OKP","crv":"Ed25519",
    "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const ED_TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

fn key(jwk: &str) -> SigningKey {
    SigningKey::from_private_jwk(jwk).unwrap()
}

fn verify(key: &SigningKey, token: &str) -> Result<Vec<u8>, VerifyError> {
    let keys = KeySet::from_iter([key.verifying_key().unwrap()]);
    keys.verify(&Compact::parse(token).unwrap()).map(<[u8]>::to_vec)
}

#[test]
fn rfc7515_a_1_hs256() {
    let signed =
        format!("{}.{}", base64url("{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}"), base64url(JOE));
    let key = key(A1_JWK);
    let mut tag = String::new();
    key.sign(signed.as_bytes(), &mut tag).unwrap();
    assert_eq!(tag, A1_TAG);
    assert_eq!(verify(&key, &format!("{signed}.{tag}")).unwrap(), JOE.as_bytes());
}

#[test]
fn rfc7515_a_2_rs256() {
    let key = Arc::new(key(A2_JWK));
    let token = Signer::new(Arc::clone(&key), None).without_kid().sign(JOE.as_bytes()).unwrap();
    assert_eq!(token, format!("eyJhbGciOiJSUzI1NiJ9.{}.{A2_TAG}", base64url(JOE)));
    assert_eq!(verify(&key, &token).unwrap(), JOE.as_bytes());
}

#[test]
fn rfc7515_a_3_es256() {
    let key = Arc::new(key(A3_JWK));
    let token = format!("eyJhbGciOiJFUzI1NiJ9.{}.{A3_TAG}", base64url(JOE));
    assert_eq!(verify(&key, &token).unwrap(), JOE.as_bytes());
    let other = token.replace("A3-E9", "A3-F9").replace("DtEh", "DtEi");
    assert_eq!(verify(&key, &other), Err(VerifyError::Signature(SignatureError::Mismatch)));
    let ours = Signer::new(Arc::clone(&key), None).sign(JOE.as_bytes()).unwrap();
    assert_eq!(verify(&key, &ours).unwrap(), JOE.as_bytes());
}

#[test]
fn rfc7515_a_5_the_unsecured_token_is_refused() {
    let token = format!("eyJhbGciOiJub25lIn0.{}.", base64url(JOE));
    let refused = TokenError::Header(HeaderError::Unsigned);
    assert_eq!(Compact::parse(&token).unwrap_err(), refused);
}

#[test]
fn rfc8037_a_4_and_a_5_ed25519() {
    let key = Arc::new(key(ED_JWK));
    assert_eq!(key.kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    let signer = Signer::new(Arc::clone(&key), None).without_kid();
    assert_eq!(signer.sign(b"Example of Ed25519 signing").unwrap(), ED_TOKEN);
    assert_eq!(verify(&key, ED_TOKEN).unwrap(), b"Example of Ed25519 signing");
}

#[test]
fn rfc7518_3_4_a_der_signature_is_refused_by_its_length() {
    // The same r and s as in A.3, in the ASN.1 form that TLS libraries produce.
    let raw = base::encoding::parse_base64url(A3_TAG).unwrap();
    let integer = |number: &[u8]| {
        let sign: &[u8] = if number[0] >= 0x80 { &[0] } else { &[] };
        [&[2, (number.len() + sign.len()) as u8][..], sign, number].concat()
    };
    let body = [integer(&raw[..32]), integer(&raw[32..])].concat();
    let der = [&[0x30, body.len() as u8][..], &body].concat();
    let token = format!("eyJhbGciOiJFUzI1NiJ9.{}.{}", base64url(JOE), base64url(&der));
    let expected = SignatureError::Length { expected: 64, found: der.len() };
    assert_eq!(verify(&key(A3_JWK), &token), Err(VerifyError::Signature(expected)));
}

#[test]
fn a_private_jwk_that_contradicts_itself_is_refused() {
    let refused = |jwk: String| SigningKey::from_private_jwk(&jwk).unwrap_err();
    let d = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    assert_eq!(refused(ED_JWK.replace(d, &base64url([7; 32]))), KeyError::Unfit);
    assert_eq!(refused(ED_JWK.replace(d, "AA")), KeyError::Member("d"));
    assert_eq!(refused(A3_JWK.replace("P-256", "P-384")), KeyError::Member("crv"));
    assert_eq!(refused(A3_JWK.replace("jpsQ", "kpsQ")), KeyError::Unfit);
    assert_eq!(refused(A3_JWK.replace("\"d\"", "\"no\"")), KeyError::Member("d"));
    assert_eq!(refused(A2_JWK.replace("\"AQAB\"", "\"AQAD\"")), KeyError::Unfit);
    assert_eq!(refused(A1_JWK.replace("oct", "OCT")), KeyError::Member("kty"));
    assert_eq!(refused(A1_JWK.replace('}', r#","alg":"RS256"}"#)), KeyError::Member("alg"));
    assert_eq!(refused("nonsense".to_owned()), KeyError::NotAJwk);
    assert_eq!(key(A1_JWK).algorithm(), Algorithm::HS256);
}
