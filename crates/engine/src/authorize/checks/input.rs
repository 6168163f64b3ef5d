//! The input and the results of the checks.

use domain::{Client, ResourceServer};
use oauth::{Parameter, Parameters, ScopeSet};
use store::Loaded;

use crate::authorize::{Challenge, Prompt};
use crate::{Context, ScopeReason};

/// The input of a check.
pub(in crate::authorize) struct CheckInput<'a> {
    /// The realm, its rules and the time.
    pub(in crate::authorize) ctx: &'a Context<'a>,
    /// The parameters of the request.
    pub(in crate::authorize) parameters: &'a Parameters,
    /// The app that sent the request.
    pub(in crate::authorize) client: &'a Client,
    /// The API that the request is for.
    pub(in crate::authorize) audience: &'a Audience,
}

impl CheckInput<'_> {
    /// The value of `parameter` in the request.
    pub(in crate::authorize) fn value(&self, parameter: Parameter) -> Option<&str> {
        self.parameters.value(parameter)
    }
}

/// The results of the checks.
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

/// The API that a request is for, as looked up in the store.
pub(in crate::authorize) enum Audience {
    /// The request is for this API.
    Known(Loaded<ResourceServer>),
    /// The request is for no API, for this reason.
    Refused(ScopeReason),
}
