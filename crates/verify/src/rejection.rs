//! Why a request is refused. Owns the table from private reason to public answer: status, code,
//! text and challenge (RFC 6750 §3). The table has no catch-all arm.

use jose::{Algorithm, ObjectError, TokenError, VerifyError};
use oauth::ErrorCode;

use crate::{AuthorizationHeaderError, Unavailable};

/// An authentication scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// RFC 6750.
    Bearer,
    /// RFC 7617.
    Basic,
}

/// The private reason of a rejection. `Display` is precise and for the provider only. The caller
/// gets [`Rejection::public`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// No `Authorization` header.
    #[error("no credentials were sent")]
    NoCredentials,
    /// More than one `Authorization` header (RFC 9110 §5.3).
    #[error("the Authorization header was sent more than once")]
    RepeatedHeader,
    /// The scheme is not accepted.
    #[error("the authentication scheme is not accepted here")]
    UnsupportedScheme,
    /// The header is malformed.
    #[error("the Authorization header is malformed: {0}")]
    MalformedHeader(AuthorizationHeaderError),
    /// Not a readable JWT (RFC 7519 §7.2).
    #[error("not a readable JWT: {0}")]
    MalformedToken(#[from] TokenError),
    /// The signature is wrong, or its key is unknown.
    #[error("the signature is refused: {0}")]
    Signature(#[from] VerifyError),
    /// This service does not accept the algorithm.
    #[error("the token is signed with {0}, which is not accepted here")]
    AlgorithmNotAllowed(Algorithm),
    /// `typ` is not `at+jwt` (RFC 9068 §4), such as an ID token presented as access token.
    #[error("the token's `typ` is not that of an access token")]
    WrongType,
    /// The claims are not a JSON object, or have a repeated member.
    #[error("the token's claims are refused: {0}")]
    MalformedClaims(#[from] ObjectError),
    /// A claim has the wrong type or content.
    #[error("the claim `{0}` is malformed")]
    MalformedClaim(&'static str),
    /// A required claim is missing.
    #[error("the claim `{0}` is missing")]
    MissingClaim(&'static str),
    /// The token is from another issuer.
    #[error("the token is from another issuer")]
    WrongIssuer,
    /// The token is for another API.
    #[error("the token is for another audience")]
    WrongAudience,
    /// The `exp` has passed, this number of seconds ago.
    #[error("the token expired {0} s ago")]
    Expired(i64),
    /// The `nbf` is in the future, by this number of seconds.
    #[error("the token is not valid for another {0} s: perhaps a clock is wrong")]
    NotYetValid(i64),
    /// The `iat` is in the future, by this number of seconds.
    #[error("the token was issued {0} s in the future: perhaps a clock is wrong")]
    IssuedInFuture(i64),
    /// The token has no `exp`, and this service does not accept such tokens.
    #[error("the token never expires, and such tokens are not accepted here")]
    NeverExpires,
    /// The issuer says that the credential is not active (RFC 7662 §2.2): unknown, expired or
    /// revoked.
    #[error("the issuer says that the credential is not active")]
    Inactive,
    /// The issuer says that the credential is genuine, but its client or organization is suspended.
    #[error("the issuer says that the client or its organization is suspended")]
    Suspended,
    /// The issuer published that the token, or something that it depends on, is revoked or
    /// suspended.
    #[error("the token, or something that it depends on, was revoked or suspended")]
    Revoked,
    /// The token does not name its marks, so a revocation could not be noticed, and this service
    /// does not accept such tokens.
    #[error("the token does not say what it depends on (`status`), which is needed here")]
    NoStatus,
    /// No recent revocation data is available.
    #[error("it is not known whether the token was revoked: {0}")]
    StatusUnknown(Unavailable),
    /// The credential is verified, but lacks a required scope.
    #[error("the credential lacks the scope `{required}`")]
    InsufficientScope {
        /// The required scopes, separated by spaces.
        required: String,
    },
    /// The issuer could not be asked, so nothing is known about the credential.
    #[error("the issuer cannot be asked: {0}")]
    IssuerUnavailable(#[from] Unavailable),
}

/// The public answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Absent where RFC 6750 §3.1 requires that.
    pub(crate) code: Option<ErrorCode>,
    pub(crate) text: &'static str,
    /// Whether `WWW-Authenticate` is sent, because other credentials could help.
    pub(crate) challenge: bool,
}

impl Rejection {
    /// The HTTP status: 400, 401, 403 or 503.
    pub fn status(&self) -> u16 {
        self.answer().status
    }

    /// The error code (RFC 6750 §3.1); `None` where no usable credentials were sent.
    pub fn code(&self) -> Option<ErrorCode> {
        self.answer().code
    }

    /// The text for the caller.
    pub fn public(&self) -> &'static str {
        self.answer().text
    }

    pub(crate) fn answer(&self) -> Answer {
        let answer = |status, code, text, challenge| Answer { status, code, text, challenge };
        let invalid = |text| answer(401, Some(ErrorCode::InvalidToken), text, true);
        match self {
            Self::NoCredentials => answer(401, None, "credentials are required", true),
            Self::UnsupportedScheme => {
                answer(401, None, "the authentication scheme is not accepted here", true)
            }
            Self::RepeatedHeader => {
                let text = "the Authorization header was sent more than once";
                answer(400, Some(ErrorCode::InvalidRequest), text, true)
            }
            Self::MalformedHeader(_) | Self::MalformedToken(_) => {
                invalid("the credential is malformed")
            }
            Self::Expired(_) => invalid("the token expired"),
            Self::Signature(_)
            | Self::AlgorithmNotAllowed(_)
            | Self::WrongType
            | Self::MalformedClaims(_)
            | Self::MalformedClaim(_)
            | Self::MissingClaim(_)
            | Self::WrongIssuer
            | Self::WrongAudience
            | Self::NotYetValid(_)
            | Self::IssuedInFuture(_)
            | Self::NeverExpires
            | Self::Revoked
            | Self::NoStatus
            | Self::Inactive => invalid("the credential is not valid"),
            Self::Suspended => {
                answer(403, Some(ErrorCode::AccessDenied), "access is suspended", false)
            }
            Self::InsufficientScope { .. } => {
                let text = "the credential lacks a scope that is needed here";
                answer(403, Some(ErrorCode::InsufficientScope), text, true)
            }
            Self::IssuerUnavailable(_) | Self::StatusUnknown(_) => {
                let text = "credentials cannot be checked at the moment";
                answer(503, Some(ErrorCode::TemporarilyUnavailable), text, false)
            }
        }
    }
}

#[cfg(test)]
#[path = "rejection_tests.rs"]
mod tests;
