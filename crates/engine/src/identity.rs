//! Identity scopes, which belong to no API: their descriptions for users, and the claims that they
//! give (OpenID Connect Core §5).
//!
//! Invariant: a claim about a user is given only where a granted scope allows it, and only where
//! the user's record has the value.

use dialect::Dialect;
use domain::User;
use oauth::{Operation, Scope, ScopeSet};
use serde_json::{Map, Value, json};

/// Asks for an ID token (OpenID Connect Core §3.1.2.1).
pub const OPENID: &str = "openid";
/// Gives the claims `name` and `picture` (OpenID Connect Core §5.4).
pub const PROFILE: &str = "profile";
/// Gives the claims `email` and `email_verified` (OpenID Connect Core §5.4).
pub const EMAIL: &str = "email";
/// Asks for a refresh token (OpenID Connect Core §11).
pub const OFFLINE_ACCESS: &str = "offline_access";
/// Another name of [`OFFLINE_ACCESS`], which some published formats use.
pub const OFFLINE: &str = "offline";

/// Every identity scope, and its description for users.
const SCOPES: [(&str, &str); 5] = [
    (OPENID, "See who you are"),
    (PROFILE, "See your name and picture"),
    (EMAIL, "See your e-mail address"),
    (OFFLINE, "Stay connected while you are away"),
    (OFFLINE_ACCESS, "Stay connected while you are away"),
];

/// All claims that can be given, for metadata (OpenID Connect Discovery §3).
pub const CLAIMS: [&str; 5] = ["sub", "name", "picture", "email", "email_verified"];

/// The description of an identity scope for users; `None` for any other scope.
pub fn description(scope: &str) -> Option<&'static str> {
    SCOPES.iter().find(|(name, _)| *name == scope).map(|(_, words)| *words)
}

/// The identity scopes of this dialect. An app may ask for those that its own list has. Scopes that
/// give claims are among them only where the dialect has a userinfo endpoint.
pub fn scopes(dialect: &Dialect) -> ScopeSet {
    let has_userinfo = dialect.endpoint(Operation::UserInfo).is_some();
    let available =
        SCOPES.iter().filter(|(name, _)| has_userinfo || matches!(*name, OFFLINE | OFFLINE_ACCESS));
    available.filter_map(|(name, _)| name.parse::<Scope>().ok()).collect()
}

/// The claims about a user that `scopes` allow, with `sub` (OpenID Connect Core §5.1, §5.4). They
/// are the same in an ID token and at the userinfo endpoint.
pub fn claims(user: &User, scopes: &ScopeSet) -> Map<String, Value> {
    let mut claims = Map::new();
    let mut add = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    add("sub", json!(user.public_id));
    if scopes.contains(PROFILE) {
        add("name", json!(user.name));
        if let Some(picture) = &user.profile.avatar {
            add("picture", json!(picture));
        }
    }
    if scopes.contains(EMAIL) {
        add("email", json!(user.email));
        add("email_verified", json!(user.email_verified));
    }
    claims
}
