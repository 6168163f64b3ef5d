//! The public face of what only the gate refuses.

use oauth::{ErrorResponse, Problem};

use super::{Level, Verdict};
use crate::GateDenial;

impl GateDenial {
    /// What is made of it.
    pub(super) fn verdict(&self) -> Verdict {
        use Level::{Info, Warn};
        use Problem as P;
        let (code, problem, description, level) = match self {
            Self::NoCredential => {
                ("no_credential", P::NoCredential, "A credential is required.", Info)
            }
            Self::SeveralCredentials => (
                "several_credentials",
                P::InvalidRequest,
                "The request must carry one credential only.",
                Info,
            ),
            Self::CredentialMalformed(_) => {
                ("credential_malformed", P::InvalidToken, "The credential cannot be read.", Info)
            }
            Self::HeaderMissing(_) => ("gate_header_missing", P::InvalidRequest, "", Warn),
            Self::HeaderRepeated(_) => ("gate_header_repeated", P::InvalidRequest, "", Warn),
            Self::HeaderMalformed(..) => ("gate_header_malformed", P::InvalidRequest, "", Info),
            Self::PathAmbiguous(_) => {
                ("path_ambiguous", P::InvalidRequest, "The path is ambiguous.", Info)
            }
            Self::NoRoute(_) => ("no_route", P::AccessDenied, "Nothing is offered here.", Info),
            Self::KindNotAllowed(_) => (
                "kind_not_allowed",
                P::AccessDenied,
                "This kind of credential is not accepted here.",
                Info,
            ),
            Self::ScopeLacking { .. } => (
                "scope_lacking",
                P::InsufficientScope,
                "The credential lacks a scope that is required here.",
                Info,
            ),
            Self::RateExceeded { .. } => {
                ("rate_exceeded", P::RateLimited, "Too many requests.", Info)
            }
            Self::Stale(_) => (
                "gate_stale",
                P::TemporarilyUnavailable,
                "The service is not available at present; try again.",
                Warn,
            ),
            Self::PassesNow => ("passes_now", P::TemporarilyUnavailable, "Please try again.", Info),
        };
        Verdict { code, problem, description, level }
    }

    /// What the caller is told. Who misconfigured a proxy is told precisely.
    pub(super) fn failure(&self) -> ErrorResponse {
        let verdict = self.verdict();
        let description = match self {
            Self::HeaderMissing(_) | Self::HeaderRepeated(_) | Self::HeaderMalformed(..) => {
                self.to_string()
            }
            _ => verdict.description.to_owned(),
        };
        let failure = ErrorResponse::new(verdict.problem, description);
        match self {
            Self::ScopeLacking { needed } => {
                ErrorResponse { scope: Some(needed.clone()), ..failure }
            }
            Self::RateExceeded { seconds, .. } => ErrorResponse { wait: Some(*seconds), ..failure },
            _ => failure,
        }
    }
}
