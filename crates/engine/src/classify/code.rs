//! The public face of what is wrong with a code, or with how it is exchanged.

use oauth::Problem;

use super::{Level, Verdict};
use crate::CodeDenial;

const CODE: &str = "The authorization code is invalid.";

impl CodeDenial {
    /// What is made of it.
    pub(super) fn verdict(&self) -> Verdict {
        use Level::{Info, Warn};
        use Problem as P;
        let (code, problem, description, level) = match self {
            Self::Unsealable => ("code_not_good", P::InvalidGrant, CODE, Info),
            Self::Expired(_) => {
                ("code_expired", P::InvalidGrant, "The authorization code has expired.", Info)
            }
            Self::Replayed => {
                ("code_replayed", P::InvalidGrant, "The authorization code was used before.", Warn)
            }
            Self::Tried => {
                ("code_tried", P::InvalidGrant, "The authorization code was used before.", Warn)
            }
            Self::OfAnother => ("code_of_another", P::InvalidGrant, CODE, Warn),
            Self::RedirectDiffers => (
                "code_redirect_differs",
                P::InvalidGrant,
                "The redirect URI differs from that of the authorization request.",
                Info,
            ),
            Self::VerifierMissing => {
                ("verifier_missing", P::InvalidGrant, "The code verifier is missing.", Info)
            }
            Self::VerifierUnasked => (
                "verifier_unasked",
                P::InvalidGrant,
                "There was no code challenge, and yet there is a code verifier.",
                Warn,
            ),
            Self::VerifierMalformed => {
                ("verifier_malformed", P::InvalidRequest, "The code verifier is malformed.", Info)
            }
            Self::VerifierMismatch => {
                ("verifier_mismatch", P::InvalidGrant, "The code verifier is wrong.", Warn)
            }
        };
        Verdict { code, problem, description, level }
    }
}
