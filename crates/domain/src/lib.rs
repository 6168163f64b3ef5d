//! The entities of a provider and how they depend on one another.
//!
//! A [`Grant`] is an authorization: a client or user, acting for an organization, with scopes, at
//! one resource server. Every [`Credential`] belongs to a grant, or to the entity that it
//! authenticates. Revoking a grant stops every credential and token that depends on it. This crate
//! is plain data with the rules that need nothing else. Decisions are in `engine`, rows in `store`.

mod access_request;
mod account;
mod budget;
mod client;
mod credential;
mod entity;
mod event;
mod grant;
mod kind;
mod names;
mod organization;
mod refusal;
mod resource_server;
mod signing_key;
pub mod text;
mod user;

pub use access_request::{AccessDecision, AccessRequest};
pub use account::{Account, MAX_SESSIONS, PasswordHash, Session, SessionSecret};
pub use budget::{BudgetLimits, BudgetState, BudgetSubject};
pub use client::{AppType, Client, ClientKind};
pub use credential::{
    AnySecret, Credential, CredentialDetail, CredentialKind, CredentialMemberError,
    CredentialMembers, Minted, RefreshToken, Removed, RemovedUntil, Rotated, Use,
};
pub use entity::{Entity, EntityRecord, Owners};
pub use event::{Actor, Event, EventDraft, Origin, Target};
pub use grant::{Grant, Revocation};
pub use jose::Algorithm;
pub use kind::Kind;
pub use names::{ParseNameError, PublicId, RealmName};
pub use organization::{Organization, Status};
pub use refusal::Refusal;
pub use resource_server::{
    ResourceServer, ScopeDefinition, TokenFormat, TokenLifetimes, TokenPolicy,
};
pub use signing_key::{KeyState, SigningKey};
pub use text::{TextError, VisibleText};
pub use user::{Membership, Profile, User, UserStatus};
