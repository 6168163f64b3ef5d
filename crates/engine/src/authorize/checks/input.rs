//! What the checks look at, and what they find.

use domain::{Client, ResourceServer};
use oauth::{Parameter, Parameters, ScopeSet};
use store::Loaded;

use crate::Context;
use crate::authorize::{Challenge, Prompt};

/// What a check looks at.
pub(in crate::authorize) struct CheckInput<'a> {
    /// The realm, its rules and the time.
    pub(in crate::authorize) ctx: &'a Context<'a>,
    /// What was sent.
    pub(in crate::authorize) parameters: &'a Parameters,
    /// Who asks.
    pub(in crate::authorize) client: &'a Client,
    /// The API that is meant, as far as it is known.
    pub(in crate::authorize) audience: &'a Audience,
}

impl CheckInput<'_> {
    /// What was sent as `parameter`.
    pub(in crate::authorize) fn value(&self, parameter: Parameter) -> Option<&str> {
        self.parameters.value(parameter)
    }
}

/// What the checks found.
#[derive(Debug, Default)]
pub(in crate::authorize) struct Draft {
    pub(in crate::authorize) resource_server: Option<Loaded<ResourceServer>>,
    pub(in crate::authorize) scopes: ScopeSet,
    pub(in crate::authorize) challenge: Option<Challenge>,
    pub(in crate::authorize) nonce: Option<String>,
    pub(in crate::authorize) prompt: Prompt,
    pub(in crate::authorize) max_age: Option<u64>,
    pub(in crate::authorize) login_hint: Option<String>,
    pub(in crate::authorize) id_token_hint: Option<String>,
    pub(in crate::authorize) organization: Option<String>,
}

/// The API that a request means, as far as that is known.
pub(in crate::authorize) enum Audience {
    /// This one.
    Known(Loaded<ResourceServer>),
    /// None of this name.
    Unknown(String),
    /// It names none, and there is not just one.
    Missing,
}
