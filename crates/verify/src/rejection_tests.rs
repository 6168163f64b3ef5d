//! A snapshot of the whole table from private reason to public answer.

use std::fmt::Write as _;

use jose::{HeaderError, SignatureError};

use super::*;

fn every_kind() -> Vec<Rejection> {
    vec![
        Rejection::NoCredentials,
        Rejection::RepeatedHeader,
        Rejection::UnsupportedScheme,
        Rejection::MalformedHeader(crate::AuthorizationHeaderError::WhiteSpace),
        Rejection::MalformedToken(TokenError::Header(HeaderError::Unsigned)),
        Rejection::Signature(VerifyError::UnknownKid),
        Rejection::Signature(VerifyError::Signature(SignatureError::Mismatch)),
        Rejection::AlgorithmNotAllowed(Algorithm::HS256),
        Rejection::WrongType,
        Rejection::MalformedClaims(ObjectError::Duplicate),
        Rejection::MalformedClaim("exp"),
        Rejection::MissingClaim("sub"),
        Rejection::WrongIssuer,
        Rejection::WrongAudience,
        Rejection::Expired(61),
        Rejection::NotYetValid(61),
        Rejection::IssuedInFuture(61),
        Rejection::NeverExpires,
        Rejection::Inactive,
        Rejection::Suspended,
        Rejection::InsufficientScope { required: "contacts.read".to_owned() },
        Rejection::Revoked,
        Rejection::NoStatus,
        Rejection::StatusUnknown(Unavailable::new("the feed was last heard 40 s ago")),
        Rejection::IssuerUnavailable(Unavailable::new("it could not be reached")),
    ]
}

#[test]
fn rfc6750_3_1_the_table() {
    let mut table = String::new();
    for rejection in every_kind() {
        let code = rejection.code().map_or("-", ErrorCode::as_str);
        let public = rejection.public();
        let challenge = if rejection.answer().challenge { "challenge" } else { "-" };
        let status = rejection.status();
        writeln!(table, "{status} {code} {challenge}: {public} <- {rejection}").unwrap();
    }
    insta::assert_snapshot!(table, @r"
    401 - challenge: credentials are required <- no credentials were sent
    400 invalid_request challenge: the Authorization header was sent more than once <- the Authorization header was sent more than once
    401 - challenge: the authentication scheme is not accepted here <- the authentication scheme is not accepted here
    401 invalid_token challenge: the credential is malformed <- the Authorization header is malformed: the credential contains white space, perhaps a line end that was copied along
    401 invalid_token challenge: the credential is malformed <- not a readable JWT: the header says `alg: none`, an unsigned token
    401 invalid_token challenge: the credential is not valid <- the signature is refused: the token names a key that is not known
    401 invalid_token challenge: the credential is not valid <- the signature is refused: the signature was not made by this key over this content
    401 invalid_token challenge: the credential is not valid <- the token is signed with HS256, which is not accepted here
    401 invalid_token challenge: the credential is not valid <- the token's `typ` is not that of an access token
    401 invalid_token challenge: the credential is not valid <- the token's claims are refused: a member occurs twice
    401 invalid_token challenge: the credential is not valid <- the claim `exp` is malformed
    401 invalid_token challenge: the credential is not valid <- the claim `sub` is missing
    401 invalid_token challenge: the credential is not valid <- the token is from another issuer
    401 invalid_token challenge: the credential is not valid <- the token is for another audience
    401 invalid_token challenge: the token expired <- the token expired 61 s ago
    401 invalid_token challenge: the credential is not valid <- the token is not valid for another 61 s: perhaps a clock is wrong
    401 invalid_token challenge: the credential is not valid <- the token was issued 61 s in the future: perhaps a clock is wrong
    401 invalid_token challenge: the credential is not valid <- the token never expires, and such tokens are not accepted here
    401 invalid_token challenge: the credential is not valid <- the issuer says that the credential is not active
    403 access_denied -: access is suspended <- the issuer says that the client or its organization is suspended
    403 insufficient_scope challenge: the credential lacks a scope that is needed here <- the credential lacks the scope `contacts.read`
    401 invalid_token challenge: the credential is not valid <- the token, or something that it depends on, was revoked or suspended
    401 invalid_token challenge: the credential is not valid <- the token does not say what it depends on (`status`), which is needed here
    503 temporarily_unavailable -: credentials cannot be checked at the moment <- it is not known whether the token was revoked: the feed was last heard 40 s ago
    503 temporarily_unavailable -: credentials cannot be checked at the moment <- the issuer cannot be asked: it could not be reached
    ");
}
