//! A denial, all topics of its reasons, and the search in their tables.

use std::fmt;

use domain::Kind;
use store::StoreError;

use super::access_token::AccessTokenReason;
use super::admin::AdminReason;
use super::at::DeniedAt;
use super::authorization::AuthorizationReason;
use super::client::ClientReason;
use super::consent::ConsentReason;
use super::credential::CredentialReason;
use super::exchange::ExchangeReason;
use super::gate::GateReason;
use super::grant::GrantReason;
use super::link::LinkReason;
use super::request::RequestReason;
use super::row::ReasonRow;
use super::scope::ScopeReason;
use super::server::ServerReason;
use super::sign_in::SignInReason;

/// A denied request.
///
/// `?` and `into()` make one of every reason; [`Denial::at`] says where it was denied.
#[derive(Debug)]
pub struct Denial {
    /// The private reason of the denial.
    pub reason: Reason,
    /// The endpoint or step at which the request is denied.
    pub at: DeniedAt,
}

impl Denial {
    /// The same reason, denied at `at`.
    #[must_use]
    pub fn at(self, at: DeniedAt) -> Self {
        Self { at, ..self }
    }

    /// Whether the reason is that no record has the id that was sent.
    pub const fn is_not_found(&self) -> bool {
        matches!(self.reason, Reason::Admin(AdminReason::NotFound { .. }))
    }

    /// The kind of the record that has the name already; `None` for all other reasons.
    pub const fn name_taken(&self) -> Option<Kind> {
        if let Reason::Admin(AdminReason::NameTaken { kind }) = &self.reason {
            Some(*kind)
        } else {
            None
        }
    }

    /// Whether the store failed or cannot be reached: then nothing is known about what was presented.
    pub const fn is_of_store(&self) -> bool {
        matches!(
            self.reason,
            Reason::Server(ServerReason::StoreUnavailable(_) | ServerReason::StoreFailed(_))
        )
    }

    /// Whether nothing was found out about what was presented: the store failed, or the secret was
    /// not compared.
    pub const fn is_undecided(&self) -> bool {
        self.is_of_store()
            || matches!(self.reason, Reason::Credential(CredentialReason::TooManyGuesses(_)))
    }
}

impl std::fmt::Display for Denial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.reason.fmt(f)
    }
}

impl std::error::Error for Denial {}

impl<R: Into<Reason>> From<R> for Denial {
    fn from(reason: R) -> Self {
        Self { reason: reason.into(), at: DeniedAt::Endpoint }
    }
}

/// Writes [`Reason`] from the list of topics, so that no topic is left out of its tables.
macro_rules! topics {
    ($($(#[$doc:meta])* $topic:ident($reason:ident);)*) => {
        /// Why a request is denied, by topic.
        #[derive(Debug)]
        pub enum Reason {
            $($(#[$doc])* $topic($reason),)*
        }

        /// Every topic with the table of its reasons.
        pub const TOPICS: &[(&str, &[ReasonRow])] = &[$((stringify!($topic), $reason::ROWS),)*];

        impl Reason {
            /// The row of this reason.
            pub const fn row(&self) -> &'static ReasonRow {
                match self { $(Self::$topic(reason) => reason.row(),)* }
            }
        }

        impl fmt::Display for Reason {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(Self::$topic(reason) => reason.fmt(f),)* }
            }
        }

        $(
            impl From<$reason> for Reason {
                fn from(reason: $reason) -> Self {
                    Self::$topic(reason)
                }
            }

            impl $reason {
                /// A denial with this reason, denied at `at`.
                pub fn at(self, at: DeniedAt) -> Denial {
                    Denial::from(self).at(at)
                }
            }
        )*
    };
}

topics! {
    /// The request cannot be read, or a parameter is missing.
    Request(RequestReason);
    /// The client does not authenticate, or may not do this.
    Client(ClientReason);
    /// The presented secret, key or token is unknown, wrong, expired or revoked.
    Credential(CredentialReason);
    /// The presented access token has no row, and is invalid.
    AccessToken(AccessTokenReason);
    /// The grant that the credential depends on is not active.
    Grant(GrantReason);
    /// The scope or the audience is not granted.
    Scope(ScopeReason);
    /// The authorization request is invalid.
    Authorization(AuthorizationReason);
    /// The user does not consent, or cannot.
    Consent(ConsentReason);
    /// The authorization code or the refresh token cannot be exchanged.
    Exchange(ExchangeReason);
    /// The user is not signed in.
    SignIn(SignInReason);
    /// A one-time link, or the access request that leads to one.
    Link(LinkReason);
    /// The admin or the account API does not carry out the operation.
    Admin(AdminReason);
    /// The gate does not let the request pass.
    Gate(GateReason);
    /// The server cannot answer.
    Server(ServerReason);
}

impl From<StoreError> for Reason {
    fn from(error: StoreError) -> Self {
        Self::Server(error.into())
    }
}

/// What support looks at next, for a code that a stored refusal has. `None`: no reason has this code.
pub fn hint(code: &str) -> Option<&'static str> {
    let mut rows = TOPICS.iter().flat_map(|(_, rows)| rows.iter());
    rows.find(|row| row.code == code).map(|row| row.hint)
}
