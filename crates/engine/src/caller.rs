//! Who may introspect or revoke a credential.
//!
//! Clients, API keys and resource servers authenticate (RFC 6749 §2.3). A bearer token is accepted,
//! too (RFC 7662 §2.1): its bearer may introspect and revoke what depends on the same credential.
//! An admin key may introspect and revoke everything in the realm.

use domain::{Actor, PublicId};
use oauth::Request;

use crate::admin::admin_keys::{self, Administrator};
use crate::authenticate::{Authenticated, authenticate};
use crate::present::{Found, Presented, PresentedAt, Verified, present};
use crate::{ClientReason, Context, CredentialReason, Denial, Reason};

/// The admin scope that introspection of any credential needs.
const ADMIN_INTROSPECTION: &str = "audit:read";
/// The admin scope that revocation of any credential needs.
const ADMIN_REVOCATION: &str = "tokens:write";

/// What a caller wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallerPurpose {
    /// Introspection (RFC 7662).
    Introspect,
    /// Revocation (RFC 7009).
    Revoke,
}

/// The authenticated caller of introspection or revocation.
#[derive(Debug)]
pub(crate) enum Caller {
    /// The caller used client authentication.
    Authenticated(Authenticated),
    /// The caller presented a credential as bearer token.
    Bearer(Box<Verified>),
    /// The holder of an admin key.
    Admin(Administrator),
}

impl Caller {
    /// Authenticates the caller of `request` for `purpose`.
    pub(crate) async fn of(
        ctx: &Context<'_>,
        request: &Request,
        purpose: CallerPurpose,
    ) -> Result<Self, Denial> {
        let Some(bearer) = &request.bearer else {
            let authenticated = authenticate(ctx, request).await?;
            // A client id alone is no proof: it may revoke the client's own tokens, but not
            // introspect.
            let proven = !matches!(authenticated, Authenticated::Client { secret: None, .. });
            return if proven || purpose == CallerPurpose::Revoke {
                Ok(Self::Authenticated(authenticated))
            } else {
                Err(ClientReason::NoAuthentication.into())
            };
        };
        match admin_keys::authenticate(ctx, bearer.expose()).await {
            Ok(admin) => {
                admin.require(match purpose {
                    CallerPurpose::Introspect => ADMIN_INTROSPECTION,
                    CallerPurpose::Revoke => ADMIN_REVOCATION,
                })?;
                Ok(Self::Admin(admin))
            }
            // The string is not an admin key. It may be a credential of another kind.
            Err(denial)
                if matches!(
                    denial.reason,
                    Reason::Credential(CredentialReason::OtherPrefix(_))
                ) =>
            {
                let presented = Presented::Token(bearer.expose());
                Ok(Self::Bearer(Box::new(present(ctx, &presented, PresentedAt::Issuer).await?)))
            }
            Err(denial) => Err(denial),
        }
    }

    /// Where the credential in question is presented. A resource server asks on behalf of its API.
    pub(crate) fn presented_at(&self) -> PresentedAt {
        match self {
            Self::Authenticated(Authenticated::ResourceServer(_)) => PresentedAt::Api,
            Self::Authenticated(_) | Self::Bearer(_) | Self::Admin(_) => PresentedAt::Issuer,
        }
    }

    /// Whether the caller may learn about a credential.
    pub(crate) fn may_introspect(&self, it: &Found) -> bool {
        match self {
            Self::Authenticated(Authenticated::ResourceServer(server)) => {
                it.grant.resource_server == server.id
            }
            _ => self.may_revoke(it),
        }
    }

    /// Whether the caller may revoke a credential.
    pub(crate) fn may_revoke(&self, it: &Found) -> bool {
        match self {
            Self::Authenticated(Authenticated::Client { client, .. }) => {
                it.grant.client == Some(client.id)
            }
            Self::Authenticated(Authenticated::Key { credential, .. }) => {
                it.credential.id == credential.id
            }
            Self::Authenticated(Authenticated::ResourceServer(_)) => false,
            // The token was minted from the caller's credential, or is this credential.
            Self::Bearer(own) => own.credential.id == it.credential.id,
            Self::Admin(_) => true,
        }
    }

    /// The public id of the caller.
    pub(crate) fn public_id(&self) -> &PublicId {
        match self {
            Self::Authenticated(authenticated) => authenticated.public_id(),
            Self::Bearer(own) => &own.credential.public_id,
            Self::Admin(admin) => &admin.key().public_id,
        }
    }

    /// The actor that events name for this caller.
    pub(crate) fn actor(&self) -> Actor {
        match self {
            Self::Admin(admin) => admin.actor(),
            Self::Bearer(own) => match &own.chain.user {
                Some(user) => Actor::User(user.public_id.clone()),
                None => Actor::Client(own.credential.public_id.clone()),
            },
            Self::Authenticated(authenticated) => Actor::Client(authenticated.public_id().clone()),
        }
    }
}
