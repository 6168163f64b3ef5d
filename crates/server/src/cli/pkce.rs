//! `postern pkce`: a verifier and its challenge (RFC 7636), for trying a flow by hand.

use base::encoding::base64url;
use base::{Rng as _, SystemRng};
use clap::Args;

use super::output::print_line;
use crate::error::CommandError;

/// Which verifier.
#[derive(Debug, Args)]
pub(crate) struct Pkce {
    /// The verifier whose challenge is asked for; without, a new one
    #[arg(long, value_name = "VERIFIER")]
    verifier: Option<String>,
}

/// Prints verifier and challenge.
///
/// # Errors
/// When the verifier is invalid (RFC 7636 §4.1).
pub(crate) fn run(pkce: &Pkce) -> Result<(), CommandError> {
    let verifier = match &pkce.verifier {
        Some(verifier) if oauth::pkce::is_verifier(verifier) => verifier.clone(),
        Some(_) => {
            let text = "a verifier is 43 to 128 letters, digits and -._~ (RFC 7636 section 4.1)";
            return Err(CommandError::usage(text));
        }
        None => {
            let mut bytes = [0; 32];
            SystemRng.fill(&mut bytes);
            base64url(bytes)
        }
    };
    print_line(&format!("code_verifier={verifier}"))?;
    print_line(&format!("code_challenge={}", oauth::pkce::s256(&verifier)))?;
    print_line("code_challenge_method=S256")
}
