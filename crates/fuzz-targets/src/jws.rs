//! Compact JWS (RFC 7515): one text for one token, and no signature but that of the key.

use std::sync::{Arc, LazyLock};

use base::encoding::{base64url, parse_base64url};
use jose::{Compact, KeySet, MAX_LENGTH, Signer, SigningKey, parse_object};

/// The key of the corpus: HS256 gives the same signature each time.
static KEY: LazyLock<Arc<SigningKey>> =
    LazyLock::new(|| Arc::new(SigningKey::from_secret(&[7; 32]).expect("long enough")));
static KEYS: LazyLock<KeySet> =
    LazyLock::new(|| KeySet::from_iter([KEY.verifying_key().expect("a key")]));

/// The longest payload that is signed.
const LONGEST: usize = 4 * 1024;

/// The input is a token; and it is a payload, and a JSON object.
pub(crate) fn run(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        token(text);
    }
    if data.len() <= LONGEST {
        signed(data);
    }
    object(data);
}

fn token(text: &str) {
    let Ok(token) = Compact::parse(text) else { return };
    assert!(text.len() <= MAX_LENGTH);
    let written = format!("{}.{}", token.signed(), base64url(token.signature()));
    assert_eq!(written, text, "there is one way to write it");
    let (header, payload) = token.signed().split_once('.').expect("two parts");
    assert_eq!(base64url(token.unverified_payload()), payload);
    let header = parse_base64url(header).and_then(|json| parse_object(&json).ok());
    let header = header.expect("an object");
    let member = |name: &str| header.get(name).and_then(serde_json::Value::as_str);
    assert_eq!(member("alg"), Some(token.header().algorithm.as_str()));
    assert_eq!(member("kid"), token.header().kid.as_deref());
    assert!(!header.contains_key("crit"));

    if let Ok(payload) = KEYS.verify(&token) {
        assert_eq!(payload, token.unverified_payload());
        assert_eq!(member("alg"), Some("HS256"), "the algorithm of the key");
        let mut ours = String::new();
        KEY.sign(token.signed().as_bytes(), &mut ours).expect("a signature");
        assert!(written.ends_with(&format!(".{ours}")), "nobody else signs");
    }
}

/// What is signed is read and verified; one changed bit, and it is not.
fn signed(payload: &[u8]) {
    let text = Signer::new(Arc::clone(&KEY), Some("at+jwt")).sign(payload).expect("a token");
    let token = Compact::parse(&text).expect("a token");
    assert!(token.header().is_type("at+jwt"));
    assert_eq!(KEYS.verify(&token), Ok(payload));
    let changed = token.signature().iter().enumerate().map(|(at, byte)| match at {
        0 => byte ^ 1,
        _ => *byte,
    });
    let changed = base64url(changed.collect::<Vec<u8>>());
    let changed = format!("{}.{changed}", token.signed());
    assert!(KEYS.verify(&Compact::parse(&changed).expect("a token")).is_err());
}

fn object(json: &[u8]) {
    let Ok(object) = parse_object(json) else { return };
    let written = serde_json::to_vec(&object).expect("JSON");
    let again = parse_object(&written).expect("an object");
    assert!(again.keys().eq(object.keys()));
}
