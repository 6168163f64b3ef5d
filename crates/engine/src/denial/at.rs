//! Where a request is denied, and the one rule by which this changes the answer.

use oauth::Problem;
use oauth::Problem::{
    AccessDenied, CallerSuspended, Conflict, InvalidGrant, InvalidToken, UnknownApp,
};

use super::text::PublicText::{self, Fixed};

/// Where a request is denied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeniedAt {
    /// An endpoint where clients authenticate, or a page for users. Every reason has its own problem.
    #[default]
    Endpoint,
    /// The token endpoint, where the connection behind an authorization code is no longer active: the
    /// code is invalid (RFC 6749 §5.2). The client itself was checked before.
    CodeExchange,
    /// The token endpoint, where a refresh token is presented (RFC 6749 §6).
    Refresh,
    /// An API of this issuer that takes bearer tokens (RFC 6750 §3.1): userinfo, introspection, the admin
    /// and the account API.
    Bearer,
    /// An API behind the gate. A genuine credential of a suspended client is 403 (RFC 9110 §15.5.4).
    Gate,
    /// The authorization endpoint, while the app or its redirect URI is not accepted yet: a page for the
    /// user (RFC 6749 §4.1.2.1).
    AuthorizationPage,
    /// The authorization endpoint, while the user decides: the app is redirected to (RFC 6749 §4.1.2.1).
    AuthorizationRequest,
    /// An operation of the admin or the account API, after its caller was authenticated.
    ManagementApi,
}

/// What a reason is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The presented credential, or the grant, the user or the API that it depends on.
    Credential,
    /// The client, or the organization that it belongs to.
    Client,
    /// The state of what shall be changed.
    State,
    /// The request itself, or the server: the same problem everywhere.
    Request,
}

impl DeniedAt {
    /// Every value, in the order of the columns of `docs/reasons.md`.
    pub const ALL: &'static [Self] = &[
        Self::Endpoint,
        Self::CodeExchange,
        Self::Refresh,
        Self::Bearer,
        Self::Gate,
        Self::AuthorizationPage,
        Self::AuthorizationRequest,
        Self::ManagementApi,
    ];

    /// The problem of a reason about `subject` here, and its text where that differs, too. `None`:
    /// the reason's row applies.
    pub const fn instead(self, subject: Subject) -> Option<(Problem, Option<PublicText>)> {
        match subject {
            Subject::Credential => match self {
                Self::CodeExchange | Self::Refresh => Some((InvalidGrant, Some(GRANT))),
                Self::Bearer | Self::Gate => Some((InvalidToken, Some(TOKEN))),
                Self::AuthorizationPage => Some((UnknownApp, Some(APP_INACTIVE))),
                Self::AuthorizationRequest => Some((AccessDenied, Some(USER_CANNOT_GRANT))),
                Self::Endpoint | Self::ManagementApi => None,
            },
            Subject::Client => match self {
                Self::CodeExchange => Some((InvalidGrant, Some(GRANT))),
                Self::Gate => Some((CallerSuspended, Some(CLIENT_INACTIVE))),
                Self::AuthorizationPage => Some((UnknownApp, Some(APP_INACTIVE))),
                Self::AuthorizationRequest => Some((AccessDenied, Some(USER_CANNOT_GRANT))),
                // Some published formats have a distinct error for a suspended client.
                Self::Endpoint | Self::Refresh | Self::Bearer | Self::ManagementApi => None,
            },
            Subject::State => match self {
                Self::ManagementApi => Some((Conflict, None)),
                Self::Endpoint
                | Self::CodeExchange
                | Self::Refresh
                | Self::Bearer
                | Self::Gate
                | Self::AuthorizationPage
                | Self::AuthorizationRequest => None,
            },
            Subject::Request => None,
        }
    }
}

pub(super) const GRANT: PublicText =
    Fixed("The code or refresh token is invalid, expired or revoked.");
pub(super) const TOKEN: PublicText = Fixed("The token is invalid, expired or revoked.");
pub(super) const CLIENT_INACTIVE: PublicText = Fixed("The client is not active.");
const APP_INACTIVE: PublicText = Fixed("The app is not active at present.");
const USER_CANNOT_GRANT: PublicText = Fixed("The person cannot grant this at present.");
