//! The authorization endpoint (RFC 6749 §3.1): an app asks, a person answers.
//!
//! [`check`] reads the app's request by a table of ordered checks, one file each. [`next`] says
//! what the person must be shown before there is an answer, and [`allow`] and [`deny`] give it.
//!
//! Invariant: a [`RedirectTarget`] exists only after the app and its redirect URI were checked, and
//! nothing is redirected without one.

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

use base::Timestamp;
use domain::{Client, Organization, ResourceServer};
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
    /// What the verifier must fit.
    pub value: String,
    /// How; `None`: the token endpoint says.
    pub method: Option<ChallengeMethod>,
}

/// What `prompt` asks for (OpenID Connect Core §3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// No page may be shown.
    pub none: bool,
    /// The person must prove anew who they are.
    pub login: bool,
    /// The person must be asked, whatever they said before.
    pub consent: bool,
    /// The person must choose the organization anew.
    pub select_account: bool,
}

/// A checked authorization request.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client: Loaded<Client>,
    /// Where the answer goes.
    pub target: RedirectTarget,
    /// CodeExchange back as it came.
    pub state: Option<String>,
    /// What is asked for.
    pub scopes: ScopeSet,
    /// At which API.
    pub resource_server: Loaded<ResourceServer>,
    /// What the one who brings the code must prove.
    pub challenge: Option<Challenge>,
    /// CodeExchange back in the ID token.
    pub nonce: Option<String>,
    /// Which pages are wanted.
    pub prompt: Prompt,
    /// The oldest sign-in that will do, in seconds.
    pub max_age: Option<u64>,
    /// Whom the app expects.
    pub login_hint: Option<String>,
    /// An ID token of whom the app expects.
    pub id_token_hint: Option<String>,
    /// Public id of the organization that the app expects.
    pub organization: Option<String>,
    /// All that was sent: what is decided here is decided anew when the person says yes.
    parameters: Parameters,
    /// When the person was first sent to sign in because of this request, where that is proven.
    sent_to_sign_in: Option<Timestamp>,
}

impl AuthorizationRequest {
    /// The refusal of this request: told to the app, unless it is about the app itself.
    pub fn denial(&self, denial: Denial) -> AuthorizationDenial {
        AuthorizationDenial::Redirect {
            target: self.target.clone(),
            state: self.state.clone(),
            denial,
        }
    }
}

/// What has to happen next.
#[derive(Debug)]
pub enum Next {
    /// The person must sign in; then ask again.
    SignIn,
    /// The person must choose an organization; then ask again with the choice.
    Choose(Vec<Loaded<Organization>>),
    /// The person must be asked for their consent.
    Consent(Box<ConsentScreen>),
    /// Nothing: this is the answer.
    Reply(Box<AuthorizationReply>),
}

/// What the person is asked.
#[derive(Clone, Debug)]
pub struct ConsentScreen {
    /// For which organization, where it is for one.
    pub organization: Option<Loaded<Organization>>,
    /// Whether they could choose another one.
    pub may_choose: bool,
    /// What is asked for, and what each means.
    pub scopes: Vec<AskedScope>,
    /// Since when the app has been connected, where it is: what is new to it is not
    /// [`AskedScope::known`].
    pub connected_since: Option<Timestamp>,
    /// Whether the app stays connected while the person is away: it will be given a refresh token.
    pub stays: bool,
}

/// A scope as a person sees it.
#[derive(Clone, Debug)]
pub struct AskedScope {
    /// Its name.
    pub scope: Scope,
    /// What it allows, in the words of the resource server; else empty.
    pub description: String,
    /// Whether the person granted it before.
    pub known: bool,
}
