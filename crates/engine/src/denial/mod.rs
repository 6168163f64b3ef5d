//! Every reason to refuse: precise and private. Its public face is in [`crate::classify`].
//!
//! `Display` is for support and logs. It may name what was asked for, never a secret: what may be one
//! is cut ([`crate::redact`]).

mod code;
mod gate;
mod link;

pub use code::CodeDenial;
pub use gate::GateDenial;
pub use link::LinkDenial;

use base::Timestamp;
use domain::{BudgetState, CredentialKind, Kind, Revocation};
use oauth::{ErrorResponse, GrantType, Parameter, Quota};
use store::StoreError;

use crate::redact::{beginning, name};

/// Why a request is refused.
#[derive(Debug, thiserror::Error)]
pub enum Denial {
    /// The request could not be read.
    #[error("{}", .0.description)]
    Malformed(ErrorResponse),
    /// A required parameter is missing.
    #[error("the parameter {0} is missing")]
    ParameterMissing(Parameter),
    /// No client authentication was sent.
    #[error("the request carries no client authentication")]
    NoClientAuthentication,
    /// Two ways of client authentication at once (RFC 6749 §2.3).
    #[error("the client authenticated in two ways at once")]
    TwoClientAuthentications,
    /// The client is known, yet not for this way of authentication.
    #[error("the client may not authenticate by {0}")]
    AuthMethodNotAllowed(oauth::ClientAuthMethod),
    /// White space around a credential: the classic of copy and paste.
    #[error("the {0} has white space or control characters in it: most likely copied with them")]
    WhiteSpace(&'static str),
    /// No client and no key of this name.
    #[error("there is no client or key named {:?}", beginning(.0))]
    UnknownClient(String),
    /// Our prefix, but the checksum does not fit.
    #[error("the {} was mistyped or cut: its checksum does not fit", .0.as_str())]
    SecretDamaged(CredentialKind),
    /// Not a string of this realm.
    #[error("the presented string is not a {} of this realm: its prefix differs", .0.as_str())]
    SecretForeign(CredentialKind),
    /// Intact, but there is no such row.
    #[error("there is no such {}", .0.as_str())]
    SecretUnknown(CredentialKind),
    /// The row is there, the secret is not the one.
    #[error("the {} is wrong: its digest differs", .0.as_str())]
    SecretMismatch(CredentialKind),
    /// Another's.
    #[error("the {} belongs to somebody else", .0.as_str())]
    SecretOfAnother(CredentialKind),
    /// Taken back.
    #[error("the {} was revoked at {} by {}{}", .kind.as_str(), .revocation.at, .revocation.by, reason_of(.revocation))]
    CredentialRevoked {
        /// What.
        kind: CredentialKind,
        /// When, by whom.
        revocation: Revocation,
    },
    /// Over.
    #[error("the {} expired at {at}", .kind.as_str())]
    CredentialExpired {
        /// What.
        kind: CredentialKind,
        /// When.
        at: Timestamp,
    },
    /// The client is suspended.
    #[error("the client is suspended")]
    ClientSuspended,
    /// Its organization is suspended.
    #[error("the organization is suspended")]
    OrganizationSuspended,
    /// Its user is suspended or removed.
    #[error("the user is suspended or removed")]
    UserGone,
    /// Its user left the organization it acts for.
    #[error("the user no longer belongs to the organization")]
    MembershipEnded,
    /// Its resource server is suspended.
    #[error("the resource server is suspended")]
    ResourceServerSuspended,
    /// The grant was taken back.
    #[error("the grant was revoked at {} by {}{}", .0.at, .0.by, reason_of(.0))]
    GrantRevoked(Revocation),
    /// The person gave it before the app's connections were dropped, all at once.
    #[error("the app's connections were dropped since the person gave it: they must connect anew")]
    ConnectionsDropped,
    /// A row that should be there is not.
    #[error("the {} it refers to is gone", .0.as_str())]
    Dangling(Kind),
    /// No such grant type.
    #[error("there is no grant type {:?} here", name(.0))]
    GrantTypeUnknown(String),
    /// Not for this client.
    #[error("the client may not use the grant type {0}")]
    GrantTypeNotAllowed(GrantType),
    /// Not a scope at all.
    #[error("the scope is malformed")]
    ScopeMalformed,
    /// More than granted.
    #[error("the scope {} is not granted", name(.0))]
    ScopeNotGranted(String),
    /// No audience, no default.
    #[error("no audience was named and the client has no default")]
    AudienceMissing,
    /// No such API.
    #[error("there is no resource server {:?}", name(.0))]
    AudienceUnknown(String),
    /// No grant there.
    #[error("the client has no grant for the resource server {:?}", name(.0))]
    AudienceNotGranted(String),
    /// The budget is spent.
    #[error("the budget is spent: {} in this hour, {} on this day", .state.used_in_hour, .state.used_in_day)]
    BudgetSpent {
        /// What was spent.
        state: BudgetState,
        /// The client's budget, where it is the one.
        client: Option<Quota>,
        /// The organization's budget, where it is the one.
        organization: Option<Quota>,
    },
    /// Not a token of any form that this realm issues.
    #[error("the presented string is of no form that this realm issues")]
    TokenUnrecognized,
    /// A JWT that is not ours, or was changed.
    #[error("the JWT is not good: {0}")]
    Jwt(String),
    /// A sealed token that does not open.
    #[error("the sealed token does not open: changed, cut, or of another realm")]
    Unsealable,
    /// An access token that is over.
    #[error("the access token expired at {0}")]
    TokenExpired(Timestamp),
    /// An access token that was revoked by itself.
    #[error("the access token was revoked by itself")]
    TokenRevoked,
    /// For another API.
    #[error("the token is for {token}, not for {asked}")]
    WrongAudience {
        /// Whom it is for.
        token: String,
        /// Who asked.
        asked: String,
    },
    /// The caller may not ask this.
    #[error("the caller may not do this: it lacks {0}")]
    NotPermitted(String),
    /// A name is taken.
    #[error("a {} with this name exists", .kind.as_str())]
    NameTaken {
        /// What kind.
        kind: Kind,
    },
    /// A field of an administrator's input does not fit.
    #[error("{field}: expected {expected}")]
    InvalidField {
        /// Which one; a path where it lies deeper.
        field: String,
        /// What it should have been.
        expected: String,
    },
    /// An administrator named what is not there.
    #[error("there is no {what} {:?} in this realm", name(.id))]
    NotFound {
        /// What kind of thing.
        what: &'static str,
        /// What it was called.
        id: String,
    },
    /// The state of a thing does not allow this change.
    #[error("{0}")]
    StateForbids(String),
    /// An idempotency key was used for another request before.
    #[error("the idempotency key was used for another request before")]
    IdempotencyKeyReused,
    /// Too many conflicts.
    #[error("too many concurrent changes of the same thing")]
    Contended,
    /// No key to sign with.
    #[error("there is no active signing key for {0}")]
    NoSigningKey(&'static str),
    /// The store failed.
    #[error("{0}")]
    Store(StoreError),
    /// No app of this name may ask people.
    #[error("there is no app named {:?}", beginning(.0))]
    UnknownApp(String),
    /// The app may not ask people.
    #[error("the client is not registered for authorization codes")]
    AppMayNotAsk,
    /// No redirect URI was sent, and the app has none or several.
    #[error("the request names no redirect URI, and the app has not exactly one")]
    RedirectMissing,
    /// Not a redirect URI.
    #[error("the redirect URI is malformed: {0}")]
    RedirectMalformed(oauth::RedirectUriError),
    /// Not the app's.
    #[error("the redirect URI {:?} is not registered", name(.0))]
    RedirectNotRegistered(String),
    /// Another response type than `code`.
    #[error("the response type {:?} is not supported", name(.0))]
    ResponseTypeUnsupported(String),
    /// Another response mode than `query`.
    #[error("the response mode {:?} is not supported", name(.0))]
    ResponseModeUnsupported(String),
    /// `request` was sent.
    #[error("requests are not taken by value")]
    RequestObjectGiven,
    /// `request_uri` was sent.
    #[error("requests are not fetched")]
    RequestUriGiven,
    /// No code challenge.
    #[error("the request carries no code challenge")]
    ChallengeMissing,
    /// Not a challenge of its method.
    #[error("the code challenge is malformed")]
    ChallengeMalformed,
    /// A challenge method that is not taken here.
    #[error("the code challenge method {:?} is not taken", name(.0))]
    ChallengeMethodUnsupported(String),
    /// No `state`.
    #[error("the request carries no state")]
    StateMissing,
    /// A `state` that can be guessed.
    #[error("the state is shorter than {0} characters")]
    StateTooShort(usize),
    /// Values of `prompt` that exclude each other, or a `max_age` that is no number.
    #[error("the parameter {0} is malformed")]
    ParameterMalformed(Parameter),
    /// No page may be shown, and the person is not signed in.
    #[error("the person is not signed in, and the app wants no page shown")]
    LoginRequired,
    /// No page may be shown, and the person has not consented.
    #[error("the person has not consented, and the app wants no page shown")]
    ConsentRequired,
    /// No page may be shown, and the person has to choose.
    #[error("the person has to choose an organization, and the app wants no page shown")]
    InteractionRequired,
    /// The person said no.
    #[error("the person denied the request")]
    DeniedByPerson,
    /// The person has no organization to connect.
    #[error("the person belongs to no organization that could be connected")]
    NoOrganization,
    /// An organization that is not the person's.
    #[error("the person does not belong to the organization {:?}", name(.0))]
    NotAMember(String),
    /// A rotated refresh token came again: its family is revoked.
    #[error(
        "the refresh token of generation {generation} was rotated before; its family is revoked"
    )]
    RefreshReplayed {
        /// Which one.
        generation: u32,
    },
    /// Nobody of this address.
    #[error("there is no account of this address")]
    NoSuchAccount,
    /// An account without a password.
    #[error("the account has no password")]
    NoPassword,
    /// The wrong one.
    #[error("the password is wrong")]
    PasswordMismatch,
    /// The right one, of a user who may not act.
    #[error("the password is right, but the user is suspended or removed")]
    AccountSuspended,
    /// Too many wrong ones.
    #[error("too many attempts; the next one is taken in {0} seconds")]
    TooManyAttempts(u64),
    /// Too many sign-ins at once.
    #[error("too many sign-ins at once")]
    SignInBusy,
    /// A cookie of no session, or of one that was ended.
    #[error("there is no such session")]
    SessionUnknown,
    /// A session that is over.
    #[error("the session expired at {0}")]
    SessionExpired(Timestamp),
    /// A form that is not this session's.
    #[error("the form is stale, or of another session")]
    FormForeign,
    /// The realm takes no more access requests at present.
    #[error("no more access requests are taken {0}")]
    AccessRequestsFull(&'static str),
    /// What is wrong with a code, or with how it is exchanged.
    #[error(transparent)]
    Code(#[from] CodeDenial),
    /// What is wrong with a one-time link.
    #[error(transparent)]
    Link(#[from] LinkDenial),
    /// What only the gate refuses.
    #[error(transparent)]
    Gate(#[from] GateDenial),
    /// Any of these, where who is refused calls an API: who they are is known.
    #[error("{0}")]
    Caller(Box<Denial>),
    /// Any of these, where what is refused is an app that asks people: it may not act at present.
    #[error("{0}")]
    App(Box<Denial>),
    /// Any of these, where what is refused is what an app asks a person for.
    #[error("{0}")]
    AuthorizationRequest(Box<Denial>),
    /// Any of these, where what is refused is the presented refresh token or code.
    #[error("{0}")]
    Grant(Box<Denial>),
    /// Any of these, where what is refused is a token or key presented to an API.
    #[error("{0}")]
    Token(Box<Denial>),
}

fn reason_of(revocation: &Revocation) -> String {
    revocation.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default()
}

impl From<StoreError> for Denial {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
