//! The client does not authenticate, is suspended, or may not use this grant type (RFC 6749 §2.3, §5.2).

use domain::BudgetState;
use oauth::{ClientAuthMethod, GrantType, Quota};

use super::at::CLIENT_INACTIVE;
use super::text::PublicText::{self, Fixed};
use crate::redact::{beginning, name};

/// Text for everything that depends on whether a client or secret is known.
pub(super) const CLIENT: PublicText = Fixed("Client authentication failed.");

/// Why a client is denied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientReason {
    /// The request carries no client authentication, and the endpoint needs it.
    #[error("the request carries no client authentication")]
    NoAuthentication,
    /// The request carries two kinds of client authentication (RFC 6749 §2.3).
    #[error("the client authenticated in two ways at once")]
    TwoAuthentications,
    /// The client is not registered for the method that it used.
    #[error("the client may not authenticate by {0}")]
    AuthMethodNotAllowed(ClientAuthMethod),
    /// The realm has no client, key or resource server with this id.
    #[error("there is no client or key named {:?}", beginning(.0))]
    Unknown(String),
    /// The client is suspended.
    #[error("the client is suspended")]
    Suspended,
    /// The organization that the client belongs to or acts for is suspended.
    #[error("the organization is suspended")]
    OrganizationSuspended,
    /// The dialect does not have this grant type.
    #[error("this realm has no grant type {:?}", name(.0))]
    GrantTypeUnknown(String),
    /// The client is not registered for this grant type.
    #[error("the client may not use the grant type {0}")]
    GrantTypeNotAllowed(GrantType),
    /// No more tokens are issued to the client or its organization in this hour or UTC day.
    #[error("the budget is spent: {} in this hour, {} on this day", .state.used_in_hour, .state.used_in_day)]
    BudgetSpent {
        /// The tokens issued so far.
        state: BudgetState,
        /// The client's budget, where that one is spent.
        client: Option<Quota>,
        /// The organization's budget, where that one is spent.
        organization: Option<Quota>,
    },
}

rows! { ClientReason {
    NoAuthentication => "no_client_authentication", Info, Credential, InvalidClient, CLIENT,
        "The caller must send `client_id` and `client_secret`, by HTTP Basic or in the body, or a bearer token in \
         `Authorization` where the endpoint is an API.";
    TwoAuthentications => "two_client_authentications", Info, Request, InvalidRequest,
        Fixed("The client must authenticate in one way only."),
        "The caller must send the secret either in `Authorization: Basic` or as `client_secret` in the body: many HTTP \
         libraries add the header by themselves.";
    AuthMethodNotAllowed => "auth_method_not_allowed", Info, Request, InvalidClient, CLIENT,
        "Allow the method with `postern client update ID --auth-method METHOD`, or let the caller use one that `postern \
         client show` lists.";
    Unknown => "unknown_client", Info, Credential, InvalidClient, CLIENT,
        "No client, key or resource server of this realm has that id: compare the `client_id` with `postern client \
         list`, and the URL with the realm's `issuer`.";
    Suspended => "client_suspended", Info, Client, ClientSuspended, CLIENT_INACTIVE,
        "Read in `postern event list` who suspended the client and why; then `postern client activate`.";
    OrganizationSuspended => "organization_suspended", Info, Client, ClientSuspended, CLIENT_INACTIVE,
        "Read in `postern event list` who suspended the organization and why; then `postern org activate`.";
    GrantTypeUnknown => "grant_type_unknown", Info, Request, UnsupportedGrantType,
        Fixed("The grant type is not supported."),
        "The caller must send a `grant_type` that the realm's metadata lists under `grant_types_supported`.";
    GrantTypeNotAllowed => "grant_type_not_allowed", Info, Request, UnauthorizedClient,
        Fixed("The client may not use this grant type."),
        "Allow it with `postern client update ID --grant-type TYPE`, together with the types that the client has.";
    BudgetSpent => "budget_spent", Info, Request, BudgetSpent,
        Fixed("The limit of tokens issued per hour or day is reached."),
        "Compare `postern budget show` with how often the client fetches a token: it should keep one until it expires. \
         Raise the limit with `postern budget set`.";
}}
