//! The scopes of the API with their descriptions, and the check that resolvers use.

use async_graphql::{Context, Error, ErrorExtensions as _, SimpleObject};
use verify::RequestInfo;

/// Every scope, with one sentence for people.
pub const SCOPES: [(&str, &str); 15] = [
    ("streams:read", "Read your projects and all that is in them."),
    ("streams:write", "Create and change projects on your behalf."),
    ("profile:read", "Read your name, picture, company and role."),
    ("profile:email", "Read the address of your account."),
    ("profile:write", "Change your profile."),
    ("profile:delete", "Delete your account with all that is yours."),
    ("users:read", "See the public profiles of other people."),
    ("users:email", "See the addresses of other people."),
    ("users:invite", "Invite others on your behalf."),
    ("server:stats", "Read how much the server is used."),
    ("server:setup", "Change the settings of the server."),
    ("tokens:read", "List your personal access tokens."),
    ("tokens:write", "Create and revoke personal access tokens on your behalf."),
    ("apps:read", "List the apps that you made or authorized."),
    ("apps:write", "Register and change apps on your behalf."),
];

/// The scope that no personal access token gets: a token that makes tokens could outlive its own
/// revocation.
pub const NEVER_GIVEN: &str = "tokens:write";

/// The caller, as far as resolvers need it.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// The user's public id; absent for a client that acts for no user.
    pub(super) user: Option<String>,
    /// The scopes of the token.
    pub(super) scopes: Vec<String>,
    /// The request.
    pub(super) request: RequestInfo,
}

impl Caller {
    pub(super) fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
    }
}

/// The user of the token; `None` when there is no user.
///
/// # Errors
/// `FORBIDDEN`, when the token lacks `scope`.
pub(super) fn user_with<'a>(context: &Context<'a>, scope: &str) -> Result<Option<&'a str>, Error> {
    let Some(caller) = context.data_opt::<Caller>() else { return Ok(None) };
    if !caller.has(scope) {
        return Err(forbidden(format!("Your token is missing the scope {scope}.")));
    }
    Ok(caller.user.as_deref())
}

/// The caller, with `scope` and a user.
///
/// # Errors
/// `FORBIDDEN`, when the token lacks `scope`, acts for no user, or there is none.
pub(super) fn required<'a>(
    context: &Context<'a>,
    scope: &str,
) -> Result<(&'a Caller, &'a str), Error> {
    let not_signed_in = || forbidden("You must be signed in to do this.".to_owned());
    let user = user_with(context, scope)?.ok_or_else(not_signed_in)?;
    let caller = context.data_opt::<Caller>().ok_or_else(not_signed_in)?;
    Ok((caller, user))
}

pub(super) fn forbidden(message: String) -> Error {
    coded(message, "FORBIDDEN")
}

pub(super) fn bad_input(message: impl Into<String>) -> Error {
    coded(message.into(), "BAD_USER_INPUT")
}

pub(super) fn coded(message: String, code: &'static str) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

/// A scope and what it means.
#[derive(SimpleObject)]
#[graphql(name = "Scope")]
pub(super) struct ScopeInfo {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
}
