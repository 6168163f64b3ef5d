//! Introspection (RFC 7662): what is asked, when, and what follows from the answer.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use base::Secret;
use common::{AUDIENCE, Answers, ISSUER, builder, claims, claims_with, jwks, key, token, verify};
use http::Request;
use jose::{Algorithm, TokenError};
use serde_json::json;
use verify::{
    ClaimNames, InactiveReason, Introspection, Mode, Presented, Rejection, RequestInfo,
    Unavailable, Verifier,
};

fn active(body: serde_json::Value) -> Result<Introspection, Unavailable> {
    Introspection::from_json(body.to_string().as_bytes(), &ClaimNames::default())
}

fn basic() -> Presented {
    Presented::Basic { id: "key_1".to_owned(), secret: Secret::new("s") }
}

async fn ask(verifier: &Verifier, presented: &Presented) -> Result<String, Rejection> {
    let request = RequestInfo::of(&Request::new(()));
    verifier.verify(presented, &request).await.map(|who| who.subject.clone())
}

#[tokio::test]
async fn each_answer_of_the_issuer_has_its_result() {
    let issuer = Answers::new([
        active(json!({"active": true, "sub": "ada", "scope": "a"})),
        active(json!({"active": true, "client_id": "c"})),
        active(json!({"active": true})),
        active(json!({"active": true, "sub": "ada", "aud": "https://other.example"})),
        Ok(Introspection::Inactive(InactiveReason::Unspecified)),
        Ok(Introspection::Inactive(InactiveReason::Suspended)),
        Err(Unavailable::new("it could not be reached")),
    ]);
    let verifier = builder().introspection(issuer.clone()).build().unwrap();
    let opaque = Presented::Bearer(Secret::new("opaque"));
    for expected in [
        Ok("ada".to_owned()),
        Ok("c".to_owned()),
        Err(Rejection::MissingClaim("sub")),
        Err(Rejection::WrongAudience),
        Err(Rejection::Inactive),
        Err(Rejection::Suspended),
        Err(Rejection::IssuerUnavailable(Unavailable::new("it could not be reached"))),
    ] {
        assert_eq!(ask(&verifier, &opaque).await, expected);
    }
    assert_eq!(issuer.question_count(), 7);
}

#[tokio::test]
async fn forgeries_never_reach_the_issuer() {
    let (ours, theirs) = (key(Algorithm::ES256), key(Algorithm::ES256));
    let issuer = Answers::new([active(json!({"active": true, "scope": "", "x": 1}))]);
    let verifier = builder().keys(&jwks(&[&ours])).introspection(issuer.clone()).build().unwrap();
    assert!(verify(&verifier, &token(&theirs, &claims())).await.is_err());
    let expired = token(&ours, &claims_with(&json!({"exp": 1})));
    assert!(matches!(verify(&verifier, &expired).await, Err(Rejection::Expired(_))));
    assert_eq!(issuer.question_count(), 0);

    let who = verify(&verifier, &token(&ours, &claims())).await.unwrap();
    assert_eq!(issuer.question_count(), 1);
    assert_eq!(who.subject, "client_1", "the issuer left it out, the token has it");
    assert!(who.scopes.is_empty(), "the issuer took the scopes away");
    assert_eq!((&who.claims["x"], &who.claims["jti"]), (&json!(1), &json!("t1")));
}

#[tokio::test]
async fn a_revoked_jwt_is_refused_although_its_signature_holds() {
    let key = key(Algorithm::EdDSA);
    let issuer = Answers::new([Ok(Introspection::Inactive(InactiveReason::Unspecified))]);
    let verifier = builder().keys(&jwks(&[&key])).introspection(issuer).never_expiring();
    let eternal = token(&key, &claims_with(&json!({"exp": null})));
    assert_eq!(verify(&verifier.build().unwrap(), &eternal).await, Err(Rejection::Inactive));
}

#[tokio::test]
async fn opaque_and_basic_credentials_go_to_the_issuer_at_once() {
    let key = key(Algorithm::ES256);
    let answer = || active(json!({"active": true, "sub": "ada", "iss": ISSUER, "aud": AUDIENCE}));
    let issuer = Answers::new([answer(), answer()]);
    let verifier = builder().keys(&jwks(&[&key])).introspection(issuer.clone()).build().unwrap();
    let opaque = Presented::Bearer(Secret::new("opaque"));
    assert_eq!(ask(&verifier, &opaque).await.unwrap(), "ada");
    assert_eq!(ask(&verifier, &basic()).await.unwrap(), "ada");
    let questions = issuer.questions.lock().unwrap();
    let asked: Vec<&str> = questions.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(asked, ["opaque", "key_1:s"]);
}

#[tokio::test]
async fn offline_cannot_check_what_is_no_jwt() {
    let key = key(Algorithm::ES256);
    let issuer = Answers::new([]);
    let verifier = builder().keys(&jwks(&[&key])).introspection(issuer.clone());
    let verifier = verifier.mode(Mode::Offline).build().unwrap();
    assert_eq!(ask(&verifier, &basic()).await, Err(Rejection::UnsupportedScheme));
    let opaque = Presented::Bearer(Secret::new("opaque"));
    let no_jwt = Rejection::MalformedToken(TokenError::NotThreeParts(1));
    assert_eq!(ask(&verifier, &opaque).await, Err(no_jwt));
    assert!(verify(&verifier, &token(&key, &claims())).await.is_ok());
    assert_eq!(issuer.question_count(), 0);
}
