//! The public face of every [`Denial`]: one exhaustive table.
//!
//! Invariant: there is no catch-all arm, so a new reason does not compile before it is classified.
//! Public texts hold no secret and no hint whether an account exists: everything that depends on
//! whether a name or secret is known shares one text.

mod code;
mod gate;
mod kin;
mod link;
mod told;

use oauth::Problem;

use crate::Denial;

/// How loudly a denial is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The caller's mistake.
    Info,
    /// Worth a look: an attack, or a customer about to call.
    Warn,
    /// Ours.
    Error,
}

/// What is made of a denial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The stable private code: in logs, metrics and `postern why`.
    pub code: &'static str,
    /// What the outside sees.
    pub problem: Problem,
    /// The public description.
    pub description: &'static str,
    /// How loudly it is logged.
    pub level: Level,
}

const CLIENT: &str = "Client authentication failed.";
const GRANT: &str = "The code or refresh token is invalid, expired or revoked.";
const APP: &str = "There is no such app.";
const REDIRECT: &str = "The redirect URI is not registered for this app.";
const SIGN_IN: &str = "The e-mail address or the password is wrong.";
const SESSION: &str = "You are not signed in any more.";
const TOKEN: &str = "The token is invalid, expired or revoked.";

impl Denial {
    /// What is made of it where a client presents itself or its grant.
    pub fn verdict(&self) -> Verdict {
        use Level::{Error, Info, Warn};
        use Problem as P;
        let (code, problem, description, level) = match self {
            Self::Malformed(failure) => ("malformed_request", failure.problem, "", Info),
            Self::ParameterMissing(_) => ("parameter_missing", P::InvalidRequest, "", Info),
            Self::NoClientAuthentication => {
                ("no_client_authentication", P::InvalidClient, CLIENT, Info)
            }
            Self::TwoClientAuthentications => (
                "two_client_authentications",
                P::InvalidRequest,
                "The client must authenticate in one way only.",
                Info,
            ),
            Self::AuthMethodNotAllowed(_) => {
                ("auth_method_not_allowed", P::InvalidClient, CLIENT, Info)
            }
            Self::WhiteSpace(_) => ("credential_has_white_space", P::InvalidClient, CLIENT, Info),
            Self::UnknownClient(_) => ("unknown_client", P::InvalidClient, CLIENT, Info),
            Self::SecretDamaged(_) => ("secret_damaged", P::InvalidClient, CLIENT, Info),
            Self::SecretForeign(_) => ("secret_foreign", P::InvalidClient, CLIENT, Info),
            Self::SecretUnknown(_) => ("secret_unknown", P::InvalidClient, CLIENT, Info),
            Self::SecretMismatch(_) => ("secret_mismatch", P::InvalidClient, CLIENT, Warn),
            Self::SecretOfAnother(_) => ("secret_of_another", P::InvalidClient, CLIENT, Warn),
            Self::CredentialRevoked { .. } => {
                ("credential_revoked", P::InvalidClient, CLIENT, Info)
            }
            Self::CredentialExpired { .. } => {
                ("credential_expired", P::InvalidClient, CLIENT, Info)
            }
            Self::ClientSuspended => {
                ("client_suspended", P::ClientSuspended, "The client is not active.", Info)
            }
            Self::OrganizationSuspended => {
                ("organization_suspended", P::ClientSuspended, "The client is not active.", Info)
            }
            Self::UserGone => ("user_gone", P::InvalidGrant, GRANT, Info),
            Self::MembershipEnded => ("membership_ended", P::InvalidGrant, GRANT, Info),
            Self::ResourceServerSuspended => (
                "resource_server_suspended",
                P::AudienceUnknown,
                "The audience is not available.",
                Info,
            ),
            Self::GrantRevoked(_) => ("grant_revoked", P::InvalidGrant, GRANT, Info),
            Self::ConnectionsDropped => ("connections_dropped", P::InvalidGrant, GRANT, Info),
            Self::Dangling(_) => ("dangling_reference", P::InvalidGrant, GRANT, Error),
            Self::GrantTypeUnknown(_) => (
                "grant_type_unknown",
                P::UnsupportedGrantType,
                "The grant type is not supported.",
                Info,
            ),
            Self::GrantTypeNotAllowed(_) => (
                "grant_type_not_allowed",
                P::UnauthorizedClient,
                "The client may not use this grant type.",
                Info,
            ),
            Self::ScopeMalformed => {
                ("scope_malformed", P::InvalidScope, "The scope is malformed.", Info)
            }
            Self::ScopeNotGranted(_) => (
                "scope_not_granted",
                P::InvalidScope,
                "The scope is unknown or not granted to the client.",
                Info,
            ),
            Self::AudienceMissing => {
                ("audience_missing", P::AudienceMissing, "An audience must be named.", Info)
            }
            Self::AudienceUnknown(_) => {
                ("audience_unknown", P::AudienceUnknown, "The audience is not known.", Info)
            }
            Self::AudienceNotGranted(_) => (
                "audience_not_granted",
                P::AudienceNotGranted,
                "The client is not granted this audience.",
                Info,
            ),
            Self::BudgetSpent { .. } => (
                "budget_spent",
                P::BudgetSpent,
                "The limit of tokens issued per hour or day is reached.",
                Info,
            ),
            Self::TokenUnrecognized => ("token_unrecognized", P::InvalidToken, TOKEN, Info),
            Self::Jwt(_) => ("jwt_not_good", P::InvalidToken, TOKEN, Warn),
            Self::Unsealable => ("sealed_token_not_good", P::InvalidToken, TOKEN, Warn),
            Self::TokenExpired(_) => ("token_expired", P::InvalidToken, TOKEN, Info),
            Self::TokenRevoked => ("token_revoked", P::InvalidToken, TOKEN, Info),
            Self::WrongAudience { .. } => ("wrong_audience", P::InvalidToken, TOKEN, Info),
            Self::NotPermitted(_) => {
                ("not_permitted", P::InsufficientScope, "The credential does not allow this.", Info)
            }
            Self::NameTaken { .. } => {
                ("name_taken", P::InvalidRequest, "An entity with this name exists.", Info)
            }
            Self::InvalidField { .. } => ("invalid_field", P::InvalidRequest, "", Info),
            Self::NotFound { .. } => ("not_found", P::NotFound, "There is no such thing.", Info),
            Self::StateForbids(_) => {
                ("state_forbids", P::InvalidRequest, "Its state does not allow this.", Info)
            }
            Self::IdempotencyKeyReused => (
                "idempotency_key_reused",
                P::InvalidRequest,
                "The idempotency key was used for another request.",
                Info,
            ),
            Self::Contended => {
                ("contended", P::TemporarilyUnavailable, "Too busy; try again.", Warn)
            }
            Self::NoSigningKey(_) => {
                ("no_signing_key", P::ServerError, "The server is not set up for this.", Error)
            }
            Self::Store(store::StoreError::Unavailable(_)) => (
                "store_unavailable",
                P::TemporarilyUnavailable,
                "The service is not available at present; try again.",
                Error,
            ),
            Self::Store(store::StoreError::Failed(_)) => {
                ("store_failed", P::ServerError, "The server failed.", Error)
            }
            Self::UnknownApp(_) => ("unknown_app", P::UnknownApp, APP, Info),
            Self::AppMayNotAsk => (
                "app_may_not_ask",
                P::UnauthorizedClient,
                "The client may not ask for authorization codes.",
                Info,
            ),
            Self::RedirectMissing => ("redirect_missing", P::InvalidRedirect, REDIRECT, Info),
            Self::RedirectMalformed(_) => {
                ("redirect_malformed", P::InvalidRedirect, REDIRECT, Info)
            }
            Self::RedirectNotRegistered(_) => {
                ("redirect_not_registered", P::InvalidRedirect, REDIRECT, Warn)
            }
            Self::ResponseTypeUnsupported(_) => (
                "response_type_unsupported",
                P::UnsupportedResponseType,
                "The response type must be code.",
                Info,
            ),
            Self::ResponseModeUnsupported(_) => (
                "response_mode_unsupported",
                P::InvalidRequest,
                "The response mode must be query.",
                Info,
            ),
            Self::RequestObjectGiven => (
                "request_object_given",
                P::RequestNotSupported,
                "The parameter request is not supported.",
                Info,
            ),
            Self::RequestUriGiven => (
                "request_uri_given",
                P::RequestUriNotSupported,
                "The parameter request_uri is not supported.",
                Info,
            ),
            Self::ChallengeMissing => {
                ("challenge_missing", P::InvalidRequest, "A code challenge is required.", Info)
            }
            Self::ChallengeMalformed => {
                ("challenge_malformed", P::InvalidRequest, "The code challenge is malformed.", Info)
            }
            Self::ChallengeMethodUnsupported(_) => (
                "challenge_method_unsupported",
                P::InvalidRequest,
                "The code challenge method is not supported.",
                Info,
            ),
            Self::StateMissing => ("state_missing", P::InvalidState, "A state is required.", Info),
            Self::StateTooShort(_) => {
                ("state_too_short", P::InvalidState, "The state is too short.", Info)
            }
            Self::ParameterMalformed(_) => ("parameter_malformed", P::InvalidRequest, "", Info),
            Self::LoginRequired => {
                ("login_required", P::LoginRequired, "The person must sign in.", Info)
            }
            Self::ConsentRequired => {
                ("consent_required", P::ConsentRequired, "The person must consent.", Info)
            }
            Self::InteractionRequired => {
                ("interaction_required", P::InteractionRequired, "The person must choose.", Info)
            }
            Self::DeniedByPerson => {
                ("denied_by_person", P::AccessDenied, "The person denied the request.", Info)
            }
            Self::NoOrganization => (
                "no_organization",
                P::AccessDenied,
                "The person has no organization to connect.",
                Info,
            ),
            Self::NotAMember(_) => (
                "not_a_member",
                P::AccessDenied,
                "The person does not belong to this organization.",
                Warn,
            ),
            Self::Code(code) => return code.verdict(),
            Self::RefreshReplayed { .. } => (
                "refresh_replayed",
                P::InvalidGrant,
                "The refresh token was used before; the connection is closed.",
                Warn,
            ),
            Self::NoSuchAccount => ("no_such_account", P::AccessDenied, SIGN_IN, Info),
            Self::NoPassword => ("no_password", P::AccessDenied, SIGN_IN, Info),
            Self::PasswordMismatch => ("password_mismatch", P::AccessDenied, SIGN_IN, Info),
            Self::AccountSuspended => ("account_suspended", P::AccessDenied, SIGN_IN, Info),
            Self::TooManyAttempts(_) => (
                "too_many_attempts",
                P::RateLimited,
                "Too many attempts. Wait a little, then try again.",
                Warn,
            ),
            Self::SignInBusy => {
                ("sign_in_busy", P::TemporarilyUnavailable, "Too busy; try again.", Warn)
            }
            Self::SessionUnknown => ("session_unknown", P::LoginRequired, SESSION, Info),
            Self::SessionExpired(_) => ("session_expired", P::LoginRequired, SESSION, Info),
            Self::FormForeign => (
                "form_foreign",
                P::InvalidRequest,
                "The page was out of date. Nothing was lost: please confirm again.",
                Info,
            ),
            Self::Link(link) => return link.verdict(),
            Self::AccessRequestsFull(_) => (
                "access_requests_full",
                P::RateLimited,
                "No more requests are taken at the moment. Please try again tomorrow.",
                Warn,
            ),
            Self::Gate(gate) => return gate.verdict(),
            Self::Caller(inner) => {
                let inner = inner.verdict();
                (inner.code, P::CallerSuspended, "The client is not active.", inner.level)
            }
            Self::App(inner) => {
                let inner = inner.verdict();
                (inner.code, P::UnknownApp, "The app is not active at present.", inner.level)
            }
            Self::AuthorizationRequest(inner) => {
                let inner = inner.verdict();
                let told = "The person cannot grant this at present.";
                (inner.code, P::AccessDenied, told, inner.level)
            }
            Self::Grant(inner) => {
                let inner = inner.verdict();
                (inner.code, P::InvalidGrant, GRANT, inner.level)
            }
            Self::Token(inner) => {
                let inner = inner.verdict();
                (inner.code, P::InvalidToken, TOKEN, inner.level)
            }
        };
        Verdict { code, problem, description, level }
    }
}
