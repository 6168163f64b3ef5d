//! The public face of every [`Denial`]: one exhaustive table.
//!
//! Invariant: there is no catch-all arm, so a new reason does not compile before it is classified.
//! Public texts hold no secret and no hint whether an account exists: everything that depends on
//! whether a name or secret is known shares one text.

mod gate;

use domain::Refusal;
use oauth::{Failure, Problem};

use crate::{Context, Denial, discreet};

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
const CODE: &str = "The authorization code is invalid.";
const APP: &str = "There is no such app.";
const REDIRECT: &str = "The redirect URI is not registered for this app.";
const SIGN_IN: &str = "The e-mail address or the password is wrong.";
const SESSION: &str = "You are not signed in any more.";
const LINK: &str = "The link is not valid any more.";
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
            Self::CodeUnsealable => ("code_not_good", P::InvalidGrant, CODE, Info),
            Self::CodeExpired(_) => {
                ("code_expired", P::InvalidGrant, "The authorization code has expired.", Info)
            }
            Self::CodeReplayed => {
                ("code_replayed", P::InvalidGrant, "The authorization code was used before.", Warn)
            }
            Self::CodeTried => {
                ("code_tried", P::InvalidGrant, "The authorization code was used before.", Warn)
            }
            Self::CodeOfAnother => ("code_of_another", P::InvalidGrant, CODE, Warn),
            Self::CodeRedirectDiffers => (
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
            Self::LinkUnsealable => ("link_not_good", P::NotFound, LINK, Info),
            Self::LinkUsed => ("link_used", P::NotFound, LINK, Info),
            Self::LinkSuperseded => ("link_superseded", P::NotFound, LINK, Info),
            Self::LinkExpired(_) => ("link_expired", P::NotFound, LINK, Info),
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
            Self::Asking(inner) => {
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

    /// What the client is told, in the RFCs' words.
    pub fn failure(&self) -> Failure {
        let verdict = self.verdict();
        match self {
            Self::Malformed(failure) => failure.clone(),
            Self::ParameterMalformed(parameter) => {
                Failure::new(verdict.problem, format!("The parameter {parameter} is malformed."))
            }
            Self::ParameterMissing(parameter) => {
                Failure::new(verdict.problem, format!("The parameter {parameter} is missing."))
            }
            // Administrators are told precisely.
            Self::InvalidField { .. } | Self::NotFound { .. } | Self::StateForbids(_) => {
                Failure::new(verdict.problem, self.to_string())
            }
            Self::BudgetSpent { client, organization, .. } => Failure {
                client_quota: *client,
                organization_quota: *organization,
                ..Failure::new(verdict.problem, verdict.description)
            },
            Self::Gate(gate) => gate.failure(),
            _ => Failure::new(verdict.problem, verdict.description),
        }
    }

    /// The record that `postern why` will find.
    pub fn refusal(&self, ctx: &Context<'_>) -> Refusal {
        let verdict = self.verdict();
        Refusal {
            request_id: ctx.origin.request_id.clone(),
            realm: ctx.issuer.realm().clone(),
            at: ctx.now,
            request: discreet(&ctx.origin.request).into_owned(),
            problem: verdict.problem.as_str().to_owned(),
            reason: verdict.code.to_owned(),
            explanation: discreet(&self.to_string()).into_owned(),
            subject: ctx.origin.recognized.get().map(ToString::to_string),
            address: ctx.origin.address.map(|address| address.to_string()),
        }
    }

    /// The same reason, where what is refused is the presented refresh token or code: what is wrong
    /// with it is `invalid_grant` (RFC 6749 §5.2); what is wrong with its client stays as it is.
    #[must_use]
    pub fn of_grant(self) -> Self {
        if self.is_about_credential() { Self::Grant(Box::new(self)) } else { self }
    }

    /// The same reason, where what is refused is a token or key presented to an API: `invalid_token`
    /// (RFC 6750 §3.1); a suspended client stays that, since some published formats tell it apart.
    #[must_use]
    pub fn of_token(self) -> Self {
        if self.is_about_credential() { Self::Token(Box::new(self)) } else { self }
    }

    /// The same reason, where who is refused calls an API: their credential is genuine, and yet they
    /// may not act (RFC 9110 §15.5.4).
    #[must_use]
    pub fn of_caller(self) -> Self {
        if matches!(self, Self::ClientSuspended | Self::OrganizationSuspended) {
            Self::Caller(Box::new(self))
        } else {
            self
        }
    }

    /// The same reason, where what is refused is an app that asks people: shown on a page.
    #[must_use]
    pub fn of_app(self) -> Self {
        if self.is_about_people() { Self::App(Box::new(self)) } else { self }
    }

    /// The same reason, where what is refused is what an app asks a person for: `access_denied` (RFC
    /// 6749 §4.1.2.1).
    #[must_use]
    pub fn of_asking(self) -> Self {
        if self.is_about_people() { Self::Asking(Box::new(self)) } else { self }
    }

    const fn is_about_people(&self) -> bool {
        self.is_about_credential()
            || matches!(self, Self::ClientSuspended | Self::OrganizationSuspended)
    }

    const fn is_about_credential(&self) -> bool {
        matches!(
            self,
            Self::WhiteSpace(_)
                | Self::UnknownClient(_)
                | Self::SecretDamaged(_)
                | Self::SecretForeign(_)
                | Self::SecretUnknown(_)
                | Self::SecretMismatch(_)
                | Self::SecretOfAnother(_)
                | Self::CredentialRevoked { .. }
                | Self::CredentialExpired { .. }
                | Self::UserGone
                | Self::MembershipEnded
                | Self::ResourceServerSuspended
                | Self::GrantRevoked(_)
                | Self::ConnectionsDropped
                | Self::Dangling(_)
        )
    }
}
