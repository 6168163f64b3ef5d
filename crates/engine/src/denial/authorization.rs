//! The authorization request of an app is invalid (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6).

use super::text::PublicText::{self, Fixed};
use crate::redact::{beginning, name};

const REDIRECT: PublicText = Fixed("The redirect URI is not registered for this app.");

/// Why an authorization request is denied before the user is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationReason {
    /// The realm has no app with this `client_id`.
    #[error("there is no app named {:?}", beginning(.0))]
    UnknownApp(String),
    /// The app is not registered for the authorization code grant.
    #[error("the client is not registered for authorization codes")]
    GrantTypeNotAllowed,
    /// The request has no `redirect_uri`, and the app has not exactly one.
    #[error("the request names no redirect URI, and the app has not exactly one")]
    RedirectMissing,
    /// The `redirect_uri` is not an absolute URI that a redirect may go to.
    #[error("the redirect URI is malformed: {0}")]
    RedirectMalformed(oauth::RedirectUriError),
    /// The `redirect_uri` is not one of the app's.
    #[error("the redirect URI {:?} is not registered", name(.0))]
    RedirectNotRegistered(String),
    /// The `response_type` is not `code`.
    #[error("the response type {:?} is not supported", name(.0))]
    ResponseTypeUnsupported(String),
    /// The `response_mode` is not `query`.
    #[error("the response mode {:?} is not supported", name(.0))]
    ResponseModeUnsupported(String),
    /// The app sent `request` (OpenID Connect Core §6.1).
    #[error("request objects are not supported")]
    RequestObject,
    /// The app sent `request_uri` (OpenID Connect Core §6.2).
    #[error("requests by reference are not supported")]
    RequestUri,
    /// The request has no `code_challenge`, and the app must send one (RFC 7636 §4.4.1).
    #[error("the request carries no code challenge")]
    ChallengeMissing,
    /// The `code_challenge` is not one of its method (RFC 7636 §4.2).
    #[error("the code challenge is malformed")]
    ChallengeMalformed,
    /// The dialect does not accept this `code_challenge_method`.
    #[error("the code challenge method {:?} is not supported", name(.0))]
    ChallengeMethodUnsupported(String),
    /// The request has no `state`, and the dialect needs one (RFC 6749 §10.12).
    #[error("the request carries no state")]
    StateMissing,
    /// The `state` is so short that it can be guessed.
    #[error("the state is shorter than {0} characters")]
    StateTooShort(usize),
}

rows! { AuthorizationReason {
    UnknownApp => "unknown_app", Info, Request, UnknownApp, Fixed("There is no such app."),
        "Compare the `client_id` in the app's link with `postern client list`: it must be a client of kind `app` in \
         this realm.";
    GrantTypeNotAllowed => "app_may_not_ask", Info, Request, UnauthorizedClient,
        Fixed("The client may not ask for authorization codes."),
        "Allow it with `postern client update ID --grant-type authorization_code`.";
    RedirectMissing => "redirect_missing", Info, Request, InvalidRedirect, REDIRECT,
        "The app must send `redirect_uri`, unless exactly one is registered: see `postern client show`.";
    RedirectMalformed => "redirect_malformed", Info, Request, InvalidRedirect, REDIRECT,
        "The app must send an absolute `redirect_uri` without fragment, percent-encoded once in the query.";
    RedirectNotRegistered => "redirect_not_registered", Warn, Request, InvalidRedirect, REDIRECT,
        "If the URI in the explanation is the app's, register it with `postern client update ID --redirect-uri URI`; \
         `[redirect]` of the dialect says how URIs are compared.";
    ResponseTypeUnsupported => "response_type_unsupported", Info, Request, UnsupportedResponseType,
        Fixed("The response type must be code."),
        "The app must send `response_type=code`: Postern has no implicit and no hybrid flow.";
    ResponseModeUnsupported => "response_mode_unsupported", Info, Request, InvalidRequest,
        Fixed("The response mode must be query."),
        "The app must leave `response_mode` out, or send `query`.";
    RequestObject => "request_object_given", Info, Request, RequestNotSupported,
        Fixed("The parameter request is not supported."),
        "The app must send plain query parameters in place of a signed `request` object.";
    RequestUri => "request_uri_given", Info, Request, RequestUriNotSupported,
        Fixed("The parameter request_uri is not supported."),
        "The app must send plain query parameters in place of a `request_uri`: requests are neither pushed nor fetched.";
    ChallengeMissing => "challenge_missing", Info, Request, InvalidRequest, Fixed("A code challenge is required."),
        "The app must use PKCE: `postern pkce` makes a pair to try it with. `[pkce] required` of the dialect says which \
         apps must.";
    ChallengeMalformed => "challenge_malformed", Info, Request, InvalidRequest,
        Fixed("The code challenge is malformed."),
        "With `S256` the `code_challenge` has 43 characters of base64url, without padding: compare it with what \
         `postern pkce --verifier VERIFIER` prints.";
    ChallengeMethodUnsupported => "challenge_method_unsupported", Info, Request, InvalidRequest,
        Fixed("The code challenge method is not supported."),
        "The app must send `code_challenge_method=S256`; others are allowed by `[pkce] methods` of the dialect, and \
         `plain` never without a client secret.";
    StateMissing => "state_missing", Info, Request, InvalidState, Fixed("A state is required."),
        "The app must send a random `state` with each request: `[state] required` of the dialect asks for it.";
    StateTooShort => "state_too_short", Info, Request, InvalidState, Fixed("The state is too short."),
        "The app must send a longer random value: `[state] min_length` of the dialect is the least.";
}}
