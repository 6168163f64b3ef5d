//! Who may ask about a credential, or throw it away: introspection and revocation.
//!
//! Besides clients, keys and resource servers (RFC 6749 §2.3), the bearer of a credential may speak
//! for what hangs from the same grant (RFC 7662 §2.1 allows bearer tokens here), and the holder of
//! an admin key for everything in the realm.

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
    /// RFC 7662.
    Introspect,
    /// RFC 7009.
    Revoke,
}

/// Whoever asks.
#[derive(Debug)]
pub(crate) enum Caller {
    /// Proved by client authentication.
    Authenticated(Authenticated),
    /// Proved by a credential as bearer token.
    Bearer(Box<Verified>),
    /// The holder of an admin key.
    Admin(Administrator),
}

impl Caller {
    /// Finds out who asks.
    pub(crate) async fn of(
        ctx: &Context<'_>,
        request: &Request,
        purpose: CallerPurpose,
    ) -> Result<Self, Denial> {
        let Some(bearer) = &request.bearer else {
            let authenticated = authenticate(ctx, request).await?;
            // A client id alone is no proof: it may throw its own away, and learn nothing.
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
            // No admin key at all: then it may be any other credential.
            Err(denial)
                if matches!(denial.reason, Reason::Credential(CredentialReason::Foreign(_))) =>
            {
                let presented = Presented::Token(bearer.expose());
                Ok(Self::Bearer(Box::new(present(ctx, &presented, PresentedAt::Issuer).await?)))
            }
            Err(denial) => Err(denial),
        }
    }

    /// Where the credential that they ask about is presented: a resource server speaks for its API.
    pub(crate) fn presented_at(&self) -> PresentedAt {
        match self {
            Self::Authenticated(Authenticated::ResourceServer(_)) => PresentedAt::Api,
            Self::Authenticated(_) | Self::Bearer(_) | Self::Admin(_) => PresentedAt::Issuer,
        }
    }

    /// Whether they may be told of something.
    pub(crate) fn may_know(&self, it: &Found) -> bool {
        match self {
            Self::Authenticated(Authenticated::ResourceServer(server)) => {
                it.grant.resource_server == server.id
            }
            _ => self.holds(it),
        }
    }

    /// Whether it is theirs to throw away.
    pub(crate) fn holds(&self, it: &Found) -> bool {
        match self {
            Self::Authenticated(Authenticated::Client { client, .. }) => {
                it.grant.client == Some(client.id)
            }
            Self::Authenticated(Authenticated::Key { credential, .. }) => {
                it.credential.id == credential.id
            }
            Self::Authenticated(Authenticated::ResourceServer(_)) => false,
            // Minted from the same credential, or that credential itself.
            Self::Bearer(own) => own.credential.id == it.credential.id,
            Self::Admin(_) => true,
        }
    }

    /// What the outside calls them.
    pub(crate) fn public_id(&self) -> &PublicId {
        match self {
            Self::Authenticated(authenticated) => authenticated.public_id(),
            Self::Bearer(own) => &own.credential.public_id,
            Self::Admin(admin) => &admin.key().public_id,
        }
    }

    /// As whom they act.
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
