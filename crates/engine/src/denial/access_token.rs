//! The presented access token, or the ID token of a hint, is invalid by itself (RFC 6750 §3.1, RFC 7519).

use base::Timestamp;

use super::at::TOKEN;

/// Why a token that has no row is denied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessTokenReason {
    /// The string has no form that this realm issues.
    #[error("the presented string is of no form that this realm issues")]
    Unrecognized,
    /// The JWT was changed, or another issuer or a revoked key signed it.
    #[error("the JWT is invalid: {0}")]
    Jwt(String),
    /// The sealed token does not open: it was changed or cut, or another realm sealed it.
    #[error("the sealed token does not open: changed, cut, or of another realm")]
    Unsealable,
    /// The access token expired at this time.
    #[error("the access token expired at {0}")]
    Expired(Timestamp),
    /// This access token alone was revoked (RFC 7009).
    #[error("the access token was revoked by itself")]
    Revoked,
    /// The token is for another API than the one that asks.
    #[error("the token is for {token}, not for {asked}")]
    WrongAudience {
        /// The audience of the token.
        token: String,
        /// The API that asked.
        asked: String,
    },
}

rows! { AccessTokenReason {
    Unrecognized => "token_unrecognized", Info, Credential, InvalidToken, TOKEN,
        "Find out what the caller sends with `postern token inspect -`: a token of another issuer, or no token at all.";
    Jwt => "jwt_not_good", Warn, Credential, InvalidToken, TOKEN,
        "Compare `iss` and `kid` of the token with the realm's `issuer` and with `postern signing-key list`: it was \
         changed, or another issuer or a revoked key signed it.";
    Unsealable => "sealed_token_not_good", Warn, Credential, InvalidToken, TOKEN,
        "The token was cut, or sealed by another realm or under another `master_key`: fetch a new one from the \
         `issuer` that is called.";
    Expired => "token_expired", Info, Credential, InvalidToken, TOKEN,
        "The caller must fetch a new token after `expires_in` seconds; if it is new, compare the clocks of both \
         machines.";
    Revoked => "token_revoked", Info, Credential, InvalidToken, TOKEN,
        "A client revoked it at the revocation endpoint, or its code was used twice: look for `access_token.revoked` and \
         `authorization_code.replayed` in `postern event list`.";
    WrongAudience => "wrong_audience", Info, Credential, InvalidToken, TOKEN,
        "The caller must fetch a token with the `audience` of the API that it calls; a route of the gate names it under \
         `audience`.";
}}
