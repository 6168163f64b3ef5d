//! Why a request is refused. Owns the one table from private reason to public answer: status,
//! code, text and challenge (RFC 6750 §3). It has no catch-all arm.

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

/// The private reason of a refusal. `Display` is exact and for the provider's eyes; the caller is
/// told [`Rejection::public`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// No `Authorization` header.
    #[error("no credentials were sent")]
    NoCredentials,
    /// More than one `Authorization` header (RFC 9110 §5.3).
    #[error("the Authorization header was sent more than once")]
    RepeatedHeader,
    /// A scheme that is not accepted here.
    #[error("the authentication scheme is not accepted here")]
    UnsupportedScheme,
    /// The header is malformed.
    #[error("the Authorization header is malformed: {0}")]
    MalformedHeader(AuthorizationHeaderError),
    /// Not a readable JWT (RFC 7519 §7.2).
    #[error("not a readable JWT: {0}")]
    MalformedToken(#[from] TokenError),
    /// The signature or its key.
    #[error("the signature is refused: {0}")]
    Signature(#[from] VerifyError),
    /// An algorithm that this service does not accept.
    #[error("the token is signed with {0}, which is not accepted here")]
    AlgorithmNotAllowed(Algorithm),
    /// `typ` is not `at+jwt` (RFC 9068 §4), such as an ID token presented as access token.
    #[error("the token's `typ` is not that of an access token")]
    WrongType,
    /// The claims are no JSON object, or one with a doubled member.
    #[error("the token's claims are refused: {0}")]
    MalformedClaims(#[from] ObjectError),
    /// A claim has the wrong type or content.
    #[error("the claim `{0}` is malformed")]
    MalformedClaim(&'static str),
    /// A claim that is needed is missing.
    #[error("the claim `{0}` is missing")]
    MissingClaim(&'static str),
    /// Another issuer's token.
    #[error("the token is from another issuer")]
    WrongIssuer,
    /// A token for another API.
    #[error("the token is for another audience")]
    WrongAudience,
    /// Past its `exp`; by so many seconds.
    #[error("the token expired {0} s ago")]
    Expired(i64),
    /// Before its `nbf`; by so many seconds.
    #[error("the token is not valid for another {0} s: perhaps a clock is wrong")]
    NotYetValid(i64),
    /// Its `iat` lies in the future; by so many seconds.
    #[error("the token was issued {0} s in the future: perhaps a clock is wrong")]
    IssuedInFuture(i64),
    /// It has no `exp`, and this service accepts no such token.
    #[error("the token never expires, and such tokens are not accepted here")]
    NeverExpires,
    /// The issuer says that it is not active (RFC 7662 §2.2): unknown, expired or revoked.
    #[error("the issuer says that the credential is not active")]
    Inactive,
    /// The issuer says that it is genuine, and that its client or organization is suspended.
    #[error("the issuer says that the client or its organization is suspended")]
    Suspended,
    /// The issuer told that the token, or something that it depends on, was taken back or is
    /// suspended.
    #[error("the token, or something that it depends on, was revoked or suspended")]
    Revoked,
    /// The token does not say what it depends on, so that a revocation could not be noticed, and
    /// this service accepts no such token.
    #[error("the token does not say what it depends on (`status`), which is needed here")]
    NoStatus,
    /// Nothing recent enough is known of what was revoked.
    #[error("it is not known whether the token was revoked: {0}")]
    StatusUnknown(Unavailable),
    /// Verified, yet without a scope that is needed.
    #[error("the credential lacks the scope `{required}`")]
    InsufficientScope {
        /// The scopes that are needed, separated by spaces.
        required: String,
    },
    /// The issuer could not be asked, so nothing is known.
    #[error("the issuer cannot be asked: {0}")]
    IssuerUnavailable(#[from] Unavailable),
}

/// What a caller is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Absent where RFC 6750 §3.1 asks for silence.
    pub(crate) code: Option<ErrorCode>,
    pub(crate) text: &'static str,
    /// Whether other credentials would help, so that `WWW-Authenticate` is sent.
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

    /// What the caller may read.
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
