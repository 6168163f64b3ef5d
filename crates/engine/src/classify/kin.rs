//! The same reason at another place: what is wrong stays, and what the outside sees of it follows
//! from what was presented, and to whom.

use crate::Denial;

impl Denial {
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
        if self.is_about_people() { Self::AuthorizationRequest(Box::new(self)) } else { self }
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
