//! Checks a JWT without asking the issuer (RFC 7519 §7.2, RFC 9068 §4, RFC 8725).

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::sync::Arc;
use std::time::Duration;

use base::encoding::base64url;
use common::{
    AUDIENCE, ISSUER, NOW, builder, claims, claims_with, clock, jwks, key, token, verify,
};
use jose::{Algorithm, HeaderError, Signer, SigningKey, TokenError, VerifyError};
use serde_json::json;
use verify::{Rejection, Verifier};

fn verifier(key: &Arc<SigningKey>) -> Verifier {
    builder().keys(&jwks(&[key])).build().unwrap()
}

#[tokio::test]
async fn a_valid_token_becomes_a_principal() {
    for algorithm in [Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256] {
        let key = key(algorithm);
        let who = verify(&verifier(&key), &token(&key, &claims())).await.unwrap();
        assert_eq!(who.subject, "client_1");
        assert_eq!(who.client.as_deref(), Some("client_1"));
        assert_eq!(who.organization.as_deref(), Some("org_1"));
        assert_eq!(who.audience, [AUDIENCE]);
        assert_eq!((who.issued_at, who.expires_at), (Some(NOW), Some(NOW + 3600)));
        assert!(who.scopes.contains("contacts.read") && !who.scopes.contains("contacts"));
        assert_eq!(who.claims["jti"], "t1");
        assert!(who.require("contacts.delete").is_err() && who.require("contacts.write").is_ok());
    }
}

#[tokio::test]
async fn rfc8725_3_1_unsigned_and_confused_tokens_are_refused() {
    let rsa = key(Algorithm::RS256);
    let verifier = verifier(&rsa);
    let unsigned =
        format!("{}.{}.", base64url(r#"{"alg":"none"}"#), base64url(claims().to_string()));
    let refused = TokenError::Header(HeaderError::Unsigned);
    assert_eq!(verify(&verifier, &unsigned).await, Err(Rejection::MalformedToken(refused)));

    // The published RSA key used as an HMAC secret, in the spellings an attacker would try.
    let published = rsa.public().unwrap();
    for secret in [serde_json::to_string(&published).unwrap(), published.thumbprint()] {
        let forger = SigningKey::from_secret(secret.as_bytes()).unwrap();
        let header =
            base64url(json!({"alg": "HS256", "typ": "at+jwt", "kid": rsa.kid()}).to_string());
        let mut forged = format!("{header}.{}.", base64url(claims().to_string()));
        let signed = forged.trim_end_matches('.').to_owned();
        forger.sign(signed.as_bytes(), &mut forged).unwrap();
        let refused = Rejection::AlgorithmNotAllowed(Algorithm::HS256);
        assert_eq!(verify(&verifier, &forged).await, Err(refused));
    }
}

#[tokio::test]
async fn key_confusion_fails_even_where_hs256_is_accepted() {
    let rsa = key(Algorithm::RS256);
    let verifier = builder().keys(&jwks(&[&rsa])).shared_secret(&[7; 32]).build().unwrap();
    let shared = Arc::new(SigningKey::from_secret(&[7; 32]).unwrap());
    assert!(verify(&verifier, &token(&shared, &claims())).await.is_ok());
    assert!(verify(&verifier, &token(&rsa, &claims())).await.is_ok());
    let published = serde_json::to_vec(&rsa.public().unwrap()).unwrap();
    let forger = Arc::new(SigningKey::from_secret(&published).unwrap());
    let refused = verify(&verifier, &token(&forger, &claims())).await;
    assert!(matches!(refused, Err(Rejection::Signature(_))), "{refused:?}");
}

#[tokio::test]
async fn another_signer_is_refused() {
    let (ours, theirs) = (key(Algorithm::ES256), key(Algorithm::ES256));
    let refused = verify(&verifier(&ours), &token(&theirs, &claims())).await;
    assert_eq!(refused, Err(Rejection::Signature(VerifyError::UnknownKid)));
}

#[tokio::test]
async fn each_claim_has_its_own_rejection() {
    let key = key(Algorithm::EdDSA);
    let verifier = verifier(&key);
    for (changes, expected) in [
        (json!({"iss": "https://issuer.example"}), Rejection::WrongIssuer),
        (json!({"iss": null}), Rejection::MissingClaim("iss")),
        (json!({"aud": "https://other.example"}), Rejection::WrongAudience),
        (json!({"aud": null}), Rejection::MissingClaim("aud")),
        (json!({"exp": NOW - 60}), Rejection::Expired(60)),
        (json!({"exp": null}), Rejection::NeverExpires),
        (json!({"exp": "soon"}), Rejection::MalformedClaim("exp")),
        (json!({"nbf": NOW + 61}), Rejection::NotYetValid(61)),
        (json!({"iat": NOW + 61}), Rejection::IssuedInFuture(61)),
        (json!({"sub": null, "client_id": null}), Rejection::MissingClaim("sub")),
        (json!({"scope": 7}), Rejection::MalformedClaim("scope")),
    ] {
        let token = token(&key, &claims_with(&changes));
        assert_eq!(verify(&verifier, &token).await, Err(expected), "{changes}");
    }
}

#[tokio::test]
async fn the_leeway_ends_to_the_second() {
    let (key, clock) = (key(Algorithm::EdDSA), clock());
    let verifier = builder().keys(&jwks(&[&key])).clock(clock.clone());
    let verifier = verifier.leeway(Duration::from_secs(5)).build().unwrap();
    let token = token(&key, &claims_with(&json!({"exp": NOW + 10})));
    clock.advance(Duration::from_millis(14_999));
    assert!(verify(&verifier, &token).await.is_ok());
    clock.advance(Duration::from_millis(1));
    assert_eq!(verify(&verifier, &token).await, Err(Rejection::Expired(5)));
}

#[tokio::test]
async fn rfc9068_4_the_type_must_be_that_of_an_access_token() {
    let key = key(Algorithm::ES256);
    let typed = |typ: Option<&str>| {
        Signer::new(Arc::clone(&key), typ).sign(claims().to_string().as_bytes()).unwrap()
    };
    let strict = verifier(&key);
    let plain = builder().keys(&jwks(&[&key])).plain_jwt().build().unwrap();
    assert!(verify(&strict, &typed(Some("application/at+jwt"))).await.is_ok());
    for typ in [None, Some("JWT")] {
        assert_eq!(verify(&strict, &typed(typ)).await, Err(Rejection::WrongType), "{typ:?}");
        assert!(verify(&plain, &typed(typ)).await.is_ok(), "{typ:?}");
    }
    assert_eq!(verify(&plain, &typed(Some("logout+jwt"))).await, Err(Rejection::WrongType));
}

#[tokio::test]
async fn a_token_that_never_expires_passes_only_where_allowed() {
    let key = key(Algorithm::ES256);
    let verifier = builder().keys(&jwks(&[&key])).never_expiring().build().unwrap();
    let eternal = token(&key, &claims_with(&json!({"exp": null})));
    assert_eq!(verify(&verifier, &eternal).await.unwrap().expires_at, None);
}

#[tokio::test]
async fn claims_that_are_not_a_strict_object_are_refused() {
    let key = key(Algorithm::ES256);
    let verifier = verifier(&key);
    let doubled = format!(r#"{{"iss":"{ISSUER}","aud":"x","aud":"{AUDIENCE}"}}"#);
    for payload in [doubled.as_bytes(), b"[]", b"", b"\xff"] {
        let token = Signer::new(Arc::clone(&key), Some("at+jwt")).sign(payload).unwrap();
        let refused = verify(&verifier, &token).await;
        assert!(matches!(refused, Err(Rejection::MalformedClaims(_))), "{refused:?}");
    }
}
