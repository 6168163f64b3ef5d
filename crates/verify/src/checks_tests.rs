//! The limits of each check on claims.

use super::*;

const NOW: i64 = 1_000_000;

fn rules() -> Rules {
    Rules {
        issuer: Some("https://issuer.example/".to_owned()),
        audiences: Some(["https://api.example".to_owned()].into()),
        leeway: 60,
        never_expiring: false,
    }
}

fn claims() -> Claims {
    Claims {
        issuer: Some("https://issuer.example/".to_owned()),
        audience: vec!["other".to_owned(), "https://api.example".to_owned()],
        issued_at: Some(NOW),
        expires_at: Some(NOW + 3600),
        ..Claims::default()
    }
}

fn verdict(claims: &Claims) -> Result<(), Rejection> {
    rules().check(claims, Timestamp::from_seconds(NOW))
}

#[test]
fn rfc7519_4_1_1_the_issuer_is_compared_exactly() {
    assert_eq!(verdict(&claims()), Ok(()));
    let without_slash = Some("https://issuer.example".to_owned());
    assert_eq!(verdict(&Claims { issuer: without_slash, ..claims() }), Err(Rejection::WrongIssuer));
    let none = Claims { issuer: None, ..claims() };
    assert_eq!(verdict(&none), Err(Rejection::MissingClaim("iss")));
}

#[test]
fn rfc7519_4_1_3_the_audience_must_name_this_api() {
    let other = Claims { audience: vec!["https://api.example/".to_owned()], ..claims() };
    assert_eq!(verdict(&other), Err(Rejection::WrongAudience));
    let none = Claims { audience: Vec::new(), ..claims() };
    assert_eq!(verdict(&none), Err(Rejection::MissingClaim("aud")));
    let any = Rules { audiences: None, ..rules() };
    assert_eq!(any.check(&none, Timestamp::from_seconds(NOW)), Ok(()));
}

#[test]
fn rfc7519_4_1_4_expiry_is_exact_to_the_second_with_leeway() {
    let expiring = |at| Claims { expires_at: Some(at), ..claims() };
    assert_eq!(verdict(&expiring(NOW - 59)), Ok(()));
    assert_eq!(verdict(&expiring(NOW - 60)), Err(Rejection::Expired(60)));
    assert_eq!(verdict(&expiring(i64::MIN)), Err(Rejection::Expired(i64::MAX)));
    assert_eq!(verdict(&expiring(i64::MAX)), Ok(()));
}

#[test]
fn rfc7519_4_1_5_and_6_the_future_is_refused_beyond_the_leeway() {
    let from = |at| Claims { not_before: Some(at), ..claims() };
    assert_eq!(verdict(&from(NOW + 60)), Ok(()));
    assert_eq!(verdict(&from(NOW + 61)), Err(Rejection::NotYetValid(61)));
    let issued = |at| Claims { issued_at: Some(at), ..claims() };
    assert_eq!(verdict(&issued(NOW + 60)), Ok(()));
    assert_eq!(verdict(&issued(NOW + 61)), Err(Rejection::IssuedInFuture(61)));
}

#[test]
fn a_token_that_never_expires_needs_permission() {
    let eternal = Claims { expires_at: None, ..claims() };
    assert_eq!(verdict(&eternal), Err(Rejection::NeverExpires));
    let permitting = Rules { never_expiring: true, ..rules() };
    assert_eq!(permitting.check(&eternal, Timestamp::from_seconds(NOW)), Ok(()));
}

#[test]
fn an_expired_foreign_token_is_reported_as_foreign() {
    let foreign = Claims { issuer: Some("x".to_owned()), expires_at: Some(0), ..claims() };
    assert_eq!(verdict(&foreign), Err(Rejection::WrongIssuer));
}

#[test]
fn rfc7662_2_2_the_issuers_answer_may_omit_claims_but_not_contradict() {
    let check = |claims: Claims| rules().check_answer(&claims);
    assert_eq!(check(Claims::default()), Ok(()));
    assert_eq!(check(claims()), Ok(()));
    let foreign = Claims { issuer: Some("x".to_owned()), ..Claims::default() };
    assert_eq!(check(foreign), Err(Rejection::WrongIssuer));
    let elsewhere = Claims { audience: vec!["x".to_owned()], ..Claims::default() };
    assert_eq!(check(elsewhere), Err(Rejection::WrongAudience));
}
