//! A denied authorization request, and where the denial goes.

use oauth::AuthorizationReply;

use super::RedirectTarget;
use crate::Denial;

/// A denied authorization request.
///
/// A denial before there is a [`RedirectTarget`] cannot redirect, because it has no target. A denial
/// of an app that nobody verified is shown first: else anybody could register an app, and use this
/// issuer's address in a link that leads to a page of their own (RFC 9700 §4.11.2).
#[derive(Debug)]
pub enum AuthorizationDenial {
    /// Shown on a page: there is no safe redirect target (RFC 6749 §4.1.2.1).
    Page(Denial),
    /// Returned to the app by redirect.
    Redirect {
        /// The redirect target.
        target: RedirectTarget,
        /// The `state` parameter of the request, returned unchanged.
        state: Option<String>,
        /// The reason for the denial.
        denial: Denial,
        /// Whether a page must show the denial and where the target leads, and the person decides
        /// whether to go there: nobody verified the app.
        shown_first: bool,
    },
}

impl AuthorizationDenial {
    /// The denial, to record as a refusal. It is recorded in both cases.
    pub const fn denial(&self) -> &Denial {
        match self {
            Self::Page(denial) | Self::Redirect { denial, .. } => denial,
        }
    }

    /// Whether a page must show the denial before the browser may go to the app.
    pub const fn is_shown_first(&self) -> bool {
        matches!(self, Self::Redirect { shown_first: true, .. })
    }

    /// The response for the app.
    ///
    /// # Errors
    /// The denial itself, if it must be shown on a page.
    pub fn into_reply(self) -> Result<AuthorizationReply, Denial> {
        match self {
            Self::Page(denial) => Err(denial),
            Self::Redirect { target, state, denial, .. } => Ok(AuthorizationReply {
                redirect_uri: target.into_uri(),
                state,
                outcome: Err(denial.error_response()),
            }),
        }
    }
}
