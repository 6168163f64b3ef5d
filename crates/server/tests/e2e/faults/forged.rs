//! Forged tokens.

use base::encoding::{base64url, parse_base64url};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

/// Forgeries of a valid token without its key: of a JWT with the keys that verify it, or of a
/// string.
pub(crate) fn forged(good: &str, jwks: &Value) -> Vec<(String, String)> {
    match good.split('.').collect::<Vec<_>>()[..] {
        [header, payload, signature] => of_jwt([header, payload, signature], jwks),
        _ => of_string(good),
    }
}

fn of_string(good: &str) -> Vec<(String, String)> {
    let half = good.len() / 2;
    let mut flipped = good.as_bytes().to_vec();
    let last = flipped.last_mut().unwrap();
    *last = if *last == b'A' { b'B' } else { b'A' };
    vec![
        ("cut".to_owned(), good[..good.len() - 1].to_owned()),
        ("half".to_owned(), good[..half].to_owned()),
        ("its end".to_owned(), good[half..].to_owned()),
        ("extended".to_owned(), format!("{good}A")),
        ("flipped".to_owned(), String::from_utf8(flipped).unwrap()),
        ("in another case".to_owned(), good.to_uppercase()),
    ]
}

fn of_jwt([header, payload, signature]: [&str; 3], jwks: &Value) -> Vec<(String, String)> {
    let read =
        |part: &str| -> Value { serde_json::from_slice(&parse_base64url(part).unwrap()).unwrap() };
    let write = |value: &Value| base64url(value.to_string());
    let with = |member: &str, value: Value| {
        let mut header = read(header);
        header[member] = value;
        header
    };
    let mut found = Vec::new();
    let mut add = |what: String, token: String| found.push((what, token));
    for none in ["none", "None", "NONE", "nOnE", ""] {
        let header = write(&with("alg", json!(none)));
        add(format!("alg {none:?}, unsigned"), format!("{header}.{payload}."));
        add(format!("alg {none:?}"), format!("{header}.{payload}.{signature}"));
    }
    let confused = with("alg", json!("HS256"));
    for (what, key) in public_keys(jwks) {
        let signed = format!("{}.{payload}", write(&confused));
        add(format!("signed with the public {what}"), hs256(&signed, &key));
    }
    let mut own = confused.clone();
    own["jwk"] = json!({"kty": "oct", "k": base64url("secret"), "kid": own["kid"]});
    add(
        "with a key of its own".to_owned(),
        hs256(&format!("{}.{payload}", write(&own)), b"secret"),
    );
    for kid in ["../../../dev/null", "' OR 1=1 --", ""] {
        let signed = format!("{}.{payload}", write(&with("kid", json!(kid))));
        add(format!("kid {kid:?}"), hs256(&signed, b""));
    }
    let mut claims = read(payload);
    claims["exp"] = json!(9_999_999_999_i64);
    let longer = write(&claims);
    add("with other claims".to_owned(), format!("{header}.{longer}.{signature}"));
    add("without signature".to_owned(), format!("{header}.{payload}."));
    add("of two parts".to_owned(), format!("{header}.{payload}"));
    add("of five parts".to_owned(), format!("{header}.{payload}.{signature}.a.b"));
    let turned: String = signature.chars().rev().collect();
    add("signature turned round".to_owned(), format!("{header}.{payload}.{turned}"));
    add("padded".to_owned(), format!("{header}.{payload}.{signature}=="));
    add("critical".to_owned(), {
        let header = write(&with("crit", json!(["b64"])));
        format!("{header}.{payload}.{signature}")
    });
    add("not JSON".to_owned(), format!("eyJh.{payload}.{signature}"));
    found
}

/// Forms of a public key that a verifier might use as a shared secret.
fn public_keys(jwks: &Value) -> Vec<(String, Vec<u8>)> {
    let keys = jwks["keys"].as_array().cloned().unwrap_or_default();
    let mut found = vec![("set".to_owned(), jwks.to_string().into_bytes())];
    for key in keys {
        found.push(("key".to_owned(), key.to_string().into_bytes()));
        for member in ["x", "y", "n", "kid"] {
            if let Some(text) = key[member].as_str() {
                found.push((format!("{member} as text"), text.as_bytes().to_vec()));
                let bytes = parse_base64url(text).unwrap_or_default();
                found.push((format!("{member} as bytes"), bytes));
            }
        }
    }
    found
}

fn hs256(signed: &str, key: &[u8]) -> String {
    let key = EncodingKey::from_secret(key);
    let signature = crypto::sign(signed.as_bytes(), &key, Algorithm::HS256).unwrap();
    format!("{signed}.{signature}")
}
