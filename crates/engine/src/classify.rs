//! The public face of every [`Denial`]: one exhaustive table.
//!
//! Invariant: there is no catch-all arm, so a new reason does not compile before it is classified.
//! Public texts hold no secret and no hint whether an account exists: everything that depends on
//! whether a name or secret is known shares one text.

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
const GRANT: &str = "The refresh token is invalid, expired or revoked.";
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
                | Self::Dangling(_)
        )
    }
}
