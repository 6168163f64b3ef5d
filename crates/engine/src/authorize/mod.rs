//! The authorization endpoint (RFC 6749 §3.1): an app sends a request, and a person answers it.
//!
//! [`check`] checks the request with a table of ordered checks, one file each. [`next`] says which
//! page the person must see before there is an answer. [`allow`] and [`deny`] make the answer.
//!
//! Invariant: a [`RedirectTarget`] exists only after the app and its redirect URI were checked, and
//! there is no redirect without one.

mod allow;
mod check;
mod checks;
mod connection;
mod denial;
mod login;
mod next;
mod organizations;
mod prior_consent;
mod target;

use base::{Id, Timestamp};
use domain::{Client, Organization, ResourceServer, Session};
use oauth::pkce::ChallengeMethod;
use oauth::{AuthorizationReply, Parameters, Scope, ScopeSet};
use store::Loaded;

use crate::Denial;

pub use allow::{allow, deny};
pub use check::{check, checks};
pub use denial::AuthorizationDenial;
pub use login::login_marker;
pub use next::next;
pub use target::RedirectTarget;

/// A code challenge (RFC 7636 §4.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The challenge, which the code verifier must match.
    pub value: String,
    /// The challenge method; `None`: the token endpoint decides.
    pub method: Option<ChallengeMethod>,
}

/// What `prompt` asks for (OpenID Connect Core §3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// No page may be shown.
    pub none: bool,
    /// The person must authenticate again.
    pub login: bool,
    /// The person must be asked for consent again, even if they consented before.
    pub consent: bool,
    /// The person must choose the organization again.
    pub select_account: bool,
}

/// A person was sent to sign in, by a marker that was checked.
#[derive(Clone, Copy, Debug)]
struct SentToSignIn {
    /// The session of their browser at that moment, if there was one.
    held: Option<Id<Session>>,
}

/// A checked authorization request.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    /// The app that sent the request.
    pub client: Loaded<Client>,
    /// Where the response is sent.
    pub target: RedirectTarget,
    /// The `state` parameter, returned to the app unchanged.
    pub state: Option<String>,
    /// The requested scopes.
    pub scopes: ScopeSet,
    /// The API that the scopes are for.
    pub resource_server: Loaded<ResourceServer>,
    /// The code challenge, which must be met when the code is exchanged.
    pub challenge: Option<Challenge>,
    /// The `nonce` parameter, repeated in the ID token.
    pub nonce: Option<String>,
    /// The pages that the app wants shown.
    pub prompt: Prompt,
    /// The longest time since the person was authenticated, in seconds.
    pub max_age: Option<u64>,
    /// The person that the app expects: its `login_hint`.
    pub login_hint: Option<String>,
    /// An ID token of the person that the app expects.
    pub id_token_hint: Option<String>,
    /// Public id of the organization that the app expects.
    pub organization: Option<String>,
    /// All parameters of the request: they are checked again when the person consents.
    parameters: Parameters,
    /// That the person was sent to sign in because of this request, if they returned with a valid
    /// marker.
    sent_to_sign_in: Option<SentToSignIn>,
}

impl AuthorizationRequest {
    /// A denial of this request. It is returned to the app by redirect, unless a page must show it
    /// first.
    pub fn denial(&self, denial: Denial) -> AuthorizationDenial {
        AuthorizationDenial::Redirect {
            target: self.target.clone(),
            state: self.state.clone(),
            denial,
            shown_first: !self.client.verified,
        }
    }
}

/// The next step of an authorization request.
#[derive(Debug)]
pub enum Next {
    /// The person must sign in; then call again.
    SignIn,
    /// The person must choose one of these organizations; then call again with the choice.
    Choose(Vec<Loaded<Organization>>),
    /// The person must be asked for their consent.
    Consent(Box<ConsentScreen>),
    /// No page is needed: this is the response.
    Reply(Box<AuthorizationReply>),
}

/// The content of the consent page.
#[derive(Clone, Debug)]
pub struct ConsentScreen {
    /// The organization that the connection is for, if any.
    pub organization: Option<Loaded<Organization>>,
    /// Whether the person could choose another organization.
    pub may_choose: bool,
    /// The requested scopes, each with its description.
    pub scopes: Vec<RequestedScope>,
    /// When the app was connected, if it is connected. Scopes that are new to the connection are
    /// not [`RequestedScope::known`].
    pub connected_since: Option<Timestamp>,
    /// Whether the app will receive a refresh token, and so stays connected while the person is
    /// away.
    pub stays: bool,
}

/// A scope as a person sees it.
#[derive(Clone, Debug)]
pub struct RequestedScope {
    /// The name of the scope.
    pub scope: Scope,
    /// What the scope allows, in the words of the resource server; empty if it says nothing.
    pub description: String,
    /// Whether the person granted it before.
    pub known: bool,
}
