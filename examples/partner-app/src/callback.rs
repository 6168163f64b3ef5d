//! The callback through the browser, and the checks before it is used.
//!
//! Anybody can make a browser open a callback. So the answer must belong to an attempt that this
//! session began (`state`), and must come from the provider that was asked (`iss`, RFC 9207).

use serde::Deserialize;

use crate::error::AppError;

/// What the session remembers until the callback.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    /// The `state` that the callback must have; `None` where the provider's flow has no `state`.
    pub(crate) state: Option<String>,
    /// The proof that the same client requested and exchanges the code (RFC 7636).
    pub(crate) verifier: Verifier,
}

/// A code verifier, or the challenge of the older flow.
#[derive(Clone)]
pub(crate) struct Verifier(pub(crate) String);

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier")
    }
}

/// The query of a callback, with the parameters of all three providers.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Callback {
    code: Option<String>,
    access_code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
    denied: Option<String>,
}

impl Callback {
    /// The code, after all checks.
    ///
    /// # Errors
    /// [`AppError::NotOurs`], [`AppError::Denied`], or the provider's error.
    pub(crate) fn code(self, attempt: &Attempt, issuer: &str) -> Result<String, AppError> {
        if attempt.state.is_some() && self.state != attempt.state {
            return Err(AppError::NotOurs("this answer belongs to another attempt"));
        }
        if self.iss.is_some_and(|iss| iss.trim_end_matches('/') != issuer) {
            return Err(AppError::NotOurs("this answer comes from another provider"));
        }
        if self.denied.is_some() || self.error.as_deref() == Some("access_denied") {
            return Err(AppError::Denied);
        }
        if let Some(code) = self.error {
            let description = self.error_description.unwrap_or_default();
            return Err(AppError::Refused { status: 302, code, description });
        }
        let code = self.code.or(self.access_code);
        code.ok_or(AppError::NotOurs("this answer brings no code"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "http://127.0.0.1:8083";

    fn attempt() -> Attempt {
        Attempt { state: Some("s-1".to_owned()), verifier: Verifier("v".to_owned()) }
    }

    fn callback(pairs: &[(&str, &str)]) -> Callback {
        let of = |wanted: &str| {
            let found = pairs.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| (*value).to_owned())
        };
        Callback {
            code: of("code"),
            access_code: of("access_code"),
            state: of("state"),
            iss: of("iss"),
            error: of("error"),
            error_description: None,
            denied: of("denied"),
        }
    }

    #[test]
    fn a_code_is_used_only_with_the_state_of_this_attempt() {
        let ours = callback(&[("code", "c"), ("state", "s-1")]);
        assert_eq!(ours.code(&attempt(), ISSUER).unwrap(), "c");
        for state in [&[("code", "c"), ("state", "s-2")][..], &[("code", "c")][..]] {
            let answer = callback(state).code(&attempt(), ISSUER).unwrap_err();
            assert_eq!(answer, AppError::NotOurs("this answer belongs to another attempt"));
        }
    }

    #[test]
    fn rfc9207_2_4_an_answer_of_another_issuer_is_dropped() {
        let query = |iss| callback(&[("code", "c"), ("state", "s-1"), ("iss", iss)]);
        assert!(query(ISSUER).code(&attempt(), ISSUER).is_ok());
        let answer = query("http://127.0.0.1:8082").code(&attempt(), ISSUER).unwrap_err();
        assert!(matches!(answer, AppError::NotOurs(_)));
    }

    #[test]
    fn a_no_is_no_error_in_either_form() {
        let standard = callback(&[("error", "access_denied"), ("state", "s-1")]);
        assert_eq!(standard.code(&attempt(), ISSUER).unwrap_err(), AppError::Denied);
        let stateless = Attempt { state: None, ..attempt() };
        let older = callback(&[("denied", "true")]);
        assert_eq!(older.code(&stateless, ISSUER).unwrap_err(), AppError::Denied);
    }
}
