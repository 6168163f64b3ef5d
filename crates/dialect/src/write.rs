//! Encodes the responses of an endpoint in the format of its dialect.

use oauth::{AuthorizationReply, ErrorResponse, Problem, RedirectUri, Reply};

use crate::encode::{Answer, ErrorFacts, ReplyFacts};
use crate::{Context, Dialect, Endpoint, Outgoing};

impl Dialect {
    /// Encodes a reply of `endpoint`.
    pub fn encode(&self, endpoint: &Endpoint, reply: &Reply, context: &Context<'_>) -> Outgoing {
        match &endpoint.answer {
            Answer::Written(success) => {
                let token_type = &self.access_token.token_type;
                let facts = ReplyFacts::new(token_type, &self.quota, reply, context);
                success.write(&facts, context.request_id)
            }
            Answer::Redirected(_) => self.misplaced(endpoint, context),
        }
    }

    /// Encodes the outcome of an authorization request: the redirect to the app (RFC 6749 §4.1.2).
    /// The operation of `endpoint` must be [`oauth::Operation::Authorization`].
    pub fn encode_authorization(
        &self,
        endpoint: &Endpoint,
        reply: &AuthorizationReply,
        context: &Context<'_>,
    ) -> Outgoing {
        match &endpoint.answer {
            Answer::Redirected(redirect) => {
                redirect.authorization(&endpoint.failures, reply, context)
            }
            Answer::Written(_) => self.misplaced(endpoint, context),
        }
    }

    /// Encodes the redirect after a user signed out (OpenID Connect RP-Initiated Logout §3). The
    /// operation of `endpoint` must be [`oauth::Operation::EndSession`], `redirect_uri` must be
    /// checked to be the app's, and `state` is exactly as it was sent.
    pub fn encode_signed_out(
        &self,
        endpoint: &Endpoint,
        (redirect_uri, state): (&RedirectUri, Option<&str>),
        context: &Context<'_>,
    ) -> Outgoing {
        match &endpoint.answer {
            Answer::Redirected(redirect) => redirect.signed_out(redirect_uri, state, context),
            Answer::Written(_) => self.misplaced(endpoint, context),
        }
    }

    /// Writes an error, in the words of `endpoint` where one was found.
    pub fn encode_error(
        &self,
        endpoint: Option<&Endpoint>,
        error: &ErrorResponse,
        context: &Context<'_>,
    ) -> Outgoing {
        let failures = endpoint.map_or(&self.failures, |endpoint| &endpoint.failures);
        let shape = failures.shape(error.problem);
        let facts = ErrorFacts::new(&self.quota, shape, error, context);
        shape.write(&facts, error, context.request_id)
    }

    /// Encodes the answer to [`crate::Route::MethodNotAllowed`], with its `Allow` header (RFC 9110
    /// §15.5.6).
    pub fn encode_method_not_allowed(&self, allow: &[&str], context: &Context<'_>) -> Outgoing {
        let error =
            ErrorResponse::new(Problem::MethodNotAllowed, "The method is not allowed here.");
        let mut outgoing = self.encode_error(None, &error, context);
        outgoing.headers.push(("allow".into(), allow.join(", ").into()));
        outgoing
    }

    /// A reply that this endpoint has no format for: a bug of the caller in this program, not of
    /// the client.
    fn misplaced(&self, endpoint: &Endpoint, context: &Context<'_>) -> Outgoing {
        let ours = ErrorResponse::new(Problem::ServerError, "The answer could not be written.");
        self.encode_error(Some(endpoint), &ours, context)
    }
}
