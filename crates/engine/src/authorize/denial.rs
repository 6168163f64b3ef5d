//! A refused authorization request, and where that is told.

use oauth::AuthorizationReply;

use super::RedirectTarget;
use crate::Denial;

/// A refused authorization request.
///
/// Whoever refuses before there is a [`RedirectTarget`] cannot redirect: there is nowhere to.
#[derive(Debug)]
pub enum AuthorizationDenial {
    /// Shown on a page: there is nowhere to redirect to (RFC 6749 §4.1.2.1).
    Page(Denial),
    /// Told to the app.
    Redirect {
        /// Where.
        target: RedirectTarget,
        /// CodeExchange back as it came.
        state: Option<String>,
        /// Why.
        denial: Denial,
    },
}

impl AuthorizationDenial {
    /// Why: to be noted as a refusal, whoever is told.
    pub const fn denial(&self) -> &Denial {
        match self {
            Self::Page(denial) | Self::Redirect { denial, .. } => denial,
        }
    }

    /// What is told to the app.
    ///
    /// # Errors
    /// The denial itself, where it is to be shown on a page.
    pub fn into_reply(self) -> Result<AuthorizationReply, Denial> {
        match self {
            Self::Page(denial) => Err(denial),
            Self::Redirect { target, state, denial } => Ok(AuthorizationReply {
                redirect_uri: target.into_uri(),
                state,
                outcome: Err(denial.error_response()),
            }),
        }
    }
}
