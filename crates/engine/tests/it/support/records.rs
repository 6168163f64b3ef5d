//! Records with plain values. A test changes the fields that it is about.

use base::{Clock as _, Id, SystemRng};
use domain::*;
use oauth::{ClientAuthMethod, GrantType, ScopeSet};

use super::TestRealm;

/// The identifier of the record with this name.
pub(crate) fn id<T>(name: &str) -> Id<T> {
    let hash = base::digest::sha256(name.as_bytes());
    Id::from_u128(u128::from_be_bytes(hash[..16].try_into().unwrap()))
}

/// The definitions of scopes that are separated by spaces.
fn definitions(scopes: &str) -> Vec<ScopeDefinition> {
    let definition = |scope: &str| ScopeDefinition {
        scope: scope.parse().unwrap(),
        description: format!("May {scope}"),
    };
    scopes.split(' ').map(definition).collect()
}

impl TestRealm {
    /// An active organization.
    pub(crate) fn organization(&self, name: &str) -> Organization {
        Organization {
            id: id(name),
            realm: self.issuer.realm().clone(),
            public_id: name.parse().unwrap(),
            name: name.to_uppercase(),
            status: Status::Active,
            budget: BudgetLimits::default(),
            created_at: self.clock.now(),
        }
    }

    /// An active user with the address `NAME@example.com`, who is a member of these organizations.
    pub(crate) fn user(&self, name: &str, organizations: &[&str]) -> User {
        let member = |of: &&str| Membership { organization: id(of), role: "member".into() };
        User {
            id: id(name),
            realm: self.issuer.realm().clone(),
            public_id: name.parse().unwrap(),
            email: format!("{name}@example.com"),
            email_verified: true,
            name: name.to_uppercase(),
            profile: Profile::default(),
            role: "member".into(),
            status: UserStatus::Active,
            former_memberships: Vec::new(),
            memberships: organizations.iter().map(member).collect(),
            created_at: self.clock.now(),
        }
    }

    /// An active resource server with these scopes, separated by spaces.
    pub(crate) fn resource_server(
        &self,
        name: &str,
        identifier: &str,
        scopes: &str,
    ) -> ResourceServer {
        ResourceServer {
            id: id(name),
            realm: self.issuer.realm().clone(),
            public_id: name.parse().unwrap(),
            identifier: identifier.into(),
            name: name.to_uppercase(),
            scopes: definitions(scopes),
            tokens: TokenPolicy::default(),
            token_lifetimes: None,
            status: Status::Active,
            created_at: self.clock.now(),
        }
    }

    /// An active machine client of the provider. It authenticates by a secret.
    pub(crate) fn client(&self, name: &str) -> Client {
        Client {
            id: id(name),
            realm: self.issuer.realm().clone(),
            public_id: name.parse().unwrap(),
            name: name.to_uppercase(),
            kind: ClientKind::Machine,
            organization: None,
            auth_methods: vec![
                ClientAuthMethod::ClientSecretBasic,
                ClientAuthMethod::ClientSecretPost,
            ],
            grant_types: vec![GrantType::ClientCredentials, GrantType::RefreshToken],
            default_audience: None,
            app_type: AppType::Web,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            redirect_domain: None,
            scopes: ScopeSet::default(),
            description: None,
            client_uri: None,
            logo_uri: None,
            require_pkce: None,
            id_token_signed_response_alg: None,
            creator: None,
            verified: true,
            connections_epoch: 0,
            budget: BudgetLimits::default(),
            status: Status::Active,
            created_at: self.clock.now(),
        }
    }

    /// An active grant without a client, a user and an organization.
    pub(crate) fn grant(&self, resource_server: Id<ResourceServer>, scopes: ScopeSet) -> Grant {
        Grant {
            id: Id::new(self.clock.now(), &SystemRng),
            realm: self.issuer.realm().clone(),
            client: None,
            user: None,
            organization: None,
            resource_server,
            scopes,
            default_scopes: None,
            handle: None,
            epoch: 0,
            status_index: None,
            revoked: None,
            created_at: self.clock.now(),
        }
    }

    /// A session that begins at this moment and lasts `days`. No cookie belongs to it.
    pub(crate) fn session(&self, days: u64) -> Session {
        let now = self.clock.now();
        Session {
            id: Id::new(now, &SystemRng),
            digest: base::Digest::from_bytes([0; 32]),
            authenticated_at: now,
            expires_at: now.plus(std::time::Duration::from_secs(days * 86_400)),
            address: None,
            user_agent: None,
        }
    }

    /// The account of a user, without a password.
    pub(crate) fn account(&self, user: &User, sessions: Vec<Session>) -> Account {
        Account {
            id: Account::id_of(user.id),
            realm: self.issuer.realm().clone(),
            public_id: user.public_id.clone(),
            password: None,
            sessions,
            created_at: self.clock.now(),
        }
    }
}
