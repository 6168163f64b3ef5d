//! Who a person is: the scopes that belong to no API, what they mean to people, and the claims they
//! open (OpenID Connect Core §5).
//!
//! Invariant: a claim about a person is given only where a scope that was granted opens it, and
//! only where the person has told it.

use dialect::Dialect;
use domain::User;
use oauth::{Operation, Scope, ScopeSet};
use serde_json::{Map, Value, json};

/// Asks for an ID token (OpenID Connect Core §3.1.2.1).
pub const OPENID: &str = "openid";
/// Opens name and picture (OpenID Connect Core §5.4).
pub const PROFILE: &str = "profile";
/// Opens the e-mail address (OpenID Connect Core §5.4).
pub const EMAIL: &str = "email";
/// Asks for a refresh token (OpenID Connect Core §11).
pub const OFFLINE_ACCESS: &str = "offline_access";
/// The same in fewer letters, as some published formats have it.
pub const OFFLINE: &str = "offline";

/// Every such scope, and what it allows in words for people.
const SCOPES: [(&str, &str); 5] = [
    (OPENID, "See who you are"),
    (PROFILE, "See your name and picture"),
    (EMAIL, "See your e-mail address"),
    (OFFLINE, "Stay connected while you are away"),
    (OFFLINE_ACCESS, "Stay connected while you are away"),
];

/// The claims that may be given at all, for metadata (OpenID Connect Discovery §3).
pub const CLAIMS: [&str; 5] = ["sub", "name", "picture", "email", "email_verified"];

/// What a scope that belongs to no API allows, in words for people; `None` for any other scope.
pub fn description(scope: &str) -> Option<&'static str> {
    SCOPES.iter().find(|(name, _)| *name == scope).map(|(_, words)| *words)
}

/// The scopes that belong to no API and may be asked for here: those that open claims only where
/// there is an endpoint to read claims at.
pub fn scopes(dialect: &Dialect) -> ScopeSet {
    let tells = dialect.endpoint(Operation::UserInfo).is_some();
    let here = SCOPES.iter().filter(|(name, _)| tells || matches!(*name, OFFLINE | OFFLINE_ACCESS));
    here.filter_map(|(name, _)| name.parse::<Scope>().ok()).collect()
}

/// What `scopes` open of a person, `sub` included (OpenID Connect Core §5.1, §5.4): the same in an
/// ID token and at the userinfo endpoint.
pub fn claims(user: &User, scopes: &ScopeSet) -> Map<String, Value> {
    let mut claims = Map::new();
    let mut tell = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    tell("sub", json!(user.public_id));
    if scopes.contains(PROFILE) {
        tell("name", json!(user.name));
        if let Some(picture) = &user.profile.avatar {
            tell("picture", json!(picture));
        }
    }
    if scopes.contains(EMAIL) {
        tell("email", json!(user.email));
        tell("email_verified", json!(user.email_verified));
    }
    claims
}
