//! Sample entities, events and refusals: valid, distinct, with a different value in every field.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base::{Digest, Id, Rng as _, SystemRng, Timestamp};
use domain::{
    AccessDecision, AccessRequest, Account, Actor, Algorithm, AppType, BudgetLimits, Client,
    ClientKind, Credential, CredentialDetail, Entity, EntityRecord, EventDraft, Grant, KeyState,
    Membership, Minted, Organization, Origin, PasswordHash, Profile, RealmName, RefreshToken,
    Refusal, ResourceServer, Revocation, Rotated, ScopeDefinition, Session, SigningKey, Status,
    Target, TokenFormat, TokenLifetimes, TokenPolicy, User, UserStatus,
};
use oauth::{ClientAuthMethod, GrantType};
use store::Write;

/// The time of the cases.
pub const NOON: Timestamp = Timestamp::from_seconds(1_900_000_800);

/// The realm of the samples.
pub fn realm() -> RealmName {
    "suite".parse().unwrap()
}

/// Another realm than that of the samples.
pub fn other_realm() -> RealmName {
    "suite-2".parse().unwrap()
}

/// A new identifier. Each is greater than the one before.
pub fn id<T>() -> Id<T> {
    static MILLIS: AtomicU64 = AtomicU64::new(1_900_000_000_000);
    let millis = MILLIS.fetch_add(1, Ordering::Relaxed);
    Id::new(Timestamp::from_millis(millis as i64), &SystemRng)
}

fn public_id(id: impl std::fmt::Display) -> domain::PublicId {
    format!("it_{id}").parse().unwrap()
}

/// An organization.
pub fn organization() -> Organization {
    let id = id();
    Organization {
        id,
        realm: realm(),
        public_id: public_id(id),
        name: "Zoë's \"Größe\" 🏰\n\\ 'quoted'".into(),
        status: Status::Active,
        budget: BudgetLimits { per_hour: Some(7), per_day: None },
        created_at: NOON,
    }
}

/// A user of an organization.
pub fn user() -> User {
    let id = id();
    User {
        id,
        realm: realm(),
        public_id: public_id(id),
        email: format!("{id}@example.org").to_lowercase(),
        email_verified: true,
        name: "Ada".into(),
        profile: Profile { company: Some("Engines".into()), bio: None, avatar: None },
        role: "server:user".into(),
        status: UserStatus::Suspended,
        memberships: vec![Membership { organization: self::id(), role: "admin".into() }],
        former_memberships: vec![self::id()],
        created_at: NOON,
    }
}

/// A resource server.
pub fn resource_server() -> ResourceServer {
    let id = id();
    ResourceServer {
        id,
        realm: realm(),
        public_id: public_id(id),
        identifier: format!("https://api.example/{id}"),
        name: "API".into(),
        scopes: vec![ScopeDefinition {
            scope: "contacts.read".parse().unwrap(),
            description: "Read".into(),
        }],
        tokens: TokenPolicy {
            format: Some(TokenFormat::Opaque),
            algorithm: Some(Algorithm::EdDSA),
            lifetime: Some(Duration::from_secs(90)),
        },
        token_lifetimes: Some(TokenLifetimes {
            since: NOON,
            longest: Some(Duration::from_secs(7_200)),
        }),
        status: Status::Suspended,
        created_at: NOON,
    }
}

/// An app of an organization.
pub fn client() -> Client {
    let id = id();
    Client {
        id,
        realm: realm(),
        public_id: public_id(id),
        name: "robot".into(),
        kind: ClientKind::Machine,
        organization: Some(self::id()),
        auth_methods: vec![ClientAuthMethod::ClientSecretBasic],
        grant_types: vec![GrantType::ClientCredentials],
        default_audience: Some(self::id()),
        app_type: AppType::Native,
        redirect_uris: vec!["http://127.0.0.1/callback".parse().unwrap()],
        post_logout_redirect_uris: vec!["https://robot.example/bye".parse().unwrap()],
        redirect_domain: Some("robot.example".into()),
        scopes: "a b".parse().unwrap(),
        description: Some("Writes \"poems\" 🤖".into()),
        client_uri: Some("https://robot.example/".into()),
        logo_uri: Some("https://robot.example/logo.svg".into()),
        require_pkce: Some(true),
        id_token_signed_response_alg: Some(Algorithm::ES256),
        creator: Some(self::id()),
        verified: false,
        connections_epoch: 0,
        budget: BudgetLimits { per_hour: None, per_day: Some(u64::MAX) },
        status: Status::Active,
        created_at: NOON,
    }
}

/// A revoked grant with every owner.
pub fn grant() -> Grant {
    let id = id();
    Grant {
        id,
        realm: realm(),
        client: Some(self::id()),
        user: Some(self::id()),
        organization: Some(self::id()),
        resource_server: self::id(),
        scopes: "a b".parse().unwrap(),
        default_scopes: Some("a".parse().unwrap()),
        handle: Some(format!("handle:{id}")),
        epoch: 7,
        status_index: Some(u32::MAX),
        revoked: Some(Revocation { at: NOON, by: Actor::System, reason: Some("why".into()) }),
        created_at: NOON,
    }
}

/// Apps as they were while every app could ask for identity scopes: with a grant of each, and what
/// its list is afterwards.
pub fn connected_apps() -> Vec<(Client, Grant, &'static str)> {
    let case = |listed: &str, granted: &str, then| {
        let app = Client {
            kind: ClientKind::App,
            scopes: listed.parse().unwrap_or_default(),
            connections_epoch: 7,
            ..client()
        };
        let (client, scopes) = (Some(app.id), granted.parse().unwrap_or_default());
        (app, Grant { client, scopes, revoked: None, ..grant() }, then)
    };
    let mut cases = vec![
        case("read", "read openid email", "email openid read"),
        case("openid write", "offline openid", "offline openid write"),
        case("", "profile", "profile"),
        case("openid read", "openid read", "openid read"),
        case("read", "read", "read"),
        case("read", "read write", "read"),
    ];
    // Connections that are not live, and clients that are no apps.
    let other = || case("read", "read openid", "read");
    let (app, grant_of, then) = other();
    cases.push((app, Grant { revoked: grant().revoked, ..grant_of }, then));
    let (app, grant_of, then) = other();
    cases.push((app, Grant { epoch: 6, ..grant_of }, then));
    let (app, grant_of, then) = other();
    cases.push((app, Grant { user: None, ..grant_of }, then));
    let (app, grant_of, then) = other();
    cases.push((Client { kind: ClientKind::Machine, ..app }, grant_of, then));
    cases
}

/// A credential: an API key.
pub fn credential() -> Credential {
    credential_of(CredentialDetail::ApiKey {
        grant: id(),
        organization: id(),
        status_index: Some(u32::MAX),
    })
}

/// A credential of any kind.
pub fn credential_of(detail: CredentialDetail) -> Credential {
    let id = id();
    let mut digest = [0; 32];
    SystemRng.fill(&mut digest);
    Credential {
        id,
        realm: realm(),
        public_id: public_id(id),
        label: "nightly".into(),
        digest: Digest::from_bytes(digest),
        expires_at: Some(NOON),
        revoked: None,
        created_at: NOON,
        detail,
    }
}

/// The detail of a refresh token, with every owner that it can have.
pub fn refresh_token() -> RefreshToken {
    RefreshToken {
        grant: id(),
        client: id(),
        organization: Some(id()),
        user: Some(id()),
        scopes: Some("a".parse().unwrap()),
        rotated: Some(Rotated { generation: u32::MAX, at: NOON }),
        authenticated_at: Some(NOON),
        status_index: None,
    }
}

/// The detail of a stored access token.
pub fn access_token() -> CredentialDetail {
    CredentialDetail::AccessToken {
        grant: id(),
        client: Some(id()),
        organization: None,
        user: None,
        scopes: "a".parse().unwrap(),
        minted: Minted { from: id(), token_id: id() },
    }
}

/// A signing key.
pub fn signing_key() -> SigningKey {
    let id = id();
    SigningKey {
        id,
        realm: realm(),
        kid: public_id(id),
        algorithm: Algorithm::ES256,
        public_jwk: Some(r#"{"kty":"EC"}"#.into()),
        sealed_private: "c2VhbGVk".into(),
        state: KeyState::Published { active_from: NOON },
        created_at: NOON,
    }
}

/// An account with a session.
pub fn account() -> Account {
    let id = id();
    Account {
        id,
        realm: realm(),
        public_id: public_id(id),
        password: Some(PasswordHash::new("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".into())),
        sessions: vec![session()],
        created_at: NOON,
    }
}

/// A session.
pub fn session() -> Session {
    let mut digest = [0; 32];
    SystemRng.fill(&mut digest);
    Session {
        id: id(),
        digest: Digest::from_bytes(digest),
        authenticated_at: NOON,
        expires_at: NOON.plus(Duration::from_secs(3_600)),
        address: Some("2001:db8::1".into()),
        user_agent: Some("a \"browser\"".into()),
    }
}

/// An access request that was approved and answered.
pub fn access_request() -> AccessRequest {
    let id = id();
    AccessRequest {
        id,
        realm: realm(),
        public_id: public_id(id),
        name: "Grace".into(),
        organization: "Compilers & Co".into(),
        use_case: "To count\nthings".into(),
        contact: "grace@example.org".into(),
        decision: AccessDecision::Approved {
            at: NOON,
            by: Actor::AdminKey("key_1".parse().unwrap()),
            client: self::id(),
            fetch_until: NOON.plus(Duration::from_secs(60)),
            fetched_at: Some(NOON),
        },
        mailed: Some(true),
        mail_failed: false,
        created_at: NOON,
    }
}

/// One entity of each kind.
pub fn one_of_each() -> Vec<Entity> {
    vec![
        entity(organization()),
        entity(user()),
        entity(resource_server()),
        entity(client()),
        entity(grant()),
        entity(credential()),
        entity(signing_key()),
        entity(account()),
        entity(access_request()),
    ]
}

/// A record as an entity.
pub fn entity<T: EntityRecord>(record: T) -> Entity {
    Arc::new(record).into_entity()
}

/// The write that adds a record.
pub fn insert<T: EntityRecord>(record: T) -> Write {
    Write::Insert(entity(record))
}

/// An event about a change of `target`.
pub fn event(target: &Entity) -> EventDraft {
    EventDraft {
        realm: target.realm().clone(),
        at: NOON,
        action: format!("{}.created", target.kind().as_str()),
        target: Target {
            kind: target.kind(),
            id: target.id(),
            public_id: target.public_id().unwrap_or_default().to_owned(),
        },
        origin: Origin {
            actor: Actor::AdminKey("key_1".parse().unwrap()),
            request_id: Some(format!("req_{}", id::<()>())),
            address: Some("192.0.2.1".into()),
        },
        detail: serde_json::Map::from_iter([("name".to_owned(), "Zoë \"x\"".into())]),
    }
}

/// The refusal with this number, of `subject` where one was recognised.
pub fn refusal(number: usize, subject: Option<&str>) -> Refusal {
    Refusal {
        request_id: format!(
            "req_{}_{number}",
            if subject.is_some() { "named" } else { "nameless" }
        ),
        realm: realm(),
        at: NOON.plus(Duration::from_millis(number as u64)),
        request: "POST /token".into(),
        problem: "invalid_client".into(),
        reason: "secret_has_white_space".into(),
        explanation: "the secret ends with a line feed".into(),
        subject: subject.map(str::to_owned),
        address: None,
    }
}
